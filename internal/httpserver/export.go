package httpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// Tables gives a report as a table with the caller's rights: see
// problem.Denied and problem.BadInput.
type Tables func(ctx context.Context, report string, arguments json.RawMessage) (*table.Table, error)

const (
	// maxStreams is how many reports are streamed at once; each holds a
	// connection to the database.
	maxStreams = 4
	// maxArguments is how long the arguments of a report may be.
	maxArguments = 64 << 10
	// stalled is how long a reader may take for a piece of a stream.
	stalled = time.Minute
	// pieces of a stream; nothing is sent before the first is full, so that
	// what fails early is told as a status.
	piece = 64 << 10
)

// stream answers /exports/sales.csv with all rows as they are read: ?arguments=
// is the report's arguments as JSON, as is the body of a POST.
func stream(read Tables, log *slog.Logger) http.Handler {
	slots := make(chan struct{}, maxStreams)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, end, _ := strings.Cut(chi.URLParam(r, "file"), ".")
		format, ok := export.FormatOf(end)
		if !ok {
			graph.WriteError(w, http.StatusNotFound, "NOT_FOUND", "exports are called by their report and .csv, .xlsx, .parquet or .jsonl")
			return
		}
		arguments, err := argumentsOf(w, r)
		var t *table.Table
		if err == nil {
			t, err = read(r.Context(), name, arguments)
		}
		if err != nil {
			refuse(r.Context(), w, err, log)
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			w.Header().Set("Retry-After", "10")
			graph.WriteError(w, http.StatusTooManyRequests, "THROTTLED", "too many exports are under way; try again, or create an export and fetch it later")
			return
		}
		out := &patient{w: w, control: http.NewResponseController(w)}
		h := w.Header()
		h.Set("Content-Type", format.ContentType())
		h.Set("Content-Disposition", `attachment; filename="`+name+format.Extension()+`"`)
		h.Set("Cache-Control", "private, no-store")
		gathered := bufio.NewWriterSize(out, piece)
		_, err = export.Write(r.Context(), gathered, format, t, export.Options{BOM: r.URL.Query().Get("bom") == "true"})
		if err == nil {
			err = gathered.Flush()
		}
		switch {
		case err == nil:
		case !out.begun:
			h.Del("Content-Disposition")
			refuse(r.Context(), w, err, log)
		default:
			log.WarnContext(r.Context(), "an export ended early", "report", name, "error", err)
			panic(http.ErrAbortHandler) // a file that is cut off must not look whole
		}
	})
}

func argumentsOf(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxArguments))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			err = &problem.BadInput{Argument: "arguments", Message: "are longer than 64 KiB"}
		}
		return body, err
	}
	return json.RawMessage(r.URL.Query().Get("arguments")), nil
}

// patient gives a reader its time for each piece, however long the whole takes.
type patient struct {
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

func (p *patient) Write(b []byte) (int, error) {
	p.begun = true
	if err := p.control.SetWriteDeadline(time.Now().Add(stalled)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.w.Write(b)
}
