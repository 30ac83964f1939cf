package report

import (
	"context"

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
	err := database.Snapshot(ctx, s.db, func(tx *gorm.DB) error {
		from, err := s.source(tx, actor, &q)
		if err != nil {
			return err
		}
		rows, err := from.read(tx)
		if err != nil {
			return err
		}
		return r.fill(tx, rows, &q)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// source is where the query is read from in the snapshot of tx.
func (s *Service) source(tx *gorm.DB, actor *auth.Actor, q *Query) (*source, error) {
	state, err := rollup.Read(tx)
	return &source{Query: q, actor: actor, state: state, now: s.now(), known: s.known, opened: &opened{}, spread: spread{atOnce: s.ordersAtOnce}}, err
}

func (r *Report) fill(tx *gorm.DB, rows readRows, q *Query) error {
	page, err := q.sort().Page(rows.page, q.Page, nil)
	if err != nil {
		return err
	}
	labels, err := readLabels(tx, page.Nodes(), q)
	if err != nil {
		return err
	}
	r.PageInfo, r.TotalCount, r.Rates, r.AsOf = page.PageInfo, rows.count, rows.used, nil
	r.Rows, r.Totals = make([]*Row, len(page.Edges)), make([]*Totals, len(rows.totals))
	for i, edge := range page.Edges {
		r.Rows[i] = edge.Node.row(q)
		r.Rows[i].Cursor = edge.Cursor
		for j, d := range q.GroupBy {
			value := &DimensionValue{Dimension: d, Label: others}
			if !edge.Node.Others || d == Period {
				value = labels.value(d, edge.Node.key(d, j))
			}
			r.Rows[i].Dimensions = append(r.Rows[i].Dimensions, value)
		}
	}
	for i, t := range rows.totals {
		r.Totals[i] = &Totals{t.figures(), t.previous(q)}
		if r.AsOf == nil || t.Now.RecordedAt != nil && t.Now.RecordedAt.After(*r.AsOf) {
			r.AsOf = t.Now.RecordedAt
		}
	}
	return nil
}

// others is the label of what is not among the largest.
const others = "Others"

func (r *groupedRow) row(q *Query) *Row {
	return &Row{
		Figures: r.figures(), Others: r.Others, Previous: r.previous(q), Share: r.Share, Rank: r.Place,
		CumulativeNetMinor: r.CumulativeMinor, MovingNetMinor: r.MovingMinor, Dimensions: make([]*DimensionValue, 0, len(q.GroupBy)),
	}
}

func (r *groupedRow) figures() Figures { return r.Now.figures(r.Currency) }

func (r *groupedRow) previous(q *Query) *Totals {
	if q.Compare == "" {
		return nil
	}
	return &Totals{Figures: r.Was.figures(r.Currency)}
}

func (s summed) figures(currency string) Figures {
	return Figures{
		Currency: currency, Orders: s.Orders, Units: s.UnitsSold, UnitsReturned: s.UnitsReturned, Shoppers: s.Shoppers, NewShoppers: s.NewShoppers,
		GrossMinor: s.GrossMinor, DiscountMinor: s.DiscountMinor, RefundMinor: s.RefundMinor,
		ShippingMinor: s.ShippingMinor, DutyMinor: s.DutyMinor, TaxMinor: s.TaxMinor, CommissionMinor: s.CommissionMinor,
	}
}
