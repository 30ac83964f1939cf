package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
)

// Crossing names a purpose for which statements may read many brands at
// once. The list is short on purpose: what serves one brand is not on it.
type Crossing string

const (
	MarketplaceSearch Crossing = "marketplace search" // shoppers browse every open storefront
	ShopperOrders     Crossing = "shopper orders"     // a shopper's own orders, whoever sold them
	Memberships       Crossing = "memberships"        // which brands a signed-in person belongs to
	OperatorReports   Crossing = "operator reports"   // operators list and report over all brands
	ProgrammeReports  Crossing = "programme reports"  // the programme office counts all brands
	Reconciliation    Crossing = "reconciliation"     // `check` compares all facts and balances
	PlannedReads      Crossing = "planned reads"      // lists and rows by id in one statement, each within its scope
	LedgerSweep       Crossing = "ledger sweep"       // what became payable, and months to close, whoever's they are
	Fulfilment        Crossing = "fulfilment"         // shipments whose label is to be asked for again, whoever ships them
	PaymentOrders     Crossing = "payment orders"     // the orders that one payment paid, of any brands
	Forgotten         Crossing = "forgotten carts"    // carts past their time, and what they held, of any brands
	Outbox            Crossing = "outbox"             // the runner takes events in order of arrival
)

type crossingKey struct{}

// AcrossBrands marks statements under ctx as made for a purpose that spans
// brands, so that the guard lets them pass.
func AcrossBrands(ctx context.Context, purpose Crossing) context.Context {
	return context.WithValue(ctx, crossingKey{}, purpose)
}

// ErrAcrossBrands is the failure of a statement the guard refused.
var ErrAcrossBrands = errors.New("statement on tenant tables without brand_id")

// Guard refuses statements that touch a tenant table (one whose primary key
// holds brand_id) and do not narrow it by brand_id. Every test runs with it.
type Guard struct {
	// Report, when set, is told of each refusal, so that a caller that
	// swallows errors cannot hide one.
	Report func(error)

	tables   map[string]bool
	verdicts sync.Map // statement -> *string with the table at fault, nil when fine
}

// load reads which tables belong to brands.
func (g *Guard) load(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `
		select i.indrelid::regclass::text
		from pg_index i
		join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
		where i.indisprimary and a.attname = 'brand_id'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	g.tables = make(map[string]bool, len(names))
	for _, name := range names {
		g.tables[name] = true
	}
	return nil
}

// check returns ctx, or for a refused statement a context that has ended
// with the refusal as its error: every driver stops at it before sending.
func (g *Guard) check(ctx context.Context, sql string) context.Context {
	if g == nil || len(g.tables) == 0 || ctx.Value(crossingKey{}) != nil {
		return ctx
	}
	known, _ := g.verdicts.Load(sql)
	table, ok := known.(string)
	if !ok {
		table = unscopedTable(sql, g.tables)
		g.verdicts.Store(sql, table)
	}
	if table == "" {
		return ctx
	}
	return g.refuse(ctx, table, sql)
}

func (g *Guard) refuse(ctx context.Context, table, sql string) context.Context {
	if _, ok := errors.AsType[refused](ctx.Err()); ok {
		return ctx // already refused on its way to the driver
	}
	err := refused{fmt.Errorf("%w: table %s in: %s", ErrAcrossBrands, table, sql)}
	if g.Report != nil {
		g.Report(err)
	}
	return endedContext{Context: ctx, err: err}
}

type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

var ended = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// endedContext is a context that is over, with an error of our own.
type endedContext struct {
	context.Context
	err error
}

func (c endedContext) Done() <-chan struct{} { return ended }
func (c endedContext) Err() error            { return c.err }

// guardTracer puts the guard before every pgx call.
type guardTracer struct{ guard *Guard }

func (t guardTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return t.guard.check(ctx, d.SQL)
}

func (t guardTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (t guardTracer) TracePrepareStart(ctx context.Context, _ *pgx.Conn, d pgx.TracePrepareStartData) context.Context {
	return t.guard.check(ctx, d.SQL)
}

func (t guardTracer) TracePrepareEnd(context.Context, *pgx.Conn, pgx.TracePrepareEndData) {}

func (t guardTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		ctx = t.guard.check(ctx, q.SQL)
	}
	return ctx
}

func (t guardTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (t guardTracer) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

func (t guardTracer) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromStartData) context.Context {
	table := d.TableName[len(d.TableName)-1]
	if !t.guard.tables[table] || ctx.Value(crossingKey{}) != nil {
		return ctx
	}
	if slices.Contains(d.ColumnNames, "brand_id") {
		// pgx asks for the columns' types by a select of its own.
		return context.WithValue(ctx, crossingKey{}, table)
	}
	return t.guard.refuse(ctx, table, "copy "+d.TableName.Sanitize())
}

func (t guardTracer) TraceCopyFromEnd(context.Context, *pgx.Conn, pgx.TraceCopyFromEndData) {}

func tracers(o Options) pgx.QueryTracer {
	var list []pgx.QueryTracer
	if o.Guard != nil {
		list = append(list, guardTracer{o.Guard})
	}
	if o.Tracer != nil {
		list = append(list, o.Tracer)
	}
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return multitracer.New(list...)
}
