package order

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
)

const (
	// atOnce bounds how many orders are written together.
	atOnce = 64
	// writeTimeout bounds a write that several wait for.
	writeTimeout = 15 * time.Second
)

// rush has orders of the same goods that come at the same time written
// together. One after the other each would wait for the row of the stock until
// the one before is on disk; together they wait once. Orders of different goods
// do not meet here. Where they cannot be written together, each is written
// alone, and what it gets is its own.
type rush struct {
	mutex sync.Mutex
	// queues of stock levels that an order is being written of.
	queues map[level][]*entry
}

type level struct{ brand, variant, warehouse uuid.UUID }

// entry is an order that is to be written.
type entry struct {
	rows  *database.Batch
	brand uuid.UUID
	moved inventory.Moved

	// joined makes it the one that writes others with it, done tells that it
	// was written by another.
	joined chan []*entry
	done   chan struct{}
	err    error
}

func newRush() *rush { return &rush{queues: map[level][]*entry{}} }

// write sends an order in a transaction of its own or with others. An order
// whose caller leaves is not written, unless that has begun.
func (r *rush) write(db *gorm.DB, e *entry) error {
	if database.InTransaction(db) { // its locks are its own
		return send(db, e)
	}
	own, waits := r.enter(e)
	if !waits {
		defer r.leave(own)
		return send(db, e)
	}
	ctx := db.Statement.Context
	for left := ctx.Done(); ; {
		select {
		case <-e.done:
			return e.err
		case all := <-e.joined:
			defer r.leave(own)
			together(db, all)
			return e.err
		case <-left:
			if r.drop(own[0], e) {
				return ctx.Err()
			}
			left = nil // it is being written: what becomes of it is known soon
		}
	}
}

// enter takes the levels of an order, or queues it for the first that is taken.
func (r *rush) enter(e *entry) (levels []level, waits bool) {
	levels = make([]level, len(e.moved.Moves))
	for i, m := range e.moved.Moves {
		levels[i] = level{e.brand, m.VariantID, m.WarehouseID}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, l := range levels {
		if queue, taken := r.queues[l]; taken {
			e.joined, e.done = make(chan []*entry, 1), make(chan struct{})
			r.queues[l] = append(queue, e)
			return []level{l}, true
		}
	}
	for _, l := range levels {
		r.queues[l] = nil
	}
	return levels, false
}

// leave hands levels on to those that wait for them.
func (r *rush) leave(levels []level) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, l := range levels {
		queue := r.queues[l]
		if len(queue) == 0 {
			delete(r.queues, l)
			continue
		}
		n := min(len(queue), atOnce)
		r.queues[l] = slices.Clone(queue[n:])
		queue[0].joined <- queue[:n:n]
	}
}

// drop takes an order out of a queue; it was not there if its writing has begun.
func (r *rush) drop(l level, e *entry) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	i := slices.Index(r.queues[l], e)
	if i >= 0 {
		r.queues[l] = slices.Delete(r.queues[l], i, i+1)
	}
	return i >= 0
}

// errUnwritten is what orders get whose writer was torn away.
var errUnwritten = errors.New("the order was not written")

// together writes orders of one brand, the first of which is the caller's.
// Whatever becomes of it, the others are told.
func together(db *gorm.DB, all []*entry) {
	for _, e := range all {
		e.err = errUnwritten
	}
	defer func() {
		for _, e := range all[1:] {
			close(e.done)
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(db.Statement.Context), writeTimeout)
	defer cancel()
	db = db.WithContext(ctx)
	err := send(db, all...)
	for _, e := range all {
		if e.err = err; err != nil && len(all) > 1 {
			e.err = send(db, e)
		}
	}
}

// send writes orders of one brand in one round trip, their stock last.
func send(db *gorm.DB, all ...*entry) error {
	writes := database.NewBatch(db)
	moved := make([]inventory.Moved, len(all))
	for i, e := range all {
		writes.Append(e.rows)
		moved[i] = e.moved
	}
	inventory.Moving(writes, all[0].brand, moved...)
	return writes.Send()
}
