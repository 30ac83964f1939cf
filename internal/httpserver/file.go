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
	"github.com/tradewind-commerce/tradewind/internal/declaration"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/order"
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
		if err == nil && form == ledger.CSV {
			w.Header().Set("Content-Disposition", `attachment; filename="`+brand+"-"+file+`"`)
		}
		give(w, r, kind, &page, err, log)
	})
}

// Receipts gives the receipt of an order, by its number, to whoever may see
// the order: see problem.NotFound for all others.
type Receipts func(ctx context.Context, number string) (*order.Receipt, error)

// receipt answers /receipts/{number}.html.
func receipt(read Receipts, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, ok := strings.CutSuffix(chi.URLParam(r, "file"), ".html")
		if !ok {
			graph.WriteError(w, http.StatusNotFound, "NOT_FOUND", "receipts are called by the number of their order and .html")
			return
		}
		found, err := read(r.Context(), number)
		var page bytes.Buffer
		if err == nil {
			err = found.WriteHTML(&page, r.Header.Get("Accept-Language"))
		}
		w.Header().Add("Vary", "Accept-Language")
		give(w, r, "text/html; charset=utf-8", &page, err, log)
	})
}

// Declarations gives what customs are told of an order, by its number, to
// whoever may see the order: see problem.NotFound for all others. With a reason
// who bought is told in plain, see problem.Denied.
type Declarations func(ctx context.Context, number, reason string) (*declaration.File, error)

// declared answers /declarations/{number}.xml and .json.
func declared(read Declarations, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := chi.URLParam(r, "file")
		number, form, _ := strings.Cut(file, ".")
		write, kind := declaration.FormatOf(form)
		if write == nil {
			graph.WriteError(w, http.StatusNotFound, "NOT_FOUND", "declarations are called by the number of their order and .xml or .json")
			return
		}
		found, err := read(r.Context(), number, r.Header.Get("Reason"))
		var page bytes.Buffer
		if err == nil {
			err = write(&page, found)
		}
		if err == nil {
			w.Header().Set("Content-Disposition", `attachment; filename="`+found.Name(form)+`"`)
		}
		give(w, r, kind, &page, err, log)
	})
}

// give answers with a file of somebody's own, or why there is none.
func give(w http.ResponseWriter, r *http.Request, kind string, page *bytes.Buffer, err error, log *slog.Logger) {
	if err != nil {
		refuse(r.Context(), w, err, log)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = w.Write(page.Bytes())
}

// refuse answers what the API would say, as a status.
func refuse(ctx context.Context, w http.ResponseWriter, err error, log *slog.Logger) {
	var denied *problem.Denied
	var bad *problem.BadInput
	switch {
	case errors.As(err, &bad):
		graph.WriteError(w, http.StatusBadRequest, "BAD_USER_INPUT", bad.Error())
	case errors.As(err, &denied) && !denied.SignedIn:
		w.Header().Set("WWW-Authenticate", "Bearer")
		graph.WriteError(w, http.StatusUnauthorized, "UNAUTHENTICATED", denied.Error())
	case errors.As(err, &denied):
		graph.WriteError(w, http.StatusForbidden, "FORBIDDEN", denied.Error())
	case len(problem.From(err)) > 0 && problem.From(err)[0].Code != problem.NotFound:
		graph.WriteError(w, http.StatusBadRequest, "BAD_USER_INPUT", problem.From(err)[0].Error())
	case len(problem.From(err)) > 0:
		graph.WriteError(w, http.StatusNotFound, "NOT_FOUND", problem.From(err)[0].Message)
	default:
		log.ErrorContext(ctx, "a file could not be made", "error", err)
		graph.WriteError(w, http.StatusInternalServerError, "INTERNAL", "internal error")
	}
}
