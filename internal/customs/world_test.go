package customs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

type world struct {
	ctx   context.Context
	db    *gorm.DB
	rules *customs.Service
	now   time.Time
}

func newWorld(t *testing.T, db *gorm.DB) *world {
	t.Helper()
	w := &world{ctx: auth.With(t.Context(), auth.System()), db: db, now: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)}
	w.rules = customs.NewService(db, func() time.Time { return w.now })
	return w
}

func (w *world) shipped(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if r, err := w.rules.ImportShipped(w.ctx, name); err != nil {
			t.Fatalf("%s: %v %s", name, err, notes(r.Wrong))
		}
	}
}

func (w *world) load(t *testing.T, file string) *customs.RulesReport {
	t.Helper()
	r, err := w.rules.ImportRules(w.ctx, strings.NewReader(file))
	if err != nil {
		t.Fatalf("%v %s", err, notes(r.Wrong))
	}
	return r
}

func (w *world) on(t *testing.T, day string) *landedcost.Rules {
	t.Helper()
	rules, err := w.rules.RulesOn(w.ctx, "CN", date(day))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func notes(n csvfile.Notes) string {
	texts := []string{}
	for _, note := range n.First {
		texts = append(texts, fmt.Sprintf("%d: %s", note.Line, note.Text))
	}
	return strings.Join(texts, "; ")
}

func date(text string) models.Date {
	d, err := models.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func refused(err error) string {
	texts := []string{}
	for _, p := range problem.From(err) {
		texts = append(texts, strings.Join(p.Field, ".")+" "+string(p.Code))
	}
	return strings.Join(texts, ", ")
}

// file is a small set, into which rates are put.
func file(version int, rates ...string) string {
	return fmt.Sprintf(`set: small
version: %d
title: A small set
country: CN
currency: CNY
sources:
  law: {title: A law, confidence: VERIFIED}
rates:
  - {kind: VAT, hs: "95", rate: 13%%, from: 2019-04-01, source: law}
%s`, version, strings.Join(rates, "\n"))
}
