package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// keys of dimensions in files, beside what people read.
var keyNames = map[Dimension]struct{ name, title string }{
	Brand: {"brand_id", "Brand id"}, Storefront: {"storefront_id", "Storefront id"}, Product: {"product_id", "Product id"},
	Category: {"category_path", "Category path"}, OriginCountry: {"origin_country_code", "Origin code"},
	OriginRegion: {"origin_region_code", "Origin region code"}, Market: {"market_code", "Market code"},
	BuyerCountry: {"buyer_country_code", "Buyer country code"}, BuyerRegion: {"buyer_region_code", "Buyer region code"},
	Source: {"source_code", "Source code"},
}

var titles = map[Dimension]string{
	Brand: "Brand", Storefront: "Storefront", Product: "Product", Category: "Category", OriginCountry: "Origin",
	OriginRegion: "Origin region", Market: "Market", BuyerCountry: "Buyer country",
	BuyerRegion: "Buyer region", Source: "Source",
}

// figure is a measure as a column.
type figure struct {
	name, title string
	kind        table.Kind
	// sums says that rows may be added: orders and averages may not.
	sums bool
	of   func(*Row) any
	// when says which reports have it, nil for all.
	when func(*Query) bool
}

func number(of func(*Figures) int64) func(*Row) any {
	return func(r *Row) any { return of(&r.Figures) }
}

func amount(of func(Figures) money.Money) func(*Row) any {
	return func(r *Row) any { return of(r.Figures) }
}

// before is a measure of what the row is compared with.
func before(of func(*Row) any) func(*Row) any {
	return func(r *Row) any {
		if r.Previous == nil {
			return nil
		}
		return of(&Row{Figures: r.Previous.Figures})
	}
}

func optional[T any](of func(*Row) *T) func(*Row) any {
	return func(r *Row) any {
		if v := of(r); v != nil {
			return *v
		}
		return nil
	}
}

func byPeriods(q *Query) bool { return q.has(Period) }
func moving(q *Query) bool    { return q.Moving > 0 }
func compared(q *Query) bool  { return q.Compare != "" }
func shoppers(q *Query) bool  { return q.Shoppers }

var (
	ofOrders   = number(func(f *Figures) int64 { return f.Orders })
	ofUnits    = number(func(f *Figures) int64 { return f.Units })
	ofShoppers = number(func(f *Figures) int64 { return f.Shoppers })
	ofNew      = number(func(f *Figures) int64 { return f.NewShoppers })
)

