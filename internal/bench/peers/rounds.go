package peers

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/bench"
)

// Options of a measurement.
type Options struct {
	// Servers take turns. Ratios are to the first one, the limit.
	Servers []*Server
	// Operations by name; all where there are none.
	Operations []string
	Data       *Data
	// Rounds, in each of which each server does each operation for a Slice.
	Rounds   int
	Slice    time.Duration
	Progress func(step string, done, total int)
}

// Row is what was found of an operation of a server: medians over the rounds.
type Row struct {
	Operation string `json:"operation"`
	Server    string `json:"server"`
	// Requests of all rounds, and how many a second.
	Requests  int     `json:"requests"`
	PerSecond float64 `json:"perSecond"`
	// Ratio to the limit in the same round, of requests a second and of the
	// processor time of a request, server and PostgreSQL together.
	Ratio    float64 `json:"ratio"`
	CPURatio float64 `json:"cpuRatio"`
	// Processor time of a request.
	ServerCPU   time.Duration `json:"serverCpuNs"`
	PostgresCPU time.Duration `json:"postgresCpuNs"`
	Median      time.Duration `json:"medianNs"`
	P99         time.Duration `json:"p99Ns"`
	// Allocations and statements of a request, where they are counted.
	Allocations uint64 `json:"allocations,omitempty"`
	Statements  int    `json:"statements,omitempty"`
	// ResidentBytes at most, at the end of a slice.
	ResidentBytes int64 `json:"residentBytes"`
}

// turn is a slice of a server.
type turn struct {
	slice

	spent  spent
	memory int64
}

func (t turn) each(d time.Duration) time.Duration { return d / time.Duration(len(t.took)) }

func (t turn) cpu() time.Duration { return t.each(t.spent.server + t.spent.postgres) }

// warm is how long servers run before anything counts.
const warm = time.Second

// Run measures. The rounds are interleaved, and servers change places from
// round to round: what disturbs a while disturbs all alike.
func Run(ctx context.Context, o Options) ([]Row, error) {
	var rows []Row
	operations := slices.DeleteFunc(slices.Clone(Operations), func(op Operation) bool {
		return len(o.Operations) > 0 && !slices.Contains(o.Operations, op.Name)
	})
	turns := make([][][]turn, len(operations)) // of operation, server, round
	total := (o.Rounds + 1) * len(operations)
	for n := range total {
		round, which := n/len(operations)-1, n%len(operations) // the first one warms up
		o.Progress("measuring", n, total)
		if turns[which] == nil {
			turns[which] = make([][]turn, len(o.Servers))
		}
		for i := range o.Servers {
			if round%2 != 0 {
				i = len(o.Servers) - 1 - i
			}
			t, err := o.turn(ctx, o.Servers[i], operations[which].Name, round)
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", operations[which].Name, o.Servers[i].Name, err)
			}
			if round >= 0 && t != nil {
				turns[which][i] = append(turns[which][i], *t)
			}
		}
	}
	o.Progress("measuring", total, total)
	for which, op := range operations {
		for i, s := range o.Servers {
			if len(turns[which][i]) > 0 {
				rows = append(rows, row(op.Name, s.Name, turns[which][i], turns[which][0]))
			}
		}
	}
	return rows, nil
}

// turn is nil where the server does not know the operation.
func (o Options) turn(ctx context.Context, s *Server, operation string, round int) (*turn, error) {
	what := s.script(o.Data, operation)
	if len(what.steps) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to measure
	}
	lasts := o.Slice
	if round < 0 {
		lasts = min(lasts, warm)
	}
	before := s.spent()
	found, err := load(ctx, s.url, what, uint64(round+1), lasts)
	if err != nil {
		return nil, err
	}
	after := s.spent()
	return &turn{found, spent{after.server - before.server, after.postgres - before.postgres}, s.memory()}, nil
}

// Once tells what is placed apart from all that was placed before.
func Once() string { return rand.Text()[:16] }

func row(operation, server string, own, limit []turn) Row {
	of := func(value func(i int) float64) float64 {
		all := make([]float64, len(own))
		for i := range own {
			all[i] = value(i)
		}
		return bench.Median(all)
	}
	lasting := func(value func(t turn) time.Duration) time.Duration {
		return time.Duration(of(func(i int) float64 { return float64(value(own[i])) }))
	}
	r := Row{
		Operation: operation, Server: server,
		PerSecond:   of(func(i int) float64 { return own[i].perSecond() }),
		Ratio:       of(func(i int) float64 { return own[i].perSecond() / limit[i].perSecond() }),
		ServerCPU:   lasting(func(t turn) time.Duration { return t.each(t.spent.server) }),
		PostgresCPU: lasting(func(t turn) time.Duration { return t.each(t.spent.postgres) }),
		Median:      lasting(func(t turn) time.Duration { return t.at(0.5) }),
		P99:         lasting(func(t turn) time.Duration { return t.at(0.99) }),
	}
	if limit[0].cpu() > 0 {
		r.CPURatio = of(func(i int) float64 { return float64(own[i].cpu()) / float64(max(limit[i].cpu(), 1)) })
	}
	for _, t := range own {
		r.Requests, r.ResidentBytes = r.Requests+len(t.took), max(r.ResidentBytes, t.memory)
	}
	return r
}
