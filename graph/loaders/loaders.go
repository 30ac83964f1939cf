// Package loaders reads for a whole list what its rows ask for one by one.
//
// Rows that came together are one group: a page, or what was loaded for a
// page. The first row that asks for something loads it for its group, and the
// others wait for that one statement. No timer guesses when a batch is full,
// so the number of statements depends on the query alone.
package loaders

import (
	"context"
	"sync"
)

type registryKey struct{}

// registry knows the group of every row of one operation.
type registry struct {
	groups sync.Map // row pointer → *group
}

type group struct {
	rows  any // []*P
	mutex sync.Mutex
	loads map[any]*load
}

type load struct {
	once    sync.Once
	results any // map[*P]V
	err     error
}

// With gives an operation its own groups.
func With(ctx context.Context) context.Context {
	return context.WithValue(ctx, registryKey{}, &registry{})
}

// Together makes rows one group and gives them back. A row that already is in
// a group stays there.
func Together[P any](ctx context.Context, rows []*P) []*P {
	r, ok := ctx.Value(registryKey{}).(*registry)
	if !ok || len(rows) == 0 {
		return rows
	}
	g := &group{rows: rows, loads: map[any]*load{}}
	for _, row := range rows {
		if row != nil {
			r.groups.LoadOrStore(row, g)
		}
	}
	return rows
}

// Load gives what a row asks for, fetching it for all rows of its group at
// once. The key names the field and its arguments; it must be comparable.
// What fetch leaves out is the zero value.
func Load[P, V any](ctx context.Context, row *P, key any, fetch func(context.Context, []*P) (map[*P]V, error)) (V, error) {
	g := groupOf(ctx, row)
	g.mutex.Lock()
	l, ok := g.loads[key]
	if !ok {
		l = &load{}
		g.loads[key] = l
	}
	g.mutex.Unlock()
	l.once.Do(func() { l.results, l.err = fetch(ctx, g.rows.([]*P)) })
	if l.err != nil {
		var none V
		return none, l.err
	}
	return l.results.(map[*P]V)[row], nil
}

func groupOf[P any](ctx context.Context, row *P) *group {
	r, ok := ctx.Value(registryKey{}).(*registry)
	if !ok {
		return alone(row)
	}
	g, ok := r.groups.Load(row)
	if !ok {
		g, _ = r.groups.LoadOrStore(row, alone(row))
	}
	return g.(*group)
}

func alone[P any](row *P) *group { return &group{rows: []*P{row}, loads: map[any]*load{}} }

// One loads a belongs-to relation: of tells the key of the wanted row, false
// where there is none, and fetch reads rows by their keys in any order. The
// rows found are a group of their own.
func One[P, V any, K comparable](
	ctx context.Context, row *P, field any,
	of func(*P) (K, bool), fetch func(context.Context, []K) ([]*V, error), key func(*V) K,
) (*V, error) {
	return Load(ctx, row, field, func(ctx context.Context, rows []*P) (map[*P]*V, error) {
		var keys []K
		seen := map[K]bool{}
		for _, row := range rows {
			if k, ok := of(row); ok && !seen[k] {
				seen[k], keys = true, append(keys, k)
			}
		}
		if len(keys) == 0 {
			return nil, nil
		}
		found, err := fetch(ctx, keys)
		if err != nil {
			return nil, err
		}
		Together(ctx, found)
		byKey := make(map[K]*V, len(found))
		for _, v := range found {
			byKey[key(v)] = v
		}
		results := make(map[*P]*V, len(rows))
		for _, row := range rows {
			if k, ok := of(row); ok {
				results[row] = byKey[k]
			}
		}
		return results, nil
	})
}

// Many loads a has-many relation: fetch reads the rows of all parents in
// display order, and of tells the parent of each. The rows found are one group.
func Many[P, V any, K comparable](
	ctx context.Context, row *P, field any,
	key func(*P) K, fetch func(context.Context, []K) ([]*V, error), of func(*V) K,
) ([]*V, error) {
	return Load(ctx, row, field, func(ctx context.Context, rows []*P) (map[*P][]*V, error) {
		keys := make([]K, 0, len(rows))
		parents := make(map[K][]*P, len(rows))
		for _, row := range rows {
			k := key(row)
			if _, seen := parents[k]; !seen {
				keys = append(keys, k)
			}
			parents[k] = append(parents[k], row)
		}
		found, err := fetch(ctx, keys)
		if err != nil {
			return nil, err
		}
		Together(ctx, found)
		results := make(map[*P][]*V, len(rows))
		for _, row := range rows {
			results[row] = []*V{}
		}
		for _, v := range found {
			for _, parent := range parents[of(v)] {
				results[parent] = append(results[parent], v)
			}
		}
		return results, nil
	})
}
