package tariff

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// fetchRows is how many rows are in memory at once.
const fetchRows = 4096

// walk goes over all lines of a scenario once.
type walk struct {
	*Service
	tx    *gorm.DB
	actor *auth.Actor
	q     *Query

	on       models.Date
	currency money.Currency
	sheet    *fx.Sheet
	rates    map[money.Currency]*fx.Rate // nil where it is not known
	terms    map[termsKey]*doorprice.Terms
	overlays map[string]*overlay // by version of the rules
	versions []string
	tally

	before, after landedcost.Result
}

type termsKey struct {
	currency money.Currency
	on       models.Date
}

// goods are what is said of a line wherever it comes from.
type goods struct {
	BrandID, StorefrontID         uuid.UUID
	ProductID, VariantID          *uuid.UUID
	Brand, Storefront, Title, SKU string
	Currency                      string
	Regime                        *landedcost.Regime
	HSCode                        *string `gorm:"column:hs_code"`
	OriginCountry, OriginRegion   *string
	WeightGrams                   *int32
	NetContent                    *decimal.Decimal
	NetUnit                       *landedcost.Unit
	ShippedFrom                   *string
	AmountMinor                   int64
}

func (s *Service) begin(tx *gorm.DB, actor *auth.Actor, q *Query) (*walk, error) {
	w := &walk{
		Service: s, tx: tx, actor: actor, q: q, rates: map[money.Currency]*fx.Rate{}, terms: map[termsKey]*doorprice.Terms{},
		overlays: map[string]*overlay{},
	}
	var err error
	if q.On != nil {
		w.on = *q.On
	} else if w.on, err = models.ParseDate(landedcost.Day(q.Country, s.now())); err != nil {
		return nil, err
	}
	if w.sheet, err = fx.SheetTx(tx, w.on); err != nil {
		return nil, err
	}
	if q.Currency != nil {
		w.currency = *q.Currency
	} else if w.currency, err = w.usual(); err != nil {
		return nil, err
	}
	w.tally = newTally(q, w.currency)
	return w, nil
}

// usual is the currency of the storefronts where they have the same, else that
// in which goods are declared.
func (w *walk) usual() (money.Currency, error) {
	c := w.scope("b")
	c.Add("s.country = ?", w.q.Country)
	var list []string
	err := c.Narrow(w.tx.Table("storefronts s").Joins("join brands b on b.id = s.brand_id")).Distinct("s.currency").Limit(2).Pluck("s.currency", &list).Error
	if err != nil || len(list) == 1 {
		return money.Currency(append(list, "")[0]), err
	}
	terms, err := w.termsOn("CNY", w.on)
	if err != nil {
		return "", err
	}
	return cmp.Or(terms.Rules.Currency, "CNY"), nil
}

// scope are the brands that the caller reads reports of and asks for; b is the
// alias of brands.
func (w *walk) scope(alias string) (c database.Conditions) {
	if !w.actor.HoldsEverywhere(auth.ReportRead) {
		c.Add(alias+".id in ?", w.actor.BrandsWith(auth.ReportRead))
	}
	if len(w.q.Brands) > 0 {
		c.Add(alias+".id in ?", w.q.Brands)
	}
	if len(w.q.Storefronts) > 0 {
		c.Add("s.id in ?", w.q.Storefronts)
	}
	return c
}

// wants tells whether a line is of the origins that are asked for.
func (w *walk) wants(country, region *string) bool {
	if w.q.OriginCountry != nil && (country == nil || *country != *w.q.OriginCountry) {
		return false
	}
	return len(w.q.OriginRegions) == 0 || region != nil && slices.Contains(w.q.OriginRegions, *region)
}

func (w *walk) termsOn(currency money.Currency, on models.Date) (*doorprice.Terms, error) {
	key := termsKey{currency, on}
	if w.terms[key] == nil {
		terms, err := w.doors.TermsOn(w.tx, w.q.Country, currency, on)
		if err != nil {
			return nil, err
		}
		w.terms[key] = terms
	}
	return w.terms[key], nil
}

