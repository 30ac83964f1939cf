package report

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
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
		facts := s.facts(tx, actor, &q)
		var err error
		if r.page, err = page(tx, grouped(facts, &q), &q); err != nil {
			return err
		}
		var totals []*groupedRow
		err = facts.Select("f.currency, " + measures).Group("f.currency").Order("f.currency").Find(&totals).Error
		if err != nil {
			return fmt.Errorf("sum the facts: %w", err)
		}
		return s.fill(tx, r, totals, &q)
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	// Counted only when asked for, after the snapshot is gone.
	r.count = func(ctx context.Context) (n int64, err error) {
		ctx = database.AcrossBrands(ctx, database.OperatorReports)
		rows := grouped(s.facts(s.db.WithContext(ctx), actor, &q), &q)
		err = s.db.WithContext(ctx).Table("(?) as g", rows).Count(&n).Error
		return n, err
	}
	return r, nil
}

func (s *Service) fill(tx *gorm.DB, r *Report, totals []*groupedRow, q *Query) error {
	r.PageInfo = r.page.PageInfo
	r.Rows, r.Totals = make([]*Row, len(r.page.Edges)), make([]*Totals, len(totals))
	labels, err := readLabels(tx, r.page.Nodes(), q)
	if err != nil {
		return err
	}
	for i, edge := range r.page.Edges {
		row := &Row{Figures: edge.Node.figures(), Cursor: edge.Cursor, Dimensions: make([]*DimensionValue, len(q.GroupBy))}
		for j, d := range q.GroupBy {
			row.Dimensions[j] = labels.value(d, edge.Node.dimension(j))
		}
		r.Rows[i] = row
	}
	for i, t := range totals {
		r.Totals[i] = &Totals{t.figures()}
		if r.AsOf == nil || t.AsOf.After(*r.AsOf) {
			r.AsOf = &t.AsOf
		}
	}
	return nil
}

// TotalCount counts the rows of all pages.
func (r *Report) TotalCount(ctx context.Context) (int, error) {
	n, err := r.count(ctx)
	return int(n), err
}
