package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// ReportOptions are what reports, and orders beside their roll-ups, are measured on.
type ReportOptions struct {
	// Options of the API, whose tokens are reporting's and Shoppers'.
	Options
	Machine  Machine
	Shoppers []string
	History  History
	// DB is a pool beside the API's, to look at its database.
	DB *database.DB
	// Runner advances roll-ups as a server does, on the API's pool, until its context ends.
	Runner  func(context.Context)
	RollUps *rollup.Service
	// Slice is how long orders are placed at a time.
	Slice time.Duration
}

// ReportFigures are what was found of reports.
type ReportFigures struct {
	Machine

	Orders int `json:"orders"`
	Facts  int `json:"facts"`
	Brands int `json:"brands"`
	// Built is how long it took to build the roll-ups while nothing else happened.
	Built time.Duration `json:"builtNs"`
	// Reports are the medians of reportRuns runs.
	Reports []ReportRow `json:"reports"`
	// Selling are orders placed with the runner of roll-ups on and off.
	Rounds  int           `json:"rounds"`
	Slice   time.Duration `json:"sliceNs"`
	Selling []SellingRow  `json:"selling"`
	// Rebuild is made while orders come in.
	Rebuild RebuildRow `json:"rebuild"`
}

// RebuildRow is a rebuild of the roll-ups while orders are placed, with the runner on.
type RebuildRow struct {
	Took time.Duration `json:"tookNs"`
	// Orders that were placed meanwhile.
	Orders    int     `json:"orders"`
	PerSecond float64 `json:"perSecond"`
}

// MeasureReports builds the roll-ups of a history, measures reports while
// nothing else happens, then orders with the runner and without it, and at the
// end a rebuild while orders come in. It fails where figures are not exact
// then. Orders that it places are left.
func MeasureReports(ctx context.Context, r ReportOptions) (*ReportFigures, error) {
	ctx = database.AcrossBrands(ctx, database.Reconciliation)
	f := &ReportFigures{Machine: r.Machine, Brands: r.History.Brands, Rounds: r.Rounds, Slice: r.Slice}
	m := &meter{Options: r.Options, client: newClient()}
	began := time.Now()
	if err := r.RollUps.Rebuild(ctx, func(step string, done, total int) { r.Progress("building "+step, done, total) }); err != nil {
		return nil, err
	}
	f.Built = time.Since(began)
	stalls, err := openStalls(ctx, r.DB.Gorm, r.Progress)
	if err != nil {
		return nil, fmt.Errorf("put goods on sale: %w", err)
	}
	// As autovacuum would some time later.
	if err := r.DB.Gorm.WithContext(ctx).Exec("vacuum analyze").Error; err != nil {
		return nil, err
	}
	err = r.DB.Pool.QueryRow(ctx, "select current_setting('server_version'), (select count(*) from orders), (select count(*) from sales_facts)").
		Scan(&f.PostgreSQL, &f.Orders, &f.Facts)
	if err != nil {
		return nil, err
	}
	if f.Reports, err = m.reports(ctx); err != nil {
		return nil, err
	}
	if f.Selling, err = r.sell(ctx, m, stalls); err != nil {
		return nil, err
	}
	if f.Rebuild, err = r.rebuild(ctx, m, stalls); err != nil {
		return nil, err
	}
	return f, m.agree(ctx)
}

// short is how long orders are placed at a time where their end is not known.
const short = 200 * time.Millisecond

// rebuild rebuilds once while orders of all brands are placed, for a short
// while again and again.
func (r ReportOptions) rebuild(ctx context.Context, m *meter, all []stall) (row RebuildRow, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer r.run(ctx)()
	began, ended := time.Now(), make(chan error, 1)
	var took time.Duration
	go func() {
		err := r.RollUps.Rebuild(ctx, func(step string, done, total int) { r.Progress("building "+step+" while orders come in", done, total) })
		took = time.Since(began)
		ended <- err
	}()
	defer cancel()
	buying, op := m.during(short), r.buy("orderPlace", all)
	var busy time.Duration
	for {
		c, err := buying.cell(ctx, op, Crowd)
		if err != nil {
			cancel()
			return row, errors.Join(err, <-ended)
		}
		row.Orders, busy = row.Orders+c.runs, busy+c.took
		select {
		case err := <-ended:
			row.Took, row.PerSecond = took, float64(row.Orders)/busy.Seconds()
			return row, err
		default:
		}
	}
}

// catchUp has no facts left that the runner should have added earlier.
func (r ReportOptions) catchUp(ctx context.Context) error {
	for {
		n, err := r.RollUps.Advance(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// run starts the runner; what it gives ends it, and waits for it.
func (r ReportOptions) run(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.Runner(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// tail is how long ago the oldest fact was recorded that is in no roll-up yet;
// 0 where there is none. It is a little more than the time since its commit.
func tail(ctx context.Context, db *gorm.DB) (age time.Duration, err error) {
	err = database.InTx(ctx, db, func(tx *gorm.DB) error {
		state, err := rollup.Read(tx)
		if err != nil {
			return err
		}
		var seconds float64
		err = tx.Raw("select coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0) from sales_facts where xid >= ?::xid8", state.Watermark).
			Scan(&seconds).Error
		age = max(0, time.Duration(seconds*float64(time.Second)))
		return err
	}, snapshot)
	return age, err
}
