package main

import (
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func TestStatementCommand(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.DSN(t), Dir: dbtest.Folder(t)}
	db := dbtest.Open(t, o.Database, database.Options{})
	_, err := demo.Load(t.Context(), db.Gorm, demo.Options{Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Orders: 400})
	must(t, err)

	table := servertest.Run(t, o, "statement", "--brand", "adobe-silver", "--month", "2026-10")
	if table.Code != 0 || !strings.HasPrefix(table.Out, "date,kind,order,currency,gross,commission,change\n2026-10-01,OPENING,,CNY,,,") ||
		!strings.Contains(table.Out, "2026-10-31,CLOSING,,CNY,,,") {
		t.Errorf("%+v", table)
	}
	page := servertest.Run(t, o, "statement", "--brand", "adobe-silver", "--month", "2026-10", "--format", "html")
	if page.Code != 0 || !strings.HasPrefix(page.Out, "<!doctype html>") || !strings.Contains(page.Out, "Closing balance") {
		t.Errorf("%+v", page)
	}
	for _, bad := range []struct{ brand, month, says string }{
		{"nobody", "2026-10", `there is no brand "nobody"`}, {"adobe-silver", "October", `"October" is not a month: write it as 2026-02`},
	} {
		r := servertest.Run(t, o, "statement", "--brand", bad.brand, "--month", bad.month)
		if r.Code != 1 || r.Out != "" || !strings.Contains(r.Err, bad.says) {
			t.Errorf("%+v", r)
		}
	}
}

func TestRetryRefundCommand(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.DSN(t), Dir: dbtest.Folder(t)}
	for id, says := range map[string]string{
		"June": `"June" is not the id of a refund`, "018f0000-0000-7000-8000-000000000000": "there is no such refund",
	} {
		if r := servertest.Run(t, o, "retry-refund", id); r.Code != 1 || r.Out != "" || !strings.Contains(r.Err, says) {
			t.Errorf("%+v", r)
		}
	}
}
