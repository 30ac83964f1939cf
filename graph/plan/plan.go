package plan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/search"
)

// plan is an operation, compiled. It is used by many runs at once.
type plan struct {
	root      *record
	fields    emitter
	pages     int
	nodes     int
	questions []question
	needs     []auth.Permission
	across    bool
	// sent is the statement that was sent last.
	sent atomic.Pointer[string]
}

// text keeps a statement that is sent again, as most are.
func (p *plan) text(sql []byte) string {
	if last := p.sent.Load(); last != nil && *last == string(sql) {
		return *last
	}
	text := string(sql)
	p.sent.Store(&text)
	return text
}

// compile makes the plan of an operation, or of what a payload shows, for
// values of the variables that switch parts of it on and off.
func (p *Planner) compile(op *ast.OperationDefinition, of *payload, switches map[string]any) (*plan, error) {
	c := &compiler{Planner: p, switches: switches}
	root := row{newRecord(), p.types["Query"], "", nil}
	var fields emitter
	var err error
	if of == nil {
		fields, err = c.object(root, []ast.SelectionSet{op.SelectionSet})
	} else {
		fields, err = c.payload(root, of)
	}
	if err != nil {
		return nil, err
	}
	return &plan{root: root.record, fields: fields, pages: c.pages, nodes: c.nodes,
		questions: c.questions, needs: c.needs, across: c.across}, nil
}

// Planner answers reads.
type Planner struct {
	db      *database.DB
	now     func() time.Time
	schema  *ast.Schema
	types   map[string]*Type
	search  *search.Service
	reports *report.Service
	customs *customs.Service
	cache   *cache
	fault   func(context.Context, *graphql.OperationContext, error)
}

// Run answers an operation. It is not ok where the operation is not planned,
// or would not be answered without an error: that is for the resolvers.
func (p *Planner) Run(ctx context.Context, op *graphql.OperationContext) (data []byte, ok bool) {
	if op.Operation.Operation != ast.Query {
		return nil, false
	}
	return p.answer(ctx, op, nil)
}

// answer writes what an operation, or a payload of it, shows.
func (p *Planner) answer(ctx context.Context, op *graphql.OperationContext, of *payload) (data []byte, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			p.fault(ctx, op, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			data, ok = nil, false
		}
	}()
	planned := p.cache.plan(p, op, of)
	if planned == nil {
		return nil, false
	}
	data, err := p.run(ctx, planned, op.Variables, of)
	if err == nil {
		return data, true
	}
	if ctx.Err() == nil && isFault(err) {
		p.fault(ctx, op, err)
	}
	return nil, false
}

func (p *Planner) run(ctx context.Context, planned *plan, variables map[string]any, of *payload) ([]byte, error) {
	actor := auth.From(ctx)
	if slices.ContainsFunc(planned.needs, func(needed auth.Permission) bool { return !actor.Holds(needed) }) {
		return nil, errNotPlanned
	}
	o := outputs.Get().(*output) //nolint:forcetypeassert // nothing else is put there
	defer o.release()
	o.run = run{ctx: ctx, planner: p, actor: actor, now: p.now(), market: market.From(ctx), variables: variables, payload: of,
		pages: grown(o.pages, planned.pages), nodes: grown(o.nodes, planned.nodes),
		answers: make([]any, len(planned.questions))}
	for i, ask := range planned.questions {
		var err error
		if o.answers[i], err = ask(&o.run); err != nil {
			return nil, err
		}
	}
	if len(planned.root.columns) == 0 {
		err := planned.fields.emit(o, nil)
		return bytes.Clone(o.json), err
	}
	s := &o.statement
	if err := s.write(planned.root); err != nil {
		return nil, err
	}
	if planned.across {
		ctx = database.AcrossBrands(ctx, database.PlannedReads)
	}
	rows, err := p.db.Pool.Query(ctx, planned.text(s.sql), s.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var row values
	if s.rows {
		row = o.gathered(rows)
	} else if rows.Next() {
		row = rows.RawValues()
	}
	if row == nil || rows.Err() != nil {
		return nil, errors.Join(errForm, rows.Err())
	}
	if err := planned.fields.emit(o, row); err != nil {
		return nil, err
	}
	rows.Close()
	return bytes.Clone(o.json), rows.Err()
}

// inBinary asks for all values in binary form.
var inBinary = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// isFault tells what should not happen from what the resolvers answer anyway.
func isFault(err error) bool {
	_, ofDatabase := errors.AsType[*pgconn.PgError](err)
	return ofDatabase || errors.Is(err, errForm)
}
