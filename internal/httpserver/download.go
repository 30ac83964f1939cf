package httpserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

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

// Charts draws the chart of a link's token, or reports link.ErrBad.
type Charts func(ctx context.Context, token string, f exportjob.ChartFormat, w io.Writer) error

// drawn answers /charts/{token}.png and .svg to whoever has the link, as it is
// now. Mail programs may keep it for a while.
func drawn(draw Charts, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, end, _ := strings.Cut(chi.URLParam(r, "file"), ".")
		format, kind := exportjob.ChartFormat(strings.ToUpper(end)), "image/png"
		if format == exportjob.ChartSVG {
			kind = "image/svg+xml"
		}
		var picture bytes.Buffer
		err := link.ErrBad
		if format == exportjob.ChartPNG || format == exportjob.ChartSVG {
			err = draw(r.Context(), token, format, &picture)
		}
		if err != nil {
			notGood(w, r, err, log)
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "private, max-age=300")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin") // mail programs show it
		_, _ = w.Write(picture.Bytes())
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
