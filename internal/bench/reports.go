package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
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
	// Rate is how many orders a second come in while roll-ups are rebuilt; 0 as
	// many as can be.
	Rate float64
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
	// Asked is the Rate of the options.
	Asked float64 `json:"askedPerSecond"`
	// Orders that were placed meanwhile.
	Orders    int     `json:"orders"`
	PerSecond float64 `json:"perSecond"`
	Tail      Tail    `json:"tail"`
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
	return f, m.agree(ctx, r.History.Months)
}

// rebuild rebuilds once while orders of all brands are placed.
func (r ReportOptions) rebuild(ctx context.Context, m *meter, all []stall) (row RebuildRow, err error) {
	if err := r.catchUp(ctx); err != nil {
		return row, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer r.run(ctx)()
	watched, placing := r.watch(ctx), r.place(ctx, m, r.buy("orderPlace", all))
	began := time.Now()
	err = r.RollUps.Rebuild(ctx, func(step string, done, total int) { r.Progress("building "+step+" while orders come in", done, total) })
	row.Took, row.Asked = time.Since(began), r.Rate
	placed, failed := placing()
	tails, unseen := watched()
	row.Orders, row.PerSecond = placed, float64(placed)/row.Took.Seconds()
	if err := errors.Join(err, failed, unseen); err != nil {
		return row, err
	}
	row.Tail = tailOf(tails)
	return row, nil
}

// place has clients place orders at the rate until it is ended; what it gives
// ends it, and tells how many they were.
func (r ReportOptions) place(ctx context.Context, m *meter, op *operation) (end func() (int, error)) {
	g, ctx := errgroup.WithContext(ctx)
	over, began := make(chan struct{}), time.Now()
	var begun, placed atomic.Int64
	for range Crowd {
		g.Go(func() error {
			for {
				n := begun.Add(1)
				var due time.Duration
				if r.Rate > 0 {
					due = time.Duration(float64(n) / r.Rate * float64(time.Second))
				}
				select {
				case <-over:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(due - time.Since(began)):
				}
				n = op.runs.Add(1)
				if err := m.client.send(ctx, m.URL, op.tokenOf(n), op.body(n)); err != nil {
					return fmt.Errorf("place an order: %w", err)
				}
				placed.Add(1)
			}
		})
	}
	return func() (int, error) {
		close(over)
		err := g.Wait()
		return int(placed.Load()), err
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
		// Without its value the watermark is taken for one that most facts come after.
		if err := database.PlanByValues(tx); err != nil {
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
