package tariff

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// Dimension is what figures are grouped by.
type Dimension string

// Dimensions.
const (
	ByBrand         Dimension = "BRAND"
	ByStorefront    Dimension = "STOREFRONT"
	ByProduct       Dimension = "PRODUCT"
	ByVariant       Dimension = "VARIANT"
	ByHSChapter     Dimension = "HS_CHAPTER"
	ByOriginCountry Dimension = "ORIGIN_COUNTRY"
	ByOriginRegion  Dimension = "ORIGIN_REGION"
	ByRegime        Dimension = "REGIME"
	ByTreatment     Dimension = "TREATMENT"
	ByProblem       Dimension = "PROBLEM"
)

// SortKey is what rows are sorted by; ties by their dimensions.
type SortKey string

// Sort keys.
const (
	ByDimensions    SortKey = "DIMENSIONS"
	ByChange        SortKey = "CHANGE"
	ByChangePercent SortKey = "CHANGE_RATE"
	ByAffected      SortKey = "AFFECTED_VALUE"
)

// Query asks for a page of a scenario's report.
type Query struct {
	Scenario
	GroupBy []Dimension
	SortKey SortKey
	Reverse bool
	First   *int32
	After   *string
}

// Figures are sums over lines, a piece of each variant and storefront of the
// catalogue or a line of an order. Amounts are in one currency.
type Figures struct {
	Currency money.Currency
	// Lines whose prices before and after are known, and pieces of them. Others
	// are Unknown and nowhere else.
	Lines, Units, Unknown int64
	// AffectedLines change their landed price.
	AffectedLines                                          int64
	GoodsMinor, AffectedMinor                              int64
	BeforeMinor, AfterMinor, TaxBeforeMinor, TaxAfterMinor int64
}

func (f *Figures) money(minor int64) *money.Money {
	if f.Lines == 0 {
		return nil
	}
	return new(money.New(minor, f.Currency))
}

// Goods is what goods cost without carriage and taxes; like all amounts nil
// where no line's is known.
func (f *Figures) Goods() *money.Money { return f.money(f.GoodsMinor) }

// AffectedValue is that of goods whose landed price changes.
func (f *Figures) AffectedValue() *money.Money { return f.money(f.AffectedMinor) }

// Before is the landed price by the rules.
func (f *Figures) Before() *money.Money { return f.money(f.BeforeMinor) }

// After is the landed price in the scenario.
func (f *Figures) After() *money.Money { return f.money(f.AfterMinor) }

// Change is after less before.
func (f *Figures) Change() *money.Money { return f.money(f.changeMinor()) }

// TaxBefore is duty and all taxes by the rules.
func (f *Figures) TaxBefore() *money.Money { return f.money(f.TaxBeforeMinor) }

// TaxAfter is duty and all taxes in the scenario.
func (f *Figures) TaxAfter() *money.Money { return f.money(f.TaxAfterMinor) }

func (f *Figures) changeMinor() int64 { return f.AfterMinor - f.BeforeMinor }

const rateDigits = 6

// ChangeRate is the change of one: 0.125 is 12.5 %; nil where nothing was paid before.
func (f *Figures) ChangeRate() *decimal.Decimal {
	if f.Lines == 0 || f.BeforeMinor == 0 {
		return nil
	}
	return new(decimal.NewFromInt(f.changeMinor()).DivRound(decimal.NewFromInt(f.BeforeMinor), rateDigits))
}

func (f *Figures) add(o *Figures) error {
	for _, pair := range [][2]*int64{
		{&f.GoodsMinor, &o.GoodsMinor}, {&f.AffectedMinor, &o.AffectedMinor}, {&f.BeforeMinor, &o.BeforeMinor},
		{&f.AfterMinor, &o.AfterMinor}, {&f.TaxBeforeMinor, &o.TaxBeforeMinor}, {&f.TaxAfterMinor, &o.TaxAfterMinor}, {&f.Units, &o.Units},
	} {
		if *pair[0] += *pair[1]; *pair[0] < 0 { // none is negative
			return money.ErrOverflow
		}
	}
	f.Lines, f.Unknown, f.AffectedLines = f.Lines+o.Lines, f.Unknown+o.Unknown, f.AffectedLines+o.AffectedLines
	return nil
}

// Row is one combination of dimensions.
type Row struct {
	Figures
	Dimensions []*Value
	Cursor     string

	key [maxDimensions]string
}

// Value is a row's value of a dimension. Key is nil where nothing is known.
type Value struct {
	Dimension Dimension
	Key       *string
	Label     string
}

// Part is figures of one way of import.
type Part struct {
	Figures
	Regime    landedcost.Regime
	Treatment landedcost.Treatment
}

// Unknown counts lines whose price before or after is not known.
type Unknown struct {
	Problem landedcost.Problem
	Lines   int64
}

// Report is what a scenario changes. Rows are a page, all else is of all rows.
type Report struct {
	Name     string
	Country  string
	Currency money.Currency
	Rows     []*Row
	Totals   *Figures
	// Regimes are the totals of each way of import.
	Regimes []*Part
	Unknown []*Unknown
	// Untaxed are lines of storefronts that charge no duty or tax; in no row.
	Untaxed int64
	// Rates by which amounts are told.
	Rates []*fx.Rate
	// RulesVersions stand for the rules that were used.
	RulesVersions []string
	AsOf          time.Time
	PageInfo      paging.PageInfo
	TotalCount    int

	all []*Row
}

// maxDimensions of a report.
const maxDimensions = 4

// maxPage and defaultPage are rows of a page.
const (
	maxPage     = 1000
	defaultPage = 100
)

func has(list []Dimension, d Dimension) bool { return slices.Contains(list, d) }
