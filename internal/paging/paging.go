// Package paging reads lists in pages by keyset: a page starts behind the sort
// values of the last row seen, so that it costs the same however far it lies.
package paging

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Limits of a page.
const (
	DefaultSize = 20
	MaxSize     = 100
)

// Args are the arguments of a connection as they came.
type Args struct {
	First, Last   *int32
	After, Before *string
	// Default and Max size of a page where the list has its own; 0 for the usual.
	Default, Max int
}

// Connection is a page of a list.
type Connection[N any] struct {
	Edges    []*Edge[N]
	PageInfo PageInfo
	count    func(context.Context) (int64, error)
}

// Edge is a row of a page with its cursor.
type Edge[N any] struct {
	Cursor string
	Node   *N
}

// PageInfo says where a page lies.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       *string
}

// Nodes are the rows alone.
func (c *Connection[N]) Nodes() []*N {
	nodes := make([]*N, len(c.Edges))
	for i, e := range c.Edges {
		nodes[i] = e.Node
	}
	return nodes
}

// TotalCount counts all pages' rows, when it is asked for.
func (c *Connection[N]) TotalCount(ctx context.Context) (int, error) {
	if c.count == nil {
		return len(c.Edges), nil
	}
	n, err := c.count(ctx)
	return int(n), err
}

// Empty is a page of a list without rows.
func Empty[N any]() *Connection[N] {
	return &Connection[N]{Edges: []*Edge[N]{}}
}

// Column is a part of a sort: an SQL expression that is never null, its SQL
// type, and its value in a row. Times are compared to the microsecond.
type Column[N any] struct {
	Expr  string
	Type  string
	Value func(*N) any
}

// Sort is a total order of rows: its last column tells all rows apart.
// Its name and Filter are part of every cursor, so that one of another list,
// order or filter is refused.
type Sort[N any] struct {
	Name    string
	Filter  any
	Columns []Column[N]
	Desc    bool
}

// Find reads a page. The query holds conditions and joins, and neither order
// nor limit; it is counted as it is when the total is asked for.
func Find[N any](query *gorm.DB, args Args, sort Sort[N]) (*Connection[N], error) {
	query = query.Session(&gorm.Session{})
	page, err := sort.Narrow(query, args)
	if err != nil {
		return nil, err
	}
	var rows []*N
	if err := page.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	// The query's own context says why it may read many brands.
	return sort.Page(rows, args, func(context.Context) (n int64, err error) {
		err = query.Count(&n).Error
		return n, err
	})
}

// Narrow and Page are Find in two steps, for statements made of several
// queries: Narrow cuts each to what the page can hold.
func (s Sort[N]) Narrow(query *gorm.DB, args Args) (*gorm.DB, error) {
	window, err := args.Window()
	if err != nil {
		return nil, err
	}
	page, err := s.between(query, args)
	if err != nil {
		return nil, err
	}
	return page.Order(s.Order().By(window)).Limit(window.Size + 1), nil
}

// Leading cuts a query of the first column's values, each once, to those that
// rows of the page can have: each has a row, but for those of the cursors.
func (s Sort[N]) Leading(query *gorm.DB, args Args) (*gorm.DB, error) {
	window, err := args.Window()
	if err != nil {
		return nil, err
	}
	order := s.Order()
	conditions, err := order.between(args, order.Keys[:1], "=")
	if err != nil {
		return nil, err
	}
	return conditions.Narrow(query).Order(order.Keys[0].Expr + order.Direction(window)).Limit(window.Size + 2), nil
}

// Rows is how many rows a page is made of at most: its size, and one that
// tells whether there are more.
func (a Args) Rows() (int, error) {
	window, err := a.Window()
	return window.Size + 1, err
}

// Page makes a page of the rows that a narrowed query gave.
func (s Sort[N]) Page(rows []*N, args Args, count func(context.Context) (int64, error)) (*Connection[N], error) {
	window, err := args.Window()
	if err != nil {
		return nil, err
	}
	c := pageOf(rows, window, args, s.cursors())
	c.count = count
	return c, nil
}

// Map is the same page of what stands in its rows.
func Map[N, M any](c *Connection[N], node func(*N) *M) *Connection[M] {
	mapped := &Connection[M]{Edges: make([]*Edge[M], len(c.Edges)), PageInfo: c.PageInfo, count: c.count}
	for i, e := range c.Edges {
		mapped.Edges[i] = &Edge[M]{Cursor: e.Cursor, Node: node(e.Node)}
	}
	return mapped
}

// pageOf cuts the extra row that tells whether there is more.
func pageOf[N any](rows []*N, w Window, args Args, cursor func(*N) string) *Connection[N] {
	more := len(rows) > w.Size
	if more {
		rows = rows[:w.Size]
	}
	if w.Backward {
		slices.Reverse(rows)
	}
	c := &Connection[N]{Edges: make([]*Edge[N], len(rows))}
	for i, row := range rows {
		c.Edges[i] = &Edge[N]{Cursor: cursor(row), Node: row}
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	c.PageInfo.HasNextPage = more && !w.Backward || w.Backward && args.Before != nil
	c.PageInfo.HasPreviousPage = more && w.Backward || !w.Backward && args.After != nil
	return c
}

// Window is how much of a list a page shows, and from which end.
type Window struct {
	Size     int
	Backward bool
}

// Window reads the arguments, or reports problem.BadInput.
func (a Args) Window() (Window, error) {
	if a.First != nil && a.Last != nil {
		return Window{}, &problem.BadInput{Argument: "last", Message: "give first or last, not both"}
	}
	w := Window{Size: DefaultSize, Backward: a.Last != nil}
	if a.Default > 0 {
		w.Size = a.Default
	}
	limit := MaxSize
	if a.Max > 0 {
		limit = a.Max
	}
	for name, n := range map[string]*int32{"first": a.First, "last": a.Last} {
		if n == nil {
			continue
		}
		if *n < 0 || int(*n) > limit {
			return Window{}, &problem.BadInput{Argument: name, Message: fmt.Sprintf("must be 0 to %d", limit)}
		}
		w.Size = int(*n)
	}
	return w, nil
}
