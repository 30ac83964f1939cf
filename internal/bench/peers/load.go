package peers

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	// Crowd is how many clients there are.
	Crowd = 16
	// Rush is how many want the same variant.
	Rush = 64
)

// slice is what a while of load has found.
type slice struct {
	took  []time.Duration // of each request, sorted
	lasts time.Duration
}

func (s slice) perSecond() float64 { return float64(len(s.took)) / s.lasts.Seconds() }

// at gives the time within which a part of the requests was answered.
func (s slice) at(part float64) time.Duration { return s.took[int(part*float64(len(s.took)-1))] }

// load has a crowd do a script for so long. Each client goes on as soon as it
// has its answer; one that is wrong ends it all.
func load(ctx context.Context, at *url.URL, s script, seed uint64, lasts time.Duration) (slice, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var ready, group sync.WaitGroup
	begin := make(chan struct{})
	var began, end time.Time
	crowd := cmp.Or(s.crowd, Crowd)
	taken := make([][]time.Duration, crowd)
	ready.Add(crowd)
	for n := range crowd {
		group.Go(func() {
			c := newClient(at, seed, n)
			defer c.close()
			if err := c.run(ctx, s.setup); err != nil {
				cancel(err)
			}
			ready.Done()
			<-begin
			for before := time.Now(); before.Before(end) && ctx.Err() == nil; {
				if s.afresh {
					c.token = ""
				}
				if err := c.run(ctx, s.steps); err != nil {
					cancel(err)
					return
				}
				after := time.Now()
				taken[n] = append(taken[n], after.Sub(before))
				before = after
			}
		})
	}
	ready.Wait()
	began = time.Now()
	end = began.Add(lasts)
	close(begin)
	group.Wait()
	all := slice{took: slices.Concat(taken...), lasts: time.Since(began)}
	slices.Sort(all.took)
	if err := context.Cause(ctx); err != nil {
		return all, err
	}
	if len(all.took) == 0 {
		return all, errors.New("nothing was answered")
	}
	return all, nil
}
