package transfer

import (
	"context"
	"sync"
)

// lanes write orders beside each other while the file is read on. All orders
// of a storefront go one lane, so that none waits for another's lock. A dry run
// is one transaction, which one alone can use: it is written as it is read.
type lanes struct {
	w     *salesWriter
	ctx   context.Context
	fail  context.CancelCauseFunc
	group sync.WaitGroup
	todo  []chan []*booking
	open  [][]*booking
	lines []int
	most  int
}

// newLanes has so many lanes, each of which writes as many lines at a time.
func newLanes(w *salesWriter, n, most int) *lanes {
	l := &lanes{w: w, open: make([][]*booking, n), lines: make([]int, n), most: most}
	l.ctx, l.fail = context.WithCancelCause(w.db.Statement.Context)
	for range n {
		if w.in.DryRun {
			break
		}
		todo := make(chan []*booking)
		l.todo = append(l.todo, todo)
		l.group.Go(func() {
			for orders := range todo {
				if l.ctx.Err() != nil {
					continue
				}
				if err := w.write(orders); err != nil {
					l.fail(err)
				}
			}
		})
	}
	return l
}

// add takes orders, and gives the first error of any lane.
func (l *lanes) add(orders []*booking) error {
	for _, o := range orders {
		at := int(o.storefront.ID[15]) % len(l.open)
		l.open[at], l.lines[at] = append(l.open[at], o), l.lines[at]+len(o.lines)
		if l.lines[at] >= l.most {
			l.send(at)
		}
	}
	return context.Cause(l.ctx)
}

func (l *lanes) send(at int) {
	orders := l.open[at]
	l.open[at], l.lines[at] = nil, 0
	switch {
	case len(orders) == 0:
	case l.todo != nil:
		l.todo[at] <- orders
	case l.ctx.Err() == nil:
		if err := l.w.write(orders); err != nil {
			l.fail(err)
		}
	}
}

// close writes what is left, unless something has failed, and waits.
func (l *lanes) close(failed error) error {
	if failed != nil {
		l.fail(failed)
	}
	for at := range l.open {
		if l.ctx.Err() == nil {
			l.send(at)
		}
	}
	for _, todo := range l.todo {
		close(todo)
	}
	l.group.Wait()
	defer l.fail(nil)
	return context.Cause(l.ctx)
}
