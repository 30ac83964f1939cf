// Package bench measures the operations that people wait for: over HTTP, as
// clients of each role send them, on data it fills in itself.
package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Options of a measurement.
type Options struct {
	// API is what is measured, at URL over HTTP. Counted is the same on a pool
	// that records what it sends in Sent.
	API, Counted http.Handler
	URL          string
	Sent         *database.Statements
	// Tokens of the roles merchant, shopper and reporting.
	Tokens map[string]string
	// Catalogue is what the database was filled with beside the demonstration data.
	Catalogue Catalogue
	// Rounds in which every operation is measured once more, and how often it
	// is run in a round, alone and at Crowd: Runs times, unless Longest is over.
	Rounds, Runs int
	Longest      time.Duration
	// Progress is told of each step.
	Progress func(step string, done, total int)
}

// Crowd is how many clients there are where there are many.
const Crowd = 16

// Row is what was found of one operation.
type Row struct {
	Operation string `json:"operation"`
	// Statements that one run sends, and how many it may send where that is promised.
	Statements int `json:"statements"`
	Promised   int `json:"statementsPromised,omitempty"`
	// Alone is one client that waits for each answer; Crowded are Crowd of them.
	Alone   Latency `json:"alone"`
	Crowded Latency `json:"crowded"`
	// Of one run, in the server: allocations and their bytes, and bytes of the answer.
	Allocations    uint64 `json:"allocations"`
	AllocatedBytes uint64 `json:"allocatedBytes"`
	AnswerBytes    int    `json:"answerBytes"`
}

// Latency is how long runs took, medians over the rounds.
type Latency struct {
	Median    time.Duration `json:"medianNs"`
	P99       time.Duration `json:"p99Ns"`
	PerSecond float64       `json:"perSecond"`
	// Runs of all rounds.
	Runs int `json:"runs"`
}

// Run measures. It fails where an operation does not give the answer it should.
func Run(ctx context.Context, o Options) ([]Row, error) {
	m := &meter{Options: o, client: newClient()}
	operations, err := m.operations(ctx)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	for i, op := range operations {
		o.Progress("counting statements", i, len(operations))
		if err := m.count(ctx, op); err != nil {
			return nil, fmt.Errorf("%s: %w", op.name, err)
		}
	}
	o.Progress("counting statements", len(operations), len(operations))
	// The rounds are interleaved: what disturbs a while disturbs all alike. The
	// first one warms up plans, caches and connections.
	total := (o.Rounds + 1) * len(operations)
	for n := range total {
		op := operations[n%len(operations)]
		o.Progress("measuring", n, total)
		if err := m.round(ctx, op, n < len(operations)); err != nil {
			return nil, fmt.Errorf("%s: %w", op.name, err)
		}
	}
	o.Progress("measuring", total, total)
	rows := make([]Row, len(operations))
	for i, op := range operations {
		rows[i] = op.row()
	}
	return rows, nil
}
