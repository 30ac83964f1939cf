package difftest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/difftest"
)

// TestNamedReads sends what a storefront and a dashboard send to plans and to
// resolvers: all are planned, and answered with the same bytes, with data and
// without errors.
func TestNamedReads(t *testing.T) {
	t.Parallel()
	db := dbtest.Seeded(t, difftest.Key(), difftest.Fill)
	plans, resolvers := sides(t, db)
	people, err := difftest.Roles(t.Context(), db.Gorm)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]*auth.Actor{}
	for _, p := range people {
		named[p.Name] = p.Actor
	}
	actors := map[string]*auth.Actor{
		bench.Visitor: named["anonymous"], bench.Shopper: named["shopper 1"], bench.Merchant: named["owner"], bench.Reporting: named["reporting"],
	}
	ground, err := bench.Survey(t.Context(), func(ctx context.Context, role, query string, variables map[string]any, data any) error {
		a, err := difftest.Ask(ctx, resolvers, actors[role], difftest.Operation{Query: query, Variables: variables})
		if err == nil && len(a.Errors) > 0 {
			err = fmt.Errorf("%s", a.Errors)
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(a.Body, &struct{ Data any }{data})
	})
	if err != nil {
		t.Fatal(err)
	}
	reads, err := bench.Reads(ground)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	s, coverage := schema(t), difftest.NewCoverage()
	for _, read := range reads {
		document, _, _ := strings.Cut(read.Name, ",")
		used[document] = true
		t.Run(read.Name, func(t *testing.T) {
			role := difftest.Role{Name: read.Name, Actor: actors[read.Role]}
			d := &duel{t: t, role: role, schema: s, plans: plans, resolvers: resolvers, coverage: coverage}
			answer := d.send(0, difftest.Operation{Query: read.Query, Variables: read.Variables})
			if len(answer.Errors) > 0 || coverage.Told[read.Name] == 0 {
				t.Errorf("%s", answer.Body)
			}
			if coverage.Planned[read.Name] == 0 {
				t.Error("this was not planned")
			}
		})
	}
	documents, err := bench.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		if !used[d] {
			t.Errorf("nobody sends %s", d)
		}
	}
}
