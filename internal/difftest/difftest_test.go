package difftest_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/difftest"
)

var (
	seed    = flag.Uint64("seed", 1, "seed of the first operation of each role")
	perRole = flag.Int("operations", 900, "how many operations each role sends; those that turn a page come on top")
)

// seenOften is how often each thing must have been generated; values of enums once.
const seenOften = 5

// sides are the two ways of answering: plans, and resolvers alone. Each notes
// in the context of an operation whether it was planned.
func sides(t *testing.T, db *database.DB) (plans, resolvers http.Handler) {
	t.Helper()
	now := func() time.Time { return difftest.Now }
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	api := command.Wire(db.Gorm, now)
	planner, err := command.Plan(api, plan.Options{DB: db, Now: now, Fault: func(_ context.Context, op *graphql.OperationContext, err error) {
		t.Errorf("a plan failed: %v\n%s\nvariables %v", err, op.RawQuery, op.Variables)
	}})
	if err != nil {
		t.Fatal(err)
	}
	observe := func(ctx context.Context, _ *graphql.OperationContext, planned bool) {
		if note, ok := ctx.Value(noted{}).(*bool); ok {
			*note = planned
		}
	}
	return graph.NewHandler(api, graph.Options{Log: log, Planner: planner, Observe: observe}),
		graph.NewHandler(api, graph.Options{Log: log, Observe: observe})
}

type noted struct{}

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	difftest.Planned(s)
	return s
}

// TestPlansAnswerAsResolversDo sends thousands of random reads, as every role,
// to plans and to resolvers: both must give the same bytes.
func TestPlansAnswerAsResolversDo(t *testing.T) {
	t.Parallel()
	db := dbtest.Seeded(t, difftest.Key(), difftest.Fill)
	s := schema(t)
	roles, err := difftest.Roles(t.Context(), db.Gorm)
	if err != nil {
		t.Fatal(err)
	}
	plans, resolvers := sides(t, db)
	coverage := difftest.NewCoverage()
	t.Run("as", func(t *testing.T) {
		for i, role := range roles {
			t.Run(role.Name, func(t *testing.T) {
				t.Parallel()
				pool, err := difftest.Read(t.Context(), db.Gorm, role.Actor)
				if err != nil {
					t.Fatal(err)
				}
				d := &duel{t: t, role: role, schema: s, plans: plans, resolvers: resolvers, coverage: coverage}
				g := &difftest.Generator{Schema: s, Pool: pool, Actor: role.Actor}
				for n := range uint64(*perRole) {
					from := *seed<<32 + uint64(i)<<24 + n
					op := g.Operation(from)
					answer := d.send(from, op)
					if next, ok := g.Follow(op, answer.Body, from); ok {
						d.send(from, next)
					}
					if d.lost > 2 {
						t.Fatal("more differ; these are enough to begin with")
					}
				}
				if g.Refused > *perRole/10 {
					t.Errorf("%d documents were not valid", g.Refused)
				}
			})
		}
	})
	if !t.Failed() {
		enough(t, s, coverage)
	}
}

// duel compares both sides for one role.
type duel struct {
	t                *testing.T
	role             difftest.Role
	schema           *ast.Schema
	plans, resolvers http.Handler
	coverage         *difftest.Coverage
	lost             int
}

func (d *duel) send(seed uint64, op difftest.Operation) difftest.Answer {
	d.t.Helper()
	answer, planned, differ := d.compare(op)
	if differ != "" {
		d.lost++
		small := difftest.Shrink(d.schema, op, func(op difftest.Operation) bool {
			_, _, differ := d.compare(op)
			return differ != ""
		})
		_, _, differ := d.compare(small)
		d.t.Errorf("seed %d: plans and resolvers differ in %s\n%s\nvariables %v", seed, differ, small.Query, small.Variables)
	}
	d.coverage.Count(d.schema, d.role.Name, op, answer, planned)
	return answer
}

func (d *duel) compare(op difftest.Operation) (answer difftest.Answer, planned bool, differ string) {
	ctx := context.WithValue(d.t.Context(), noted{}, &planned)
	ours, err := difftest.Ask(ctx, d.plans, d.role.Actor, op)
	if err != nil {
		return ours, planned, err.Error()
	}
	answer, err = difftest.Ask(d.t.Context(), d.resolvers, d.role.Actor, op)
	if err != nil {
		return answer, planned, err.Error()
	}
	return answer, planned, difftest.Differ(ours, answer)
}

// enough checks that the operations were worth the name of thousands of
// random ones.
func enough(t *testing.T, s *ast.Schema, c *difftest.Coverage) {
	t.Helper()
	var seldom []string
	for _, what := range difftest.Wanted(s) {
		often := seenOften
		if of, _, _ := strings.Cut(what, "."); s.Types[of] != nil && s.Types[of].Kind == ast.Enum {
			often = 1
		}
		if n := c.Seen(what); n < often {
			seldom = append(seldom, fmt.Sprintf("%s: %d", what, n))
		}
	}
	if len(seldom) > 0 {
		t.Errorf("seen too seldom: %q", seldom)
	}
	allAsked, allPlanned, allWrong := 0, 0, 0
	names := make([]string, 0, len(c.Asked))
	for role := range c.Asked {
		names = append(names, role)
	}
	slices.Sort(names)
	for _, role := range names {
		asked, told, wrong, planned := c.Asked[role], c.Told[role], c.Wrong[role], c.Planned[role]
		t.Logf("%s: %d operations, %d planned, %d with data, %d with errors", role, asked, planned, told, wrong)
		allAsked, allPlanned, allWrong = allAsked+asked, allPlanned+planned, allWrong+wrong
		if told*100 < asked*40 {
			t.Errorf("%s got data from %d of %d operations", role, told, asked)
		}
		if wrong*100 > asked*10 {
			t.Errorf("%s got errors from %d of %d operations", role, wrong, asked)
		}
	}
	t.Logf("%d of %d operations were planned, %d had errors", allPlanned, allAsked, allWrong)
	if allPlanned*100 < allAsked*95 || allPlanned*100 < (allAsked-allWrong)*99 {
		t.Errorf("%d of %d operations were planned, %d had errors", allPlanned, allAsked, allWrong)
	}
}
