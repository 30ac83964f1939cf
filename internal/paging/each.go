package paging

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// Parents are what lists of rows belong to.
type Parents[N any, K comparable] struct {
	Keys []K
	// Columns of the rows' table, all of type uuid, that name a row's parent:
	// "brand_id", "product_id". IDs gives a key's values of them, in their order.
	Columns []string
	IDs     func(K) []uuid.UUID
	// Of reads the key of its parent from a row.
	Of func(*N) K
}

// OfKeys are parents that are rows of brands; column names them beside brand_id.
func OfKeys[N any](keys []models.Key, column string, of func(*N) models.Key) Parents[N, models.Key] {
	return Parents[N, models.Key]{Keys: keys, Columns: []string{"brand_id", column}, Of: of,
		IDs: func(k models.Key) []uuid.UUID { return []uuid.UUID{k.BrandID, k.ID} }}
}

// Each reads a page of every parent's rows in one statement, and all totals in
// another when the first is asked for. The query is as Find takes it, of the
// rows of any parent, and reads table under its own name; where it selects
// columns, the rows have these alone. Each parent's page is read along the
// index that serves Find for it. A parent without rows gets an empty page.
func Each[N any, K comparable](
	query *gorm.DB, args Args, sort Sort[N], table string, of Parents[N, K],
) (func(K) *Connection[N], error) {
	window, err := args.Window()
	if err != nil {
		return nil, err
	}
	query = query.Model(new(N)).Session(&gorm.Session{})
	page, err := sort.between(query, args)
	if err != nil {
		return nil, err
	}
	order := sort.Order().By(window)
	page = page.Order(order).Limit(window.Size + 1)
	if len(of.Keys) == 1 {
		page = page.Where(of.only(table))
	} else {
		// The alias is the table's own name, so that the order reads the same outside.
		page = query.Session(&gorm.Session{NewDB: true}).
			Table(of.from()+" cross join lateral (?) as "+table, append(of.list(), page.Where(of.same(table)))...).
			Select(table + ".*").Order(order)
	}
	var rows []*N
	if err := page.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	parts := map[K][]*N{}
	for _, row := range rows {
		parts[of.Of(row)] = append(parts[of.Of(row)], row)
	}
	totals, cursor := totals(query, table, of), sort.cursors()
	return func(k K) *Connection[N] {
		c := pageOf(slices.Clone(parts[k]), window, args, cursor)
		c.count = func(context.Context) (int64, error) {
			counts, err := totals()
			return counts[k], err
		}
		return c
	}, nil
}

// from is the parents as a table of SQL, with the keys' values still to be given.
func (p Parents[N, K]) from() string {
	arrays, names := make([]string, len(p.Columns)), make([]string, len(p.Columns))
	for i := range p.Columns {
		arrays[i], names[i] = "cast(? as uuid[])", fmt.Sprint("k", i+1)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ") as parents (" + strings.Join(names, ", ") + ")"
}

// list gives the keys' values, one array for each column.
func (p Parents[N, K]) list() []any {
	arrays := make([]models.StringList, len(p.Columns))
	seen := make(map[K]bool, len(p.Keys))
	for _, k := range p.Keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		for i, id := range p.IDs(k) {
			arrays[i] = append(arrays[i], id.String())
		}
	}
	all := make([]any, len(arrays))
	for i, a := range arrays {
		all[i] = a
	}
	return all
}

// same tells a row's parent.
func (p Parents[N, K]) same(table string) string {
	conditions := make([]string, len(p.Columns))
	for i, column := range p.Columns {
		conditions[i] = fmt.Sprintf("%s.%s = parents.k%d", table, column, i+1)
	}
	return strings.Join(conditions, " and ")
}

// only tells a row of the one parent there is: PostgreSQL keeps the plan of
// such a statement, where it would plan one of a list anew each time.
func (p Parents[N, K]) only(table string) map[string]any {
	conditions := make(map[string]any, len(p.Columns))
	for i, id := range p.IDs(p.Keys[0]) {
		conditions[table+"."+p.Columns[i]] = id
	}
	return conditions
}

// counted is what a parent's columns and the number of its rows are read into.
type counted[N any] struct {
	Row   N `gorm:"embedded"`
	Total int64
}

// totals counts the rows of all parents, once, for whoever asks first.
func totals[N any, K comparable](query *gorm.DB, table string, of Parents[N, K]) func() (map[K]int64, error) {
	return sync.OnceValues(func() (map[K]int64, error) {
		columns := table + "." + strings.Join(of.Columns, ", "+table+".")
		var rows []*counted[N]
		err := query.Joins("join "+of.from()+" on "+of.same(table), of.list()...).
			Select(columns + ", count(*) as total").Group(columns).Scan(&rows).Error
		counts := make(map[K]int64, len(rows))
		for _, row := range rows {
			counts[of.Of(&row.Row)] = row.Total
		}
		return counts, err
	})
}

// between narrows a query to what lies between the cursors.
func (s Sort[N]) between(query *gorm.DB, args Args) (*gorm.DB, error) {
	conditions, err := s.Order().Between(args)
	return conditions.Narrow(query), err
}