func (w *walk) overlay(rules *landedcost.Rules) (*overlay, error) {
	known := w.overlays[rules.Version]
	if known == nil {
		var err error
		if known, err = w.q.over(rules); err != nil {
			return nil, err
		}
		w.overlays[rules.Version] = known
		if rules.Version != "" {
			w.versions = append(w.versions, rules.Version)
		}
	}
	return known, nil
}

// told gives an amount in the currency of the report; false where no rate is known.
func (w *walk) told(minor int64, currency money.Currency) (int64, bool, error) {
	if currency == w.currency {
		return minor, true, nil
	}
	rate, asked := w.rates[currency]
	if !asked {
		var err error
		if rate, err = w.sheet.Rate(currency, w.currency); err != nil && problem.From(err) == nil {
			return 0, false, err
		}
		w.rates[currency] = rate
	}
	if rate == nil {
		return 0, false, nil
	}
	m, err := rate.Convert(money.New(minor, currency))
	return m.Minor, true, err
}

// quote reckons an order before and after. Lines of regions that overrides name
// have rules of their own: what is after of them is of another quote.
func (w *walk) quote(in *landedcost.Input, rules *landedcost.Rules, of []*goods) error {
	over, err := w.overlay(rules)
	if err != nil {
		return err
	}
	if err := landedcost.Quote(&w.before, in, rules); err != nil {
		return err
	}
	var last *landedcost.Rules
	for i := range in.Lines {
		// Rules of a region go by what the line says; nil where it is not asked for.
		g := of[i]
		if g == nil {
			continue
		}
		region := ""
		if g.OriginRegion != nil {
			region = *g.OriginRegion
		}
		if changed := over.of(in.Lines[i].Origin, region); changed != last {
			if err := landedcost.Quote(&w.after, in, changed); err != nil {
				return err
			}
			last = changed
		}
		if err := w.count(g, in, i); err != nil {
			return err
		}
	}
	return nil
}

// count puts a line that was quoted into its row.
func (w *walk) count(g *goods, in *landedcost.Input, i int) error {
	before, after := &w.before.Lines[i], &w.after.Lines[i]
	unknown := cmp.Or(before.Problem, after.Problem)
	f := Figures{Lines: 1, Units: in.Lines[i].Quantity}
	for _, part := range []struct {
		minor int64
		to    *int64
	}{
		{before.Goods, &f.GoodsMinor}, {before.Total, &f.BeforeMinor}, {after.Total, &f.AfterMinor},
		{before.Tax, &f.TaxBeforeMinor}, {after.Tax, &f.TaxAfterMinor},
	} {
		minor, known, err := w.told(part.minor, in.Currency)
		if err != nil {
			return err
		}
		if *part.to = minor; !known && unknown == "" {
			unknown = landedcost.RateUnknown
		}
	}
	if unknown != "" {
		f = Figures{Unknown: 1}
	} else if before.Total != after.Total {
		f.AffectedLines, f.AffectedMinor = 1, f.GoodsMinor
	}
	return w.put(g, &in.Lines[i], w.before.Regime, w.before.Treatment, unknown, &f)
}

// stream reads what a statement gives, a few thousand rows at a time. Rows of
// a page are used again.
func stream[T any](tx *gorm.DB, query database.SQL, each func(*T) error) error {
	// Connections keep what a statement gives by its text: a cursor of other
	// columns has another name.
	h := fnv.New64a()
	_, _ = h.Write([]byte(query.Text))
	cursor := fmt.Sprintf("lines_%x", h.Sum64())
	if err := tx.Exec("declare "+cursor+" no scroll cursor for "+query.Text, query.Args...).Error; err != nil {
		return fmt.Errorf("open lines: %w", err)
	}
	for {
		rows, err := fetch[T](tx, cursor)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := each(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) < fetchRows {
			return nil
		}
	}
}
