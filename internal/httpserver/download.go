package httpserver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/link"
)

// Downloads gives the file of a link's token, or reports link.ErrBad.
type Downloads func(ctx context.Context, token string) (*exportjob.File, error)

// download answers /downloads/{token} to whoever has the link, in parts where
// asked for. One that has expired or was altered is 403, and tells nothing.
func download(open Downloads, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := open(r.Context(), chi.URLParam(r, "token"))
		if err != nil {
			notGood(w, r, err, log)
			return
		}
		defer f.Close()
		h := w.Header()
		h.Set("Content-Type", f.ContentType)
		h.Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
		h.Set("Cache-Control", "private, no-store")
		http.ServeContent(&patientResponse{w, &patient{w: w, control: http.NewResponseController(w)}}, r, "", f.At, f)
	}
}

// notGood answers every link that is not good alike.
func notGood(w http.ResponseWriter, r *http.Request, err error, log *slog.Logger) {
	if errors.Is(err, link.ErrBad) {
		w.Header().Set("Cache-Control", "no-store")
		graph.WriteError(w, http.StatusForbidden, "FORBIDDEN", link.ErrBad.Error())
		return
	}
	refuse(r.Context(), w, err, log)
}

// patientResponse writes as patient does.
type patientResponse struct {
	http.ResponseWriter

	out *patient
}

func (p *patientResponse) Write(b []byte) (int, error) { return p.out.Write(b) }
