package httpserver

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Statements gives the statements of a brand, by its slug, for the month of a
// day, to whoever may read its balance: see problem.Denied and
// problem.NotFound for all others.
type Statements func(ctx context.Context, brand string, day models.Date) ([]*ledger.Statement, error)

// statement answers /statements/{brand}/2026-02.csv and .html.
func statement(read Statements, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		brand, file := chi.URLParam(r, "brand"), chi.URLParam(r, "file")
		name, form, _ := strings.Cut(file, ".")
		write, kind := ledger.FormatOf(form)
		month, err := ledger.ParseMonth(name)
		if write == nil || err != nil {
			graph.WriteError(w, http.StatusNotFound, "NOT_FOUND", "statements are called as 2026-02.csv or 2026-02.html")
			return
		}
		all, err := read(r.Context(), brand, month)
		var page bytes.Buffer
		if err == nil {
			err = write(&page, all)
		}
		if err != nil {
			refuse(r.Context(), w, err, log)
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "private, no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		if form == ledger.CSV {
			h.Set("Content-Disposition", `attachment; filename="`+brand+"-"+file+`"`)
		}
		_, _ = w.Write(page.Bytes())
	})
}

// refuse answers what the API would say, as a status.
func refuse(ctx context.Context, w http.ResponseWriter, err error, log *slog.Logger) {
	var denied *problem.Denied
	switch {
	case errors.As(err, &denied) && !denied.SignedIn:
		w.Header().Set("WWW-Authenticate", "Bearer")
		graph.WriteError(w, http.StatusUnauthorized, "UNAUTHENTICATED", denied.Error())
	case errors.As(err, &denied):
		graph.WriteError(w, http.StatusForbidden, "FORBIDDEN", denied.Error())
	case len(problem.From(err)) > 0:
		graph.WriteError(w, http.StatusNotFound, "NOT_FOUND", "there is no such brand, or you may not see it")
	default:
		log.ErrorContext(ctx, "statement failed", "error", err)
		graph.WriteError(w, http.StatusInternalServerError, "INTERNAL", "internal error")
	}
}
