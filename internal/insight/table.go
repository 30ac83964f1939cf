package insight

import (
	"context"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// column is one of a report's table, and its value in a row.
type column[T any] struct {
	table.Column

	of func(*T) any
}

// optional is what a pointer has, nil where it has nothing.
func optional[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// whole makes a table of a report that has few rows. They are read when they
// are asked for.
func whole[T any](ctx context.Context, title string, q *Query, columns []column[T], read func() ([]*T, error)) (*table.Table, error) {
	t, err := heading(ctx, title, q, columns)
	if err != nil {
		return nil, err
	}
	t.Rows = func(yield func(table.Row, error) bool) {
		rows, err := read()
		if err != nil {
			yield(nil, err)
			return
		}
		line := make(table.Row, len(columns))
		for _, r := range rows {
			for i, c := range columns {
				line[i] = c.of(r)
			}
			if !yield(line, nil) {
				return
			}
		}
	}
	return t, nil
}

// heading is a table without its rows; it refuses what the report would.
func heading[T any](ctx context.Context, title string, q *Query, columns []column[T]) (*table.Table, error) {
	if err := begin(ctx, q); err != nil {
		return nil, err
	}
	if q.Page.After != nil || q.Page.First != nil {
		return nil, &problem.BadInput{Argument: "first", Message: "is for pages: a file has all rows"}
	}
	t := &table.Table{Title: title, Zone: q.TimeZone, Columns: make([]table.Column, len(columns))}
	for i, c := range columns {
		t.Columns[i] = c.Column
	}
	from, to := "the beginning", "today"
	if q.From != nil {
		from = q.From.String()
	}
	if q.To != nil {
		to = q.To.String()
	}
	t.About = []table.Note{{Name: "Days", Text: from + " to " + to}}
	return t, nil
}
