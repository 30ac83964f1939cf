package order

import (
	"context"
	"errors"
	"math/bits"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

const (
	// atOnce bounds how many are served together.
	atOnce = 32
	// rushTimeout bounds work that several wait for.
	rushTimeout = 15 * time.Second
)

// rush has work on the same things that comes at the same time done together:
// whoever comes while another is at it waits, and the first of those who wait
// then does the work of all. Work on different things does not meet here.
type rush[K comparable, W any] struct {
	// together does some work and leaves what became of each.
	together func(db *gorm.DB, all []*task[W])

	mutex sync.Mutex
	// queues of the things that are being worked on.
	queues map[K][]*task[W]
}

// task is what one asks for.
type task[W any] struct {
	work W
	err  error

	// turn makes it the one that works for others, too; done tells that
	// another has done it.
	turn chan []*task[W]
	done chan struct{}
}

func newRush[K comparable, W any](together func(db *gorm.DB, all []*task[W])) *rush[K, W] {
	return &rush[K, W]{together: together, queues: map[K][]*task[W]{}}
}

// do works on things, alone or together with others. It is not done for a
// caller who leaves, unless it has begun.
func (r *rush[K, W]) do(db *gorm.DB, things []K, work W) error {
	t := &task[W]{work: work}
	if database.InTransaction(db) { // its locks are its own
		r.together(db, []*task[W]{t})
		return t.err
	}
	queue, waits := r.enter(things, t)
	if !waits {
		defer r.leave(things)
		r.together(db, []*task[W]{t})
		return t.err
	}
	ctx := db.Statement.Context
	for left := ctx.Done(); ; {
		select {
		case <-t.done:
			return t.err
		case all := <-t.turn:
			defer r.leave([]K{queue})
			r.lead(db, all)
			return t.err
		case <-left:
			if r.drop(queue, t) {
				return ctx.Err()
			}
			left = nil // it is being done: what becomes of it is known soon
		}
	}
}

// enter takes things, or queues for the first that is taken.
func (r *rush[K, W]) enter(things []K, t *task[W]) (queue K, waits bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, thing := range things {
		if waiting, taken := r.queues[thing]; taken {
			t.turn, t.done = make(chan []*task[W], 1), make(chan struct{})
			r.queues[thing] = append(waiting, t)
			return thing, true
		}
	}
	for _, thing := range things {
		r.queues[thing] = nil
	}
	return queue, false
}

// leave hands things on to those who wait for them, a power of two of them:
// so many rows are one statement.
func (r *rush[K, W]) leave(things []K) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, thing := range things {
		waiting := r.queues[thing]
		if len(waiting) == 0 {
			delete(r.queues, thing)
			continue
		}
		n := min(1<<(bits.Len(uint(len(waiting)))-1), atOnce)
		r.queues[thing] = slices.Clone(waiting[n:])
		waiting[0].turn <- waiting[:n:n]
	}
}

// drop takes a task out of a queue; it is not there if it has begun.
func (r *rush[K, W]) drop(queue K, t *task[W]) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	i := slices.Index(r.queues[queue], t)
	if i >= 0 {
		r.queues[queue] = slices.Delete(r.queues[queue], i, i+1)
	}
	return i >= 0
}

// errUndone is what those get whose leader was torn away.
var errUndone = errors.New("the work of several was not done")

// lead works for all, the first of whom is the caller. Whatever becomes of it,
// the others are told.
func (r *rush[K, W]) lead(db *gorm.DB, all []*task[W]) {
	for _, t := range all {
		t.err = errUndone
	}
	defer func() {
		for _, t := range all[1:] {
			close(t.done)
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(db.Statement.Context), rushTimeout)
	defer cancel()
	r.together(db.WithContext(ctx), all)
}
