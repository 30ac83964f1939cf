package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// hotBrands are those that take all orders where a history names no others.
const hotBrands = 20

// SellingRow is what was found of orders, with the runner of roll-ups and without.
type SellingRow struct {
	// Brands of which each order is placed with one, drawn evenly.
	Brands int `json:"brands"`
	// Ratio of the orders a second, with the runner to without, in the same
	// round; the median of the rounds.
	Ratio   float64 `json:"ratio"`
	With    Latency `json:"with"`
	Without Latency `json:"without"`
	Tail    Tail    `json:"tail"`
}

// Tail is how long facts are not in the roll-ups: the age of the oldest one,
// looked at Samples times while orders come in.
type Tail struct {
	Median  time.Duration `json:"medianNs"`
	P99     time.Duration `json:"p99Ns"`
	Longest time.Duration `json:"longestNs"`
	Samples int           `json:"samples"`
}

func tailOf(seen []time.Duration) Tail {
	slices.Sort(seen)
	return Tail{Median: Median(seen), P99: seen[(len(seen)-1)*99/100], Longest: seen[len(seen)-1], Samples: len(seen)}
}

// sampledEvery is how often the tail is looked at.
const sampledEvery = 100 * time.Millisecond

var snapshot = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}

// market is a number of brands that are bought from, and what was found.
type market struct {
	brands        int
	op            *operation
	with, without []cell
	tails         []time.Duration
}

// sell places orders with few brands and with all, with the runner and
// without, in rounds; the first one warms up.
func (r ReportOptions) sell(ctx context.Context, m *meter, all []stall) ([]SellingRow, error) {
	hot := r.History.Hot
	if hot == 0 {
		hot = min(hotBrands, len(all))
	}
	var markets []*market
	for _, n := range slices.Compact([]int{hot, len(all)}) {
		markets = append(markets, &market{brands: n, op: r.buy("orderPlace", all[:n])})
	}
	total, done := (r.Rounds+1)*len(markets)*2, 0
	for round := range r.Rounds + 1 {
		for _, k := range markets {
			order := []bool{true, false}
			if round%2 == 0 {
				slices.Reverse(order)
			}
			for _, with := range order {
				r.Progress("orders", done, total)
				if err := r.slice(ctx, m.during(r.Slice), k, with, round == 0); err != nil {
					return nil, err
				}
				done++
			}
		}
	}
	r.Progress("orders", total, total)
	rows := make([]SellingRow, len(markets))
	for i, k := range markets {
		rows[i] = k.row()
	}
	return rows, nil
}

// slice places orders for a while, after the roll-ups have caught up with
// those before.
func (r ReportOptions) slice(ctx context.Context, m *meter, k *market, with, warm bool) error {
	if err := r.catchUp(ctx); err != nil {
		return err
	}
	end := func() ([]time.Duration, error) { return nil, nil }
	if with {
		stop, watched := r.run(ctx), r.watch(ctx)
		end = func() ([]time.Duration, error) {
			tails, err := watched()
			stop()
			return tails, err
		}
	}
	c, err := m.cell(ctx, k.op, Crowd)
	tails, failed := end()
	if err := errors.Join(err, failed); err != nil || warm {
		return err
	}
	if with {
		k.with, k.tails = append(k.with, c), append(k.tails, tails...)
	} else {
		k.without = append(k.without, c)
	}
	return nil
}

// watch looks at the tail until it is ended.
func (r ReportOptions) watch(ctx context.Context) (end func() ([]time.Duration, error)) {
	type seen struct {
		tails []time.Duration
		err   error
	}
	over, result := make(chan struct{}), make(chan seen, 1)
	go func() {
		tick := time.NewTicker(sampledEvery)
		defer tick.Stop()
		var s seen
		for s.err == nil {
			var age time.Duration
			age, s.err = tail(ctx, r.DB.Gorm)
			s.tails = append(s.tails, age)
			select {
			case <-over:
				result <- s
				return
			case <-tick.C:
			}
		}
		result <- s
	}()
	return func() ([]time.Duration, error) {
		close(over)
		s := <-result
		if s.err != nil {
			s.err = fmt.Errorf("look at the tail: %w", s.err)
		}
		return s.tails, s.err
	}
}

// during is the meter for as many runs as there is time for.
func (m *meter) during(slice time.Duration) *meter {
	o := m.Options
	o.Runs, o.Longest = math.MaxInt, slice
	return &meter{Options: o, client: m.client}
}

func (k *market) row() SellingRow {
	row := SellingRow{Brands: k.brands, With: latency(k.with), Without: latency(k.without)}
	ratios := make([]float64, len(k.with))
	for i, c := range k.with {
		ratios[i] = c.perSecond() / k.without[i].perSecond()
	}
	row.Ratio, row.Tail = Median(ratios), tailOf(k.tails)
	return row
}
