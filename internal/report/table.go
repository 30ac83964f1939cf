package report

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// fetchRows is how many rows are in memory at once.
const fetchRows = 1000

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
	of   func(*Figures) any
}

func amount(of func(Figures) money.Money) func(*Figures) any {
	return func(f *Figures) any { return of(*f) }
}

var figures = []figure{
	{"orders", "Orders", table.Integer, false, func(f *Figures) any { return f.Orders }},
	{"units", "Units", table.Integer, true, func(f *Figures) any { return f.Units }},
	{"units_returned", "Units returned", table.Integer, true, func(f *Figures) any { return f.UnitsReturned }},
	{"gross", "Gross", table.Money, true, amount(Figures.Gross)},
	{"discounts", "Discounts", table.Money, true, amount(Figures.Discounts)},
	{"refunds", "Refunds", table.Money, true, amount(Figures.Refunds)},
	{"net", "Net", table.Money, true, amount(Figures.Net)},
	{"shipping", "Shipping", table.Money, true, amount(Figures.Shipping)},
	{"duties", "Duties", table.Money, true, amount(Figures.Duties)},
	{"taxes", "Taxes", table.Money, true, amount(Figures.Taxes)},
	{"commission", "Commission", table.Money, true, amount(Figures.Commission)},
	{"payout", "Payout", table.Money, true, amount(Figures.Payout)},
	{"average_order", "Average order", table.Money, false, func(f *Figures) any {
		if average := f.AverageOrder(); average != nil {
			return *average
		}
		return nil
	}},
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
		all = append(all,
			table.Column{Name: strings.ToLower(string(d)), Title: titles[d], Kind: table.Text, Dimension: true},
			table.Column{Name: keyNames[d].name, Title: keyNames[d].title, Kind: table.Text})
	}
	all = append(all, table.Column{Name: "currency", Title: "Currency", Kind: table.Text})
	for _, f := range figures {
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
	return []table.Note{{Name: "Days", Text: from + " to " + to}}
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
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		err := s.stream(tx, actor, q, func(r table.Row) bool {
			begun = true
			return yield(r)
		})
		if err != nil && begun {
			failed = err
			return nil
		}
		return err
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return errors.Join(failed, err)
}

func (s *Service) stream(tx *gorm.DB, actor *auth.Actor, q *Query, yield func(table.Row) bool) error {
	from, err := s.source(tx, actor, q)
	if err != nil {
		return err
	}
	st, err := from.statement(tx)
	if err != nil {
		return err
	}
	rows := st.all("select g.* from (" + st.rows.sql + ") g order by " + order(q))
	if q.Page.First != nil {
		rows.sql, rows.args = rows.sql+" limit ?", append(rows.args, *q.Page.First)
	}
	// Connections keep what a statement gives by its text: a cursor of other
	// columns has another name.
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, rows.sql)
	cursor := fmt.Sprintf("rows_%x", h.Sum64())
	if err := tx.Exec("declare "+cursor+" no scroll cursor for "+rows.sql, rows.args...).Error; err != nil {
		return fmt.Errorf("open the report: %w", err)
	}
	row := table.Row{}
	for {
		var page []*groupedRow
		if err := tx.Raw(fmt.Sprintf("fetch %d from %s", fetchRows, cursor)).Scan(&page).Error; err != nil {
			return fmt.Errorf("read the report: %w", err)
		}
		names, err := readLabels(tx, page, q)
		if err != nil {
			return err
		}
		for _, g := range page {
			if row, err = appendRow(row[:0], g, names, q); err != nil {
				return err
			}
			if !yield(row) {
				return errEnough
			}
		}
		if len(page) < fetchRows {
			return nil
		}
	}
}

func appendRow(row table.Row, g *groupedRow, names *labels, q *Query) (table.Row, error) {
	for i, d := range q.GroupBy {
		v := names.value(d, g.key(d, i))
		if g.Others && d != Period {
			row = append(row, others, nil)
			continue
		}
		switch {
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
	sums := g.figures()
	row = append(row, sums.Currency)
	for _, f := range figures {
		row = append(row, f.of(&sums))
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
	if column, ok := map[SortKey]string{
		ByGross: "gross_minor", ByNet: "net_minor", ByUnits: "units_sold", ByOrders: "orders",
	}[q.SortKey]; ok {
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