var figures = []figure{
	{"orders", "Orders", table.Integer, false, ofOrders, nil},
	{"units", "Units", table.Integer, true, ofUnits, nil},
	{"units_returned", "Units returned", table.Integer, true, number(func(f *Figures) int64 { return f.UnitsReturned }), nil},
	{"gross", "Gross", table.Money, true, amount(Figures.Gross), nil},
	{"discounts", "Discounts", table.Money, true, amount(Figures.Discounts), nil},
	{"refunds", "Refunds", table.Money, true, amount(Figures.Refunds), nil},
	{"net", "Net", table.Money, true, amount(Figures.Net), nil},
	{"shipping", "Shipping", table.Money, true, amount(Figures.Shipping), nil},
	{"duties", "Duties", table.Money, true, amount(Figures.Duties), nil},
	{"taxes", "Taxes", table.Money, true, amount(Figures.Taxes), nil},
	{"commission", "Commission", table.Money, true, amount(Figures.Commission), nil},
	{"payout", "Payout", table.Money, true, amount(Figures.Payout), nil},
	{"average_order", "Average order", table.Money, false, optional(func(r *Row) *money.Money { return r.AverageOrder() }), nil},
	{"return_rate", "Return rate", table.Percent, false, optional(func(r *Row) *decimal.Decimal { return r.ReturnRate() }), nil},
	{"shoppers", "Shoppers", table.Integer, false, ofShoppers, shoppers},
	{"new_shoppers", "New shoppers", table.Integer, false, ofNew, shoppers},
	{"returning_shoppers", "Returning shoppers", table.Integer, false, number(func(f *Figures) int64 { return f.ReturningShoppers() }), shoppers},
	{"share", "Share", table.Percent, false, optional(func(r *Row) *decimal.Decimal { return r.Share }), nil},
	{"rank", "Rank", table.Integer, false, func(r *Row) any { return r.Rank }, nil},
	{"cumulative_net", "Net so far", table.Money, false, optional((*Row).CumulativeNet), byPeriods},
	{"moving_net", "Moving net", table.Money, false, optional((*Row).MovingNet), moving},
	{"previous_orders", "Orders before", table.Integer, false, before(ofOrders), compared},
	{"previous_units", "Units before", table.Integer, true, before(ofUnits), compared},
	{"previous_gross", "Gross before", table.Money, true, before(amount(Figures.Gross)), compared},
	{"previous_net", "Net before", table.Money, true, before(amount(Figures.Net)), compared},
	{"previous_payout", "Payout before", table.Money, true, before(amount(Figures.Payout)), compared},
	{"previous_shoppers", "Shoppers before", table.Integer, false, before(ofShoppers), func(q *Query) bool { return q.Shoppers && compared(q) }},
	{"net_change", "Change of net", table.Percent, false, optional((*Row).NetChange), compared},
}

// figures of a report of the query.
func (q *Query) figures() []figure {
	return slices.DeleteFunc(slices.Clone(figures), func(f figure) bool { return f.when != nil && !f.when(q) })
}

