package bench

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// meter is a measurement under way.
type meter struct {
	Options
	client *client
}

// operation is what is measured, and what has been found so far.
type operation struct {
	name  string
	token string
	// tokens are of runs in turn, where they are several people's.
	tokens   []string
	promised int
	// body of the n-th run.
	body func(n int64) []byte
	// An answer holds each so many times, or more often.
	each  string
	times int

	runs                    atomic.Int64
	statements, answerBytes int
	alone, crowded          []cell
	allocations, allocated  []uint64
}

// cell is an operation in a round, alone or in a crowd.
type cell struct {
	median, p99, took time.Duration
	runs              int
}

const (
	countedRuns   = 5
	allocatedRuns = 100
)

// count finds how many statements a run sends once caches are warm.
func (m *meter) count(ctx context.Context, op *operation) error {
	var counts, sizes []int
	for range countedRuns + 1 {
		m.Sent.Reset()
		a := &answer{}
		if err := serve(m.Counted, op.request(ctx), a); err != nil {
			return err
		}
		if err := op.holds(a.body.Bytes()); err != nil {
			return err
		}
		counts, sizes = append(counts, len(m.Sent.List())), append(sizes, a.body.Len())
	}
	op.statements, op.answerBytes = Median(counts[1:]), Median(sizes[1:])
	return nil
}

// round measures once more. What warms up is forgotten.
func (m *meter) round(ctx context.Context, op *operation, warm bool) error {
	alone, err := m.cell(ctx, op, 1)
	if err != nil {
		return err
	}
	crowded, err := m.cell(ctx, op, Crowd)
	if err != nil {
		return err
	}
	count, bytes, err := m.allocate(ctx, op, min(alone.runs, allocatedRuns))
	if err != nil || warm {
		return err
	}
	op.alone, op.crowded = append(op.alone, alone), append(op.crowded, crowded)
	op.allocations, op.allocated = append(op.allocations, count), append(op.allocated, bytes)
	return nil
}

// cell has clients run an operation one time after the other.
func (m *meter) cell(ctx context.Context, op *operation, clients int) (cell, error) {
	var group sync.WaitGroup
	var begun atomic.Int64
	taken, errs := make([][]time.Duration, clients), make([]error, clients)
	began := time.Now()
	for c := range clients {
		group.Go(func() {
			for begun.Add(1) <= int64(m.Runs) && (time.Since(began) < m.Longest || len(taken[c]) == 0) && errs[c] == nil {
				n := op.runs.Add(1)
				body, token := op.body(n), op.tokenOf(n)
				at := time.Now()
				errs[c] = m.client.send(ctx, m.URL, token, body)
				taken[c] = append(taken[c], time.Since(at))
			}
		})
	}
	group.Wait()
	took, all := time.Since(began), slices.Concat(taken...)
	slices.Sort(all)
	return cell{median: all[len(all)/2], p99: all[len(all)*99/100], took: took, runs: len(all)}, errors.Join(errs...)
}

// allocate finds what a run allocates in the server, which is called without
// a network: a client's allocations would be counted, too.
func (m *meter) allocate(ctx context.Context, op *operation, runs int) (count, bytes uint64, err error) {
	requests := make([]*http.Request, runs)
	for i := range requests {
		requests[i] = op.request(ctx)
	}
	a := &answer{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, r := range requests {
		if err := serve(m.API, r, a); err != nil {
			return 0, 0, err
		}
	}
	runtime.ReadMemStats(&after)
	n := uint64(runs)
	return (after.Mallocs - before.Mallocs) / n, (after.TotalAlloc - before.TotalAlloc) / n, nil
}

func (op *operation) tokenOf(n int64) string {
	if len(op.tokens) == 0 {
		return op.token
	}
	return op.tokens[n%int64(len(op.tokens))]
}

func (op *operation) row() Row {
	return Row{
		Operation: op.name, Statements: op.statements, Promised: op.promised,
		Alone: latency(op.alone), Crowded: latency(op.crowded),
		Allocations: Median(op.allocations), AllocatedBytes: Median(op.allocated), AnswerBytes: op.answerBytes,
	}
}

func (c cell) perSecond() float64 { return float64(c.runs) / c.took.Seconds() }

func latency(cells []cell) Latency {
	var l Latency
	medians, p99s, rates := make([]time.Duration, len(cells)), make([]time.Duration, len(cells)), make([]float64, len(cells))
	for i, c := range cells {
		medians[i], p99s[i], rates[i] = c.median, c.p99, c.perSecond()
		l.Runs += c.runs
	}
	l.Median, l.P99, l.PerSecond = Median(medians), Median(p99s), Median(rates)
	return l
}

// Median of what there is; of an even number, the lower one.
func Median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
