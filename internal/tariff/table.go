package tariff

import (
	"context"
	"fmt"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// Table is the report with all rows of all pages, or the first so many.
func (s *Service) Table(ctx context.Context, q Query) (*table.Table, error) {
	if q.After != nil {
		return nil, &problem.BadInput{Argument: "after", Message: "is for pages: a file has all rows"}
	}
	if err := s.prepare(ctx, &q); err != nil {
		return nil, err
	}
	r, err := s.reckon(ctx, &q)
	if err != nil {
		return nil, err
	}
	t := &table.Table{Title: "Tariff scenario: " + r.Name, About: about(&q, r)}
	for _, d := range q.GroupBy {
		name := strings.ToLower(string(d))
		title := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
		t.Columns = append(t.Columns,
			table.Column{Name: name, Title: title, Kind: table.Text, Dimension: true},
			table.Column{Name: name + "_key", Title: title + " key", Kind: table.Text})
	}
	t.Columns = append(t.Columns, columns...)
	rows := r.all
	if q.First != nil {
		rows = rows[:min(len(rows), int(*q.First))]
	}
	t.Rows = func(yield func(table.Row, error) bool) {
		for _, row := range rows {
			if !yield(row.cells(), nil) {
				return
			}
		}
	}
	return t, nil
}

var columns = []table.Column{
	{Name: "currency", Title: "Currency", Kind: table.Text},
	{Name: "lines", Title: "Lines", Kind: table.Integer},
	{Name: "units", Title: "Units", Kind: table.Integer},
	{Name: "unknown", Title: "Lines whose price is not known", Kind: table.Integer},
	{Name: "affected_lines", Title: "Affected lines", Kind: table.Integer},
	{Name: "goods", Title: "Goods", Kind: table.Money, Currency: "currency"},
	{Name: "affected_value", Title: "Affected value", Kind: table.Money, Currency: "currency"},
	{Name: "before", Title: "Landed price before", Kind: table.Money, Currency: "currency"},
	{Name: "after", Title: "Landed price after", Kind: table.Money, Currency: "currency"},
	{Name: "change", Title: "Change", Kind: table.Money, Currency: "currency"},
	{Name: "change_rate", Title: "Change in percent", Kind: table.Percent},
	{Name: "tax_before", Title: "Taxes before", Kind: table.Money, Currency: "currency"},
	{Name: "tax_after", Title: "Taxes after", Kind: table.Money, Currency: "currency"},
}

func (r *Row) cells() table.Row {
	var cells table.Row
	for _, v := range r.Dimensions {
		if v.Key == nil {
			cells = append(cells, nil, nil)
			continue
		}
		cells = append(cells, v.Label, *v.Key)
	}
	sum := func(m *money.Money) any {
		if m == nil {
			return nil
		}
		return *m
	}
	cells = append(cells, string(r.Currency), r.Lines, r.Units, r.Unknown, r.AffectedLines, sum(r.Goods()), sum(r.AffectedValue()),
		sum(r.Before()), sum(r.After()), sum(r.Change()))
	if rate := r.ChangeRate(); rate != nil {
		cells = append(cells, *rate)
	} else {
		cells = append(cells, nil)
	}
	return append(cells, sum(r.TaxBefore()), sum(r.TaxAfter()))
}

// about says what was reckoned, and how.
func about(q *Query, r *Report) []table.Note {
	notes := []table.Note{{Name: "Scenario", Text: q.Name}, {Name: "Goods to", Text: q.Country}}
	for _, o := range q.Overrides {
		origin, goods := "all origins", "all goods"
		if o.Origin != "" {
			origin = strings.TrimSuffix(o.Origin+"-"+o.Region, "-")
		}
		if len(o.Prefixes) > 0 {
			goods = "HS " + strings.Join(o.Prefixes, ", ")
		}
		var text string
		if o.Rate != nil {
			text = o.Rate.Shift(2).String() + " %"
		} else {
			text = o.Add.Shift(2).String() + " % on top"
		}
		notes = append(notes, table.Note{Name: "Override", Text: fmt.Sprintf("%s of %s from %s: %s", o.Tax.Title("en"), goods, origin, text)})
	}
	limits := "no duty within the limits of cross-border retail import"
	if q.WithinLimits {
		limits = "changed duties are due in full within the limits of cross-border retail import, too"
	}
	base := "the catalogue, one piece of each variant in each storefront, without carriage"
	if p := q.Orders; p != nil {
		base = fmt.Sprintf("orders of %s to %s (%s), by the rules of their days", p.From, p.To, p.Zone)
	}
	notes = append(notes, table.Note{Name: "Limits", Text: limits}, table.Note{Name: "Of", Text: base})
	for _, p := range r.Regimes {
		notes = append(notes, table.Note{Name: "Regime", Text: fmt.Sprintf("%s, %s: %d lines, %d of them not known", p.Regime.Title("en"), p.Treatment, p.Lines+p.Unknown, p.Unknown)})
	}
	for _, u := range r.Unknown {
		notes = append(notes, table.Note{Name: "Not known", Text: fmt.Sprintf("%s: %d lines", u.Problem, u.Lines)})
	}
	if r.Untaxed > 0 {
		notes = append(notes, table.Note{Name: "Left out", Text: fmt.Sprintf("%d lines of storefronts that charge no duty or tax", r.Untaxed)})
	}
	for _, rate := range r.Rates {
		notes = append(notes, table.Note{Name: "Rate", Text: fmt.Sprintf("%s/%s %s of %s, %s", rate.Base, rate.Quote, rate.Value, rate.Date, rate.Source)})
	}
	return notes
}
