package tariff

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/place"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// tally sums lines up.
type tally struct {
	groupBy  []Dimension
	currency money.Currency
	rows     map[[maxDimensions]string]*Row
	totals   Figures
	regimes  map[way]*Part
	unknown  map[landedcost.Problem]int64
	untaxed  int64
}

type way struct {
	regime    landedcost.Regime
	treatment landedcost.Treatment
}

func newTally(q *Query, currency money.Currency) tally {
	t := tally{
		groupBy: q.GroupBy, currency: currency, rows: map[[maxDimensions]string]*Row{},
		regimes: map[way]*Part{}, unknown: map[landedcost.Problem]int64{},
	}
	t.totals.Currency = currency
	return t
}

func (t *tally) put(
	g *goods, l *landedcost.Line, regime landedcost.Regime, treatment landedcost.Treatment, unknown landedcost.Problem, f *Figures,
) error {
	var key [maxDimensions]string
	for i, d := range t.groupBy {
		key[i] = keyOf(d, g, l, regime, treatment, unknown)
	}
	row := t.rows[key]
	if row == nil {
		if len(t.rows) >= MaxRows {
			return &problem.BadInput{Argument: "groupBy", Message: fmt.Sprintf("gives more than %d rows: ask for fewer goods or dimensions", MaxRows)}
		}
		row = &Row{Figures: Figures{Currency: t.currency}, key: key}
		for i, d := range t.groupBy {
			row.Dimensions = append(row.Dimensions, &Value{Dimension: d, Key: &row.key[i], Label: labelOf(d, g, key[i])})
		}
		t.rows[key] = row
	}
	if err := row.add(f); err != nil {
		return err
	}
	if unknown != "" {
		t.unknown[unknown]++
	}
	part := t.regimes[way{regime, treatment}]
	if part == nil {
		part = &Part{Figures: Figures{Currency: t.currency}, Regime: regime, Treatment: treatment}
		t.regimes[way{regime, treatment}] = part
	}
	if err := part.add(f); err != nil {
		return err
	}
	return t.totals.add(f)
}

func keyOf(
	d Dimension, g *goods, l *landedcost.Line, regime landedcost.Regime, treatment landedcost.Treatment, unknown landedcost.Problem,
) string {
	id := func(t globalid.Type, row *uuid.UUID) string {
		if row == nil {
			return ""
		}
		return globalid.EncodeOf(t, g.BrandID, *row)
	}
	switch d {
	case ByBrand:
		return globalid.Encode(globalid.Brand, g.BrandID)
	case ByStorefront:
		return id(globalid.Storefront, &g.StorefrontID)
	case ByProduct:
		return id(globalid.Product, g.ProductID)
	case ByVariant:
		return id(globalid.Variant, g.VariantID)
	case ByHSChapter:
		return l.HSCode[:min(2, len(l.HSCode))]
	case ByOriginCountry:
		return l.Origin
	case ByOriginRegion:
		if l.Origin == "" || g.OriginRegion == nil {
			return ""
		}
		return l.Origin + "-" + *g.OriginRegion
	case ByRegime:
		return string(regime)
	case ByTreatment:
		return string(treatment)
	case ByProblem:
		return string(unknown)
	default:
		return ""
	}
}

// labelOf is what people read; names of places come when a page is shown.
func labelOf(d Dimension, g *goods, key string) string {
	switch {
	case key == "":
		return "—"
	case d == ByBrand:
		return g.Brand
	case d == ByStorefront:
		return g.Storefront
	case d == ByProduct:
		return g.Title
	case d == ByVariant && g.SKU != "":
		return g.Title + " (" + g.SKU + ")"
	case d == ByVariant:
		return g.Title
	}
	return key
}

// chapters gives the titles of the HS chapters of the rows, none where no
// nomenclature is loaded.
func (w *walk) chapters() (map[string]string, error) {
	at := slices.Index(w.groupBy, ByHSChapter)
	if at < 0 {
		return map[string]string{}, nil
	}
	codes := map[string]bool{}
	for key := range w.rows {
		codes[key[at]] = true
	}
	rows, err := database.Find[models.HSCode](w.tx.Where("code in ?", slices.Sorted(maps.Keys(codes))), "HS codes")
	titles := make(map[string]string, len(rows))
	for _, row := range rows {
		titles[row.Code] = row.Description
	}
	return titles, err
}

