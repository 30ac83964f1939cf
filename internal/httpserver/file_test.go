package httpserver_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/declaration"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestStatementFiles(t *testing.T) {
	t.Parallel()
	asked := ""
	url, log := serve(t, func(o *httpserver.Options) {
		o.Statements = func(ctx context.Context, brand string, day models.Date) ([]*ledger.Statement, error) {
			asked = brand + " " + day.String()
			switch {
			case !auth.From(ctx).SignedIn():
				return nil, &problem.Denied{}
			case brand == "rival":
				return nil, problem.New(problem.NotFound, "no such brand")
			case brand == "mine":
				return nil, &problem.Denied{SignedIn: true, Permission: "BALANCE_READ"}
			case brand == "broken":
				return nil, errors.New("the database is away")
			}
			zero := money.New(1250, "CNY")
			return []*ledger.Statement{{
				BrandName: "Acme", Month: day, Currency: "CNY", Opening: zero, Closing: zero, Payable: zero, Sold: zero, Refunded: zero, Commission: zero,
				PaidOut: zero,
			}}, nil
		}
	})
	for _, c := range []struct {
		path, token, says string
		status            int
		kind              string
	}{
		{"/statements/acme/2026-02.csv", "good", "2026-02-28,CLOSING,,CNY,,,12.50", 200, "text/csv; charset=utf-8"},
		{"/statements/acme/2026-02.html", "good", "statement of 2026-02 in CNY", 200, "text/html; charset=utf-8"},
		{"/statements/acme/2026-02.csv", "", "UNAUTHENTICATED", 401, "application/json"},
		{"/statements/acme/2026-02.csv", "bad", "UNAUTHENTICATED", 401, "application/json"},
		{"/statements/rival/2026-02.csv", "good", "NOT_FOUND", 404, "application/json"},
		{"/statements/mine/2026-02.csv", "good", "FORBIDDEN", 403, "application/json"},
		{"/statements/broken/2026-02.csv", "good", "INTERNAL", 500, "application/json"},
		{"/statements/acme/2026-13.csv", "good", "NOT_FOUND", 404, "application/json"},
		{"/statements/acme/2026-02.pdf", "good", "NOT_FOUND", 404, "application/json"},
		{"/statements/acme/0001-01.csv", "good", "NOT_FOUND", 404, "application/json"},
	} {
		header := map[string]string{}
		if c.token != "" {
			header["Authorization"] = "Bearer " + c.token
		}
		a := call(t, http.MethodGet, url+c.path, header)
		if a.status != c.status || !strings.Contains(a.body, c.says) || a.header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d %s %s", c.path, a.status, a.header.Get("Content-Type"), a.body)
		}
		if c.status == http.StatusOK && (a.header.Get("Cache-Control") != "private, no-store" || a.header.Get("X-Frame-Options") != "DENY" ||
			!strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'")) {
			t.Errorf("%s: %v", c.path, a.header)
		}
	}
	if asked != "broken 2026-02-01" {
		t.Error(asked)
	}
	if !strings.Contains(log.String(), "the database is away") {
		t.Error("a fault is not logged")
	}
}

func TestReceiptFiles(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, func(o *httpserver.Options) {
		o.Receipts = func(ctx context.Context, number string) (*order.Receipt, error) {
			if number != "MINE" || !auth.From(ctx).SignedIn() {
				return nil, problem.New(problem.NotFound, "no such order")
			}
			return &order.Receipt{Order: models.Order{Number: number, Currency: "CNY", TotalMinor: 1250}}, nil
		}
	})
	for _, c := range []struct {
		path, token, language, says string
		status                      int
	}{
		{"/receipts/MINE.html", "good", "", "12.50 CNY", 200},
		{"/receipts/MINE.html", "good", "zh", "收据 MINE", 200},
		{"/receipts/MINE.html", "", "", "NOT_FOUND", 404},
		{"/receipts/MINE.html", "bad", "", "UNAUTHENTICATED", 401},
		{"/receipts/OTHER.html", "good", "", "NOT_FOUND", 404},
		{"/receipts/MINE.pdf", "good", "", "NOT_FOUND", 404},
	} {
		header := map[string]string{"Accept-Language": c.language}
		if c.token != "" {
			header["Authorization"] = "Bearer " + c.token
		}
		a := call(t, http.MethodGet, url+c.path, header)
		if a.status != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%s: %d %s", c.path, a.status, a.body)
		}
		if c.status == http.StatusOK && (a.header.Get("Cache-Control") != "private, no-store" || a.header.Get("Vary") != "Accept-Language") {
			t.Errorf("%s: %v", c.path, a.header)
		}
	}
}

func TestDeclarationsAreServed(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, func(o *httpserver.Options) {
		o.Declarations = func(ctx context.Context, number, reason string) (*declaration.File, error) {
			switch {
			case !auth.From(ctx).SignedIn():
				return nil, &problem.Denied{}
			case number != "AB12CD34EF":
				return nil, problem.New(problem.NotFound, "no such order")
			case reason == "no":
				return nil, problem.At("reason", problem.Invalid, "must have at least 3 characters")
			case reason != "":
				return nil, &problem.Denied{SignedIn: true, Permission: "IDENTITY_REVEAL"}
			}
			d := &models.Declaration{Sale: models.DeclaredSale{OrderNumber: number, Currency: "CNY", PaidMinor: 5455}}
			return declaration.NewFile([]*models.Declaration{d}, "李*", "110***********002X"), nil
		}
	})
	for _, c := range []struct {
		path, token, reason, says string
		status                    int
		kind                      string
	}{
		{"/declarations/AB12CD34EF.xml", "good", "", "<ceb:acturalPaid>54.55</ceb:acturalPaid>", 200, "application/xml; charset=utf-8"},
		{"/declarations/AB12CD34EF.json", "good", "", `"buyerIdNumber": "110***********002X"`, 200, "application/json"},
		{"/declarations/AB12CD34EF.xml", "", "", "UNAUTHENTICATED", 401, "application/json"},
		{"/declarations/AB12CD34EF.xml", "good", "sent to customs", "FORBIDDEN", 403, "application/json"},
		{"/declarations/AB12CD34EF.xml", "good", "no", "BAD_USER_INPUT", 400, "application/json"},
		{"/declarations/ANOTHER.xml", "good", "", "NOT_FOUND", 404, "application/json"},
		{"/declarations/AB12CD34EF.pdf", "good", "", "NOT_FOUND", 404, "application/json"},
	} {
		header := map[string]string{}
		if c.token != "" {
			header["Authorization"] = "Bearer " + c.token
		}
		if c.reason != "" {
			header["Reason"] = c.reason
		}
		a := call(t, http.MethodGet, url+c.path, header)
		if a.status != c.status || !strings.Contains(a.body, c.says) || a.header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d %s %s", c.path, a.status, a.header.Get("Content-Type"), a.body)
		}
	}
}
