package paging

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"
)

// Each reads a page of every parent's rows in one statement, and all totals in
// another when the first is asked for. The query is as Find takes it, of the
// rows of all parents; parent names the columns that tell whose a row is,
// qualified by the table ("variants.brand_id, variants.product_id"), and of
// reads them from a row. Where the query selects columns, the rows have these
// alone. A parent without rows gets an empty page.
func Each[N any, K comparable](
	query *gorm.DB, args Args, sort Sort[N], table, parent string, of func(*N) K,
) (func(K) *Connection[N], error) {
	window, err := args.window()
	if err != nil {
		return nil, err
	}
	query = query.Model(new(N)).Session(&gorm.Session{})
	ranked, err := sort.between(query, args)
	if err != nil {
		return nil, err
	}
	order := sort.order(window)
	columns := table + ".*"
	if selected := query.Statement.Selects; len(selected) > 0 {
		columns = strings.Join(selected, ", ")
	}
	ranked = ranked.Select(columns + ", row_number() over (partition by " + parent + " order by " + order + ") as page_rank")
	// The alias is the table's own name, so that the order reads the same outside.
	var rows []*N
	err = query.Session(&gorm.Session{NewDB: true}).Table("(?) as "+table, ranked).
		Where("page_rank <= ?", window.size+1).Order(order).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	parts := map[K][]*N{}
	for _, row := range rows {
		parts[of(row)] = append(parts[of(row)], row)
	}
	totals := totals(query, parent, of)
	return func(k K) *Connection[N] {
		c := pageOf(slices.Clone(parts[k]), window, args, sort.encode)
		c.count = func(ctx context.Context) (int64, error) {
			counts, err := totals(ctx)
			return counts[k], err
		}
		return c
	}, nil
}

// counted is what a parent's columns and the number of its rows are read into.
type counted[N any] struct {
	Row   N `gorm:"embedded"`
	Total int64
}

// totals counts the rows of all parents, once, for whoever asks first.
func totals[N any, K comparable](query *gorm.DB, parent string, of func(*N) K) func(context.Context) (map[K]int64, error) {
	var once sync.Once
	var counts map[K]int64
	var failed error
	// The query's own context says why it may read many brands.
	return func(context.Context) (map[K]int64, error) {
		once.Do(func() {
			var rows []*counted[N]
			failed = query.Select(parent + ", count(*) as total").Group(parent).Scan(&rows).Error
			counts = make(map[K]int64, len(rows))
			for _, row := range rows {
				counts[of(&row.Row)] = row.Total
			}
		})
		return counts, failed
	}
}

// between narrows a query to what lies between the cursors.
func (s Sort[N]) between(query *gorm.DB, args Args) (*gorm.DB, error) {
	left := "(" + strings.Join(s.exprs(), ", ") + ")"
	for _, bound := range []struct {
		name   string
		cursor *string
		after  bool
	}{{"after", args.After, true}, {"before", args.Before, false}} {
		if bound.cursor == nil {
			continue
		}
		values, err := s.decode(bound.name, *bound.cursor)
		if err != nil {
			return nil, err
		}
		marks := make([]string, len(s.Columns))
		for i, c := range s.Columns {
			marks[i] = "?::" + c.Type
		}
		operator := " > "
		if bound.after == s.Desc {
			operator = " < "
		}
		query = query.Where(left+operator+"("+strings.Join(marks, ", ")+")", values...)
	}
	return query, nil
}

// order is the sort in the direction in which the page is read.
func (s Sort[N]) order(w window) string {
	direction := ""
	if s.Desc != w.backward {
		direction = " desc"
	}
	return strings.Join(s.exprs(), direction+", ") + direction
}

func (s Sort[N]) exprs() []string {
	exprs := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		exprs[i] = c.Expr
	}
	return exprs
}
