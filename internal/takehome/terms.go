// Package takehome reckons what is left of a price for the brand that sells at
// it, in its own currency, and the smallest price that leaves it so much.
//
// Everything that is taken is rounded by itself, half up, to the minor unit of
// the sale's currency; what is left is the rest, so that the parts sum to what
// the shopper pays. Only the exchange rounds once more.
package takehome

import (
	"errors"

	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// MaxPrice bounds prices: to it, integers are exact in every client.
const MaxPrice = 1 << 53

// Terms are all that a piece is sold by but its price.
type Terms struct {
	// Sale is the currency of the price, Pay that of the brand.
	Sale, Pay money.Currency
	// Goods are one piece, without a price.
	Goods landedcost.Line
	// Regime is nil where no duty or tax is charged.
	Regime      *landedcost.Regime
	ShippedFrom string
	Rules       *landedcost.Rules
	Exchange    landedcost.Exchange
	// Plan is the platform's, nil where it keeps nothing.
	Plan *models.CommissionPlan
	// Schedule names whose fees are taken instead of the plan; empty for none.
	Schedule string
	Fees     []Fee
	// Carriage is what the shopper pays for it, by the price of the goods: the
	// first from zero on.
	Carriage []Carriage
	// CostMinor is what the carrier takes of the brand; nil for as much as the
	// shopper pays.
	CostMinor *int64
	// Rate is that of the sale's currency in the brand's; nil where nobody knows.
	Rate *fx.Rate
}

// Fee is taken of the brand for each order.
type Fee struct {
	Code, Title string
	// OfTotal tells that it is of all that the shopper pays; else it is of the
	// goods and, where WithCarriage, what the shopper pays for carriage.
	OfTotal, WithCarriage bool
	PPM, FlatMinor        int64
	// Unknown tells that nobody knows how much it is.
	Unknown bool
	Source  *landedcost.Source
}

// Carriage is what it costs the shopper from a price on.
type Carriage struct {
	FromMinor, Minor int64
}

// Kind of a step.
type Kind string

// Kinds of steps.
const (
	Tax        Kind = "TAX"
	ShopperFee Kind = "SHOPPER_FEE"
	Commission Kind = "COMMISSION"
	PaymentFee Kind = "PAYMENT_FEE"
	OtherFee   Kind = "FEE"
	Shipping   Kind = "SHIPPING"
	Exchange   Kind = "EXCHANGE"
)

// Result is what is left of a price.
type Result struct {
	// Problem says why something is not known; then what depends on it is not.
	Problem landedcost.Problem
	// LandedCost is nil where no duty or tax is charged.
	LandedCost *landedcost.Record
	// All in the currency of the sale. Paid is by the shopper; what the steps
	// before the exchange take and Left sum to it.
	PriceMinor, CarriageMinor, PaidMinor, LeftMinor int64
	// TakenMinor is what is left, in the brand's currency.
	TakenMinor int64
	Steps      []Step
	Terms      *Terms
}

// Known tells whether nothing is missing.
func (r *Result) Known() bool { return r.Problem == "" }

// taxes reckons what the shopper pays besides price and carriage, into a result
// that is used again.
func (t *Terms) taxes(r *landedcost.Result, price, carriage int64) error {
	return landedcost.Quote(r, t.input(price, carriage), t.Rules)
}

func (t *Terms) input(price, carriage int64) *landedcost.Input {
	line := t.Goods
	line.Quantity, line.UnitMinor, line.DiscountMinor = 1, price, 0
	return &landedcost.Input{
		Regime: *t.Regime, Currency: t.Sale, Exchange: t.Exchange, ShippedFrom: t.ShippedFrom, FreightMinor: carriage,
		Lines: []landedcost.Line{line},
	}
}

// carriage is what the shopper pays for it.
func (t *Terms) carriage(price int64) (minor int64) {
	for _, c := range t.Carriage {
		if price >= c.FromMinor {
			minor = c.Minor
		}
	}
	return minor
}

// unsold tells why a piece cannot be sold as quoted.
func unsold(r *landedcost.Result) landedcost.Problem {
	switch {
	case r.Problem == landedcost.OverOrderLimit:
		return r.Problem
	case len(r.Lines) == 1 && r.Lines[0].Problem != "":
		return r.Lines[0].Problem
	}
	return ""
}

func (t *Terms) commission(price int64) (int64, error) {
	if t.Plan == nil || t.Schedule != "" {
		return 0, nil
	}
	m, err := ledger.Commission(money.New(price, t.Sale), t.Plan.Rate, t.Plan.FixedMinor)
	return m.Minor, err
}

// of is what a fee is taken of.
func (f *Fee) of(price, carriage, paid int64) int64 {
	switch {
	case f.OfTotal:
		return paid
	case f.WithCarriage:
		return price + carriage
	}
	return price
}

func (f *Fee) take(base int64) (int64, error) {
	fee := landedcost.Fee{PPM: f.PPM, FlatMinor: f.FlatMinor}
	return fee.Of(base)
}

var errUnknown = errors.New("something is not known")

// left is what is left of a price in the currency of the sale. It is errUnknown where the goods cannot be sold so.
func (t *Terms) left(r *landedcost.Result, price, carriage int64) (int64, error) {
	paid := price + carriage
	if t.Regime != nil {
		if err := t.taxes(r, price, carriage); err != nil {
			return 0, err
		}
		if unsold(r) != "" {
			return 0, errUnknown
		}
		paid = r.Total
	}
	taken, err := t.commission(price)
	if err != nil {
		return 0, err
	}
	for i := range t.Fees {
		f := &t.Fees[i]
		if f.Unknown {
			return 0, errUnknown
		}
		fee, err := f.take(f.of(price, carriage, paid))
		if err != nil {
			return 0, err
		}
		if taken += fee; taken < 0 {
			return 0, money.ErrOverflow
		}
	}
	cost := carriage
	if t.CostMinor != nil {
		cost = *t.CostMinor
	}
	return price + carriage - taken - cost, nil
}
