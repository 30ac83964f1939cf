package report

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// Sales reports what the caller may see: the facts of its brands, all of them
// for operators and reporting clients. Rows and totals are of one snapshot.
func (s *Service) Sales(ctx context.Context, q Query) (*Report, error) {
	if err := auth.Require(ctx, auth.ReportRead); err != nil {
		return nil, err
	}
	if err := q.normalize(); err != nil {
		return nil, err
	}
	actor := auth.From(ctx)
	ctx = database.AcrossBrands(ctx, database.OperatorReports)
	r := &Report{TimeZone: q.TimeZone}
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		state, err := rollup.Read(tx)
		if err != nil {
			return err
		}
		f, byLine := s.facts(actor, state, &q)
		rows, totals, err := q.read(tx, f, byLine)
		if err != nil {
			return err
		}
		return r.fill(tx, rows, totals, &q)
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Report) fill(tx *gorm.DB, rows, totals []*groupedRow, q *Query) error {
	page, err := q.sort().Page(rows, q.Page, nil)
	if err != nil {
		return err
	}
	labels, err := readLabels(tx, page.Nodes(), q)
	if err != nil {
		return err
	}
	r.PageInfo = page.PageInfo
	r.Rows, r.Totals, r.TotalCount = make([]*Row, len(page.Edges)), make([]*Totals, len(totals)), 0
	for i, edge := range page.Edges {
		row := &Row{Figures: edge.Node.figures(), Cursor: edge.Cursor, Dimensions: make([]*DimensionValue, len(q.GroupBy))}
		for j, d := range q.GroupBy {
			row.Dimensions[j] = labels.value(d, edge.Node.key(d, j))
		}
		r.Rows[i] = row
	}
	for i, t := range totals {
		r.Totals[i] = &Totals{t.figures()}
		r.TotalCount += int(t.Rows)
		if r.AsOf == nil || t.RecordedAt.After(*r.AsOf) {
			r.AsOf = &t.RecordedAt
		}
	}
	return nil
}