// Table is Sales with all rows of all pages, or the first so many, read in one
// snapshot as they are asked for. Its rows are read with the caller's rights.
func (s *Service) Table(ctx context.Context, q Query) (*table.Table, error) {
	if err := auth.Require(ctx, auth.ReportRead); err != nil {
		return nil, err
	}
	if err := q.normalize(); err != nil {
		return nil, err
	}
	if q.Page.After != nil {
		return nil, &problem.BadInput{Argument: "after", Message: "is for pages: a file has all rows"}
	}
	if n := q.Page.First; n != nil && (*n < 1 || *n > maxRows) {
		return nil, &problem.BadInput{Argument: "first", Message: fmt.Sprintf("must be between 1 and %d; without it a file has all rows", maxRows)}
	}
	t := &table.Table{Title: "Sales", Columns: columns(&q), Zone: q.TimeZone, About: about(&q)}
	t.Rows = func(yield func(table.Row, error) bool) {
		err := s.read(ctx, &q, func(r table.Row) bool { return yield(r, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
	return t, nil
}

func columns(q *Query) []table.Column {
	var all []table.Column
	for _, d := range q.GroupBy {
		if d == Period {
			title := string(q.Period[:1]) + strings.ToLower(string(q.Period[1:]))
			all = append(all, table.Column{Name: "period", Title: title, Kind: table.Date, Dimension: true})
			continue
		}
		if d == Currency {
			all = append(all, table.Column{Name: "sales_currency", Title: "Currency of sales", Kind: table.Text, Dimension: true})
			continue
		}
		all = append(all,
			table.Column{Name: strings.ToLower(string(d)), Title: titles[d], Kind: table.Text, Dimension: true},
			table.Column{Name: keyNames[d].name, Title: keyNames[d].title, Kind: table.Text})
	}
	all = append(all, table.Column{Name: "currency", Title: "Currency", Kind: table.Text})
	for _, f := range q.figures() {
		c := table.Column{Name: f.name, Title: f.title, Kind: f.kind, Sums: f.sums}
		if f.kind == table.Money {
			c.Currency = "currency"
		}
		all = append(all, c)
	}
	return all
}

func about(q *Query) []table.Note {
	from, to := "the first sale", "the latest sale"
	if q.From != nil {
		from = q.From.String()
	}
	if q.To != nil {
		to = q.To.String()
	}
	notes := []table.Note{{Name: "Days", Text: from + " to " + to}}
	if q.Convert == nil {
		return notes
	}
	text := string(q.Convert.To)
	if q.Convert.Brand {
		text = "that of each brand's payout account"
	}
	switch q.Convert.Rate {
	case TransactionDay:
		text += ", at the rate of each day of sales and refunds"
	case PeriodAverage:
		text += ", at the mean rate of each period"
	case FixedDay:
		text += ", at the rate of " + q.Convert.Day.String()
	}
	return append(notes, table.Note{Name: "Currency", Text: text})
}

// errEnough ends the snapshot of a reader who wants no more rows.
var errEnough = errors.New("no more rows are wanted")

// read hands out the rows of one snapshot. What fails after the first row is
// not tried again: it has been handed out.
func (s *Service) read(ctx context.Context, q *Query, yield func(table.Row) bool) error {
	actor := auth.From(ctx)
	ctx = database.AcrossBrands(ctx, database.OperatorReports)
	begun := false
	var failed error
	err := database.Snapshot(ctx, s.db, func(tx *gorm.DB) error {
		err := s.stream(tx, actor, q, func(r table.Row) bool {
			begun = true
			return yield(r)
		})
		if err != nil && begun {
			failed = err
			return nil
		}
		return err
	})
	return errors.Join(failed, err)
}

func (s *Service) stream(tx *gorm.DB, actor *auth.Actor, q *Query, yield func(table.Row) bool) error {
	from, err := s.source(tx, actor, q)
	if err != nil {
		return err
	}
	from.inFile = true
	st, err := from.statement(tx)
	if err != nil {
		return err
	}
	rows := st.all("select g.* from (" + st.rows.sql + ") g order by " + order(q))
	if q.Page.First != nil {
		rows.sql, rows.args = rows.sql+" limit ?", append(rows.args, *q.Page.First)
	}
	row, figures := table.Row{}, q.figures()
	return database.Cursor(tx, database.SQL{Text: rows.sql, Args: rows.args}, func(page []*groupedRow) error {
		names, err := readLabels(tx, page, q)
		if err != nil {
			return err
		}
		for _, g := range page {
			if row, err = appendRow(row[:0], g, names, q, figures); err != nil {
				return err
			}
			if !yield(row) {
				return errEnough
			}
		}
		return nil
	})
}

func appendRow(row table.Row, g *groupedRow, names *labels, q *Query, figures []figure) (table.Row, error) {
	for i, d := range q.GroupBy {
		v := names.value(d, g.key(d, i))
		if g.Others && d != Period {
			if row = append(row, others); d != Currency {
				row = append(row, nil)
			}
			continue
		}
		switch {
		case d == Currency:
			row = append(row, v.Label)
		case d == Period && v.Key == nil:
			row = append(row, nil)
		case d == Period:
			day, err := models.ParseDate(*v.Key)
			if err != nil {
				return nil, err
			}
			row = append(row, day)
		case v.Key == nil:
			row = append(row, nil, nil)
		default:
			row = append(row, v.Label, *v.Key)
		}
	}
	told := g.row(q)
	row = append(row, told.Currency)
	for _, f := range figures {
		row = append(row, f.of(told))
	}
	return row, nil
}

// order is that of page.
func order(q *Query) string {
	direction := ""
	if q.Reverse {
		direction = " desc"
	}
	var by []string
	if column, ok := sortColumns[q.SortKey]; ok {
		by = append(by, "g."+column+direction)
	}
	if q.Top > 0 {
		by = append(by, "g.others"+direction)
	}
	for i, d := range q.GroupBy {
		by = append(by, "g."+dimensions[d].sorted(i)+direction)
	}
	return strings.Join(append(by, `g.currency collate "C"`+direction), ", ")
}