// report finishes what was summed.
func (w *walk) report(chapters map[string]string) *Report {
	r := &Report{
		Name: w.q.Name, Country: w.q.Country, Currency: w.currency, Totals: &w.totals, Untaxed: w.untaxed,
		RulesVersions: w.versions, AsOf: w.now(), all: make([]*Row, 0, len(w.rows)), TotalCount: len(w.rows),
	}
	names := place.In(market.From(w.tx.Statement.Context).Languages)
	for _, row := range w.rows {
		for _, v := range row.Dimensions {
			switch {
			case *v.Key == "":
				v.Key = nil
			case v.Dimension == ByHSChapter && chapters[*v.Key] != "":
				v.Label = *v.Key + " " + chapters[*v.Key]
			case v.Dimension == ByOriginCountry:
				v.Label = names.Country(*v.Key)
			case v.Dimension == ByOriginRegion:
				v.Label = names.Region(*v.Key)
			}
		}
		r.all = append(r.all, row)
	}
	for _, part := range w.regimes {
		r.Regimes = append(r.Regimes, part)
	}
	slices.SortFunc(r.Regimes, func(a, b *Part) int {
		return cmp.Or(cmp.Compare(a.Regime, b.Regime), cmp.Compare(a.Treatment, b.Treatment))
	})
	for p, n := range w.unknown {
		r.Unknown = append(r.Unknown, &Unknown{p, n})
	}
	slices.SortFunc(r.Unknown, func(a, b *Unknown) int { return cmp.Compare(a.Problem, b.Problem) })
	for _, rate := range w.rates {
		if rate != nil {
			r.Rates = append(r.Rates, rate)
		}
	}
	slices.SortFunc(r.Rates, func(a, b *fx.Rate) int { return cmp.Compare(a.Base, b.Base) })
	slices.Sort(r.RulesVersions)
	place := w.q.order()
	slices.SortFunc(r.all, func(a, b *Row) int { return place(a).compare(place(b), w.q.Reverse) })
	return r
}

// position is where a row stands; cursors have it.
type position struct {
	Value decimal.Decimal
	Key   []string
}

func (p position) compare(o position, reverse bool) int {
	c := cmp.Or(p.Value.Cmp(o.Value), slices.Compare(p.Key, o.Key))
	if reverse {
		return -c
	}
	return c
}

// order gives the position of a row. Rows of which nothing is known stand
// before all others.
func (q *Query) order() func(*Row) position {
	return func(r *Row) position {
		p := position{Key: r.key[:len(q.GroupBy)]}
		switch {
		case q.SortKey == ByDimensions:
		case r.Lines == 0:
			p.Value = decimal.New(-1, 30)
		case q.SortKey == ByChange:
			p.Value = decimal.NewFromInt(r.changeMinor())
		case q.SortKey == ByAffected:
			p.Value = decimal.NewFromInt(r.AffectedMinor)
		case q.SortKey == ByChangePercent:
			if rate := r.ChangeRate(); rate != nil {
				p.Value = *rate
			}
		}
		return p
	}
}

// cut takes the page out of all rows.
func (r *Report) cut(q *Query) error {
	place, from := q.order(), 0
	if q.After != nil {
		var after position
		text, err := base64.RawURLEncoding.DecodeString(*q.After)
		if err != nil || json.Unmarshal(text, &after) != nil || len(after.Key) != len(q.GroupBy) || strings.Contains(*q.After, "\n") {
			return &problem.BadInput{Argument: "after", Message: "is no cursor of this report"}
		}
		from, _ = slices.BinarySearchFunc(r.all, after, func(row *Row, p position) int { return place(row).compare(p, q.Reverse) })
		if from < len(r.all) && place(r.all[from]).compare(after, q.Reverse) == 0 {
			from++
		}
	}
	size := defaultPage
	if q.First != nil {
		size = int(*q.First)
	}
	to := min(from+size, len(r.all))
	r.Rows = make([]*Row, 0, to-from)
	for _, row := range r.all[from:to] {
		shown := *row
		text, err := json.Marshal(place(row))
		if err != nil {
			return err
		}
		shown.Cursor = base64.RawURLEncoding.EncodeToString(text)
		r.Rows = append(r.Rows, &shown)
	}
	r.PageInfo.HasNextPage, r.PageInfo.HasPreviousPage = to < len(r.all), from > 0
	if len(r.Rows) > 0 {
		r.PageInfo.StartCursor, r.PageInfo.EndCursor = &r.Rows[0].Cursor, &r.Rows[len(r.Rows)-1].Cursor
	}
	return nil
}
