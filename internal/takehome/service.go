package takehome

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/delivery"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service reckons for those who may read a brand's balance.
type Service struct {
	db    *gorm.DB
	doors *doorprice.Service
	rates *fx.Service
	now   func() time.Time
}

// NewService takes the database, the rules and the clock.
func NewService(db *gorm.DB, doors *doorprice.Service, rates *fx.Service, now func() time.Time) *Service {
	return &Service{db: db, doors: doors, rates: rates, now: now}
}

// Question asks what is left of a price.
type Question struct {
	Variant, Storefront models.Key
	// Currency of the brand; that of its payout account where nil, or else the
	// storefront's.
	Currency *money.Currency
	// On is today where nil.
	On *models.Date
	// Carriage and Cost are in the storefront's currency; by its cheapest
	// delivery option, and as much as that, where nil.
	Carriage, Cost *decimal.Decimal
	// Schedule names whose fees are taken instead of the platform's.
	Schedule *string
	// Rates settle the fees of it of which only a range is known, by code.
	Rates map[string]decimal.Decimal
}

// sale is what is sold where.
type sale struct {
	Country, Currency string
	CustomsRegime     *landedcost.Regime
	HSCode            *string
	OriginCountry     *string
	WeightGrams       *int32
	NetContent        *decimal.Decimal
	NetUnit           *landedcost.Unit
	AmountMinor       *int64
	PayoutCurrency    *string
	ShippedFrom       string `gorm:"-"`
	PlanName          *string
	PlanSource        *string
	Rate              *decimal.Decimal
	FixedMinor        *int64
}

// Of shows what is left of a price, of that of today where it is nil.
func (s *Service) Of(ctx context.Context, q Question, price *decimal.Decimal) (*Result, error) {
	terms, sold, err := s.terms(ctx, q)
	if err != nil {
		return nil, err
	}
	var minor int64
	switch {
	case price != nil:
		if minor, err = amount("price", *price, terms.Sale); err != nil {
			return nil, err
		}
	case sold.AmountMinor == nil:
		return nil, &problem.BadInput{Argument: "price", Message: "the variant has no price there: give one"}
	default:
		minor = *sold.AmountMinor
	}
	return quoted(terms, "price", minor)
}

// For is what is left of the smallest price that leaves a target.
func (s *Service) For(ctx context.Context, q Question, target decimal.Decimal) (*Result, error) {
	terms, _, err := s.terms(ctx, q)
	if err != nil {
		return nil, err
	}
	const name = "takeHome"
	minor, err := amount(name, target, terms.Pay)
	if err != nil {
		return nil, err
	}
	price, err := terms.Price(minor)
	unknown, isUnknown := errors.AsType[*UnknownError](err)
	switch {
	case isUnknown:
		return nil, problem.New(problem.RateUnknown, unknown.Error())
	case errors.Is(err, ErrNoPrice):
		return nil, &problem.BadInput{Argument: name, Message: "no price up to 2^53 minor units leaves the brand so much"}
	case err != nil:
		return nil, err
	}
	return quoted(terms, name, price)
}

func quoted(t *Terms, argument string, price int64) (*Result, error) {
	r, err := t.Quote(price)
	if errors.Is(err, money.ErrOverflow) {
		return nil, &problem.BadInput{Argument: argument, Message: "amounts become too large"}
	}
	return r, err
}

// amount reads an amount of 0 to 2^53 minor units.
func amount(argument string, of decimal.Decimal, c money.Currency) (int64, error) {
	m, err := money.FromDecimal(of, c)
	if err != nil || m.Minor < 0 || m.Minor > MaxPrice {
		return 0, &problem.BadInput{Argument: argument, Message: fmt.Sprintf("must be 0 to 2^53 minor units of %s, with no more decimals than it has", c)}
	}
	return m.Minor, nil
}

// terms reads by what a variant is sold. However much it asks, it takes as
// many statements.
func (s *Service) terms(ctx context.Context, q Question) (*Terms, *sale, error) {
	if err := auth.RequireFor(ctx, auth.BalanceRead, q.Variant.BrandID, "variantId"); err != nil {
		return nil, nil, err
	}
	at := s.now()
	if q.On != nil && *q.On != models.DateOf(at.UTC()) {
		at = q.On.AddDays(1).Time().Add(-time.Microsecond)
	}
	db := s.db.WithContext(ctx)
	sold, options, err := read(db, q, at)
	if err != nil {
		return nil, nil, err
	}
	c := money.Currency(sold.Currency)
	var doors *doorprice.Terms
	if q.On != nil {
		doors, err = s.doors.TermsOn(db, sold.Country, c, *q.On)
	} else {
		doors, err = s.doors.Terms(db, sold.Country, c, at)
	}
	if err != nil {
		return nil, nil, err
	}
	t := &Terms{
		Sale: c, Pay: c, Regime: sold.CustomsRegime, Rules: doors.Rules, Exchange: doors.Exchange, ShippedFrom: sold.ShippedFrom,
		Goods: doorprice.Goods{HSCode: sold.HSCode, Origin: sold.OriginCountry, WeightGrams: sold.WeightGrams, NetContent: sold.NetContent, NetUnit: sold.NetUnit}.Line(1, 0),
	}
	switch {
	case q.Currency != nil:
		t.Pay = *q.Currency
	case sold.PayoutCurrency != nil:
		t.Pay = money.Currency(*sold.PayoutCurrency)
	}
	if sold.Rate != nil {
		t.Plan = &models.CommissionPlan{Name: *sold.PlanName, Source: *sold.PlanSource, Rate: *sold.Rate, FixedMinor: *sold.FixedMinor}
	}
	if err := t.carry(q, sold, options); err != nil {
		return nil, nil, err
	}
	if err := t.charge(q); err != nil {
		return nil, nil, err
	}
	sheet, err := s.rates.SheetBy(db, models.DateOf(at.UTC()))
	if err != nil {
		return nil, nil, err
	}
	t.Rate, err = sheet.Rate(t.Sale, t.Pay)
	if problem.From(err) != nil {
		t.Rate, err = nil, nil // which the result says
	}
	return t, sold, err
}

func read(db *gorm.DB, q Question, at time.Time) (*sale, []models.DeliveryOption, error) {
	missing := problem.At("variantId", problem.NotFound, "there is no such variant, or no such storefront of its brand")
	if q.Variant.BrandID != q.Storefront.BrandID {
		return nil, nil, missing
	}
	reads := database.NewBatch(db)
	rows := database.Read[sale](reads, database.Text(`
select s.country, s.currency, s.customs_regime, p.hs_code, p.origin_country, v.weight_grams, v.net_content, v.net_unit, r.amount_minor,
  (select a.currency from payout_accounts a where a.brand_id = v.brand_id) as payout_currency,
  c.name as plan_name, c.source as plan_source, c.rate, c.fixed_minor
from variants v
join products p on p.brand_id = v.brand_id and p.id = v.product_id
join storefronts s on s.brand_id = v.brand_id and s.id = ?
left join prices r on r.brand_id = v.brand_id and r.storefront_id = s.id and r.variant_id = v.id and r.currency = s.currency
left join lateral (?) c on true
where v.brand_id = ? and v.id = ?`, q.Storefront.ID, ledger.PlanOf("s.brand_id", "s.currency", at), q.Variant.BrandID, q.Variant.ID))
	supply := inventory.Ask(reads, q.Variant.BrandID, []uuid.UUID{q.Variant.ID})
	if err := reads.Send(); err != nil {
		return nil, nil, fmt.Errorf("read what is sold: %w", err)
	}
	if len(*rows) == 0 {
		return nil, nil, missing
	}
	var options []models.DeliveryOption
	err := db.Where("brand_id = ? and storefront_id = ? and archived_at is null", q.Storefront.BrandID, q.Storefront.ID).Find(&options).Error
	if err != nil {
		return nil, nil, fmt.Errorf("read delivery options: %w", err)
	}
	sold := &(*rows)[0]
	sold.ShippedFrom = supply.From([]inventory.Line{{VariantID: q.Variant.ID, Quantity: 1}})
	return sold, options, nil
}

// carry finds what carriage costs the shopper at each price, and the brand.
func (t *Terms) carry(q Question, sold *sale, options []models.DeliveryOption) error {
	if q.Cost != nil {
		cost, err := amount("terms.shippingCost", *q.Cost, t.Sale)
		if err != nil {
			return err
		}
		t.CostMinor = &cost
	}
	if q.Carriage != nil {
		minor, err := amount("terms.shipping", *q.Carriage, t.Sale)
		t.Carriage = []Carriage{{Minor: minor}}
		return err
	}
	from := []int64{0}
	for _, o := range options {
		for _, z := range o.Zones {
			if z.FreeFromMinor != nil {
				from = append(from, *z.FreeFromMinor)
			}
		}
	}
	slices.Sort(from)
	for _, price := range slices.Compact(from) {
		quotes := delivery.Options(options, delivery.Destination{Country: sold.Country}, t.Goods.WeightGrams, money.New(price, t.Sale))
		if len(options) > 0 && len(quotes) == 0 {
			return &problem.BadInput{Argument: "terms.shipping", Message: "no delivery option of the storefront brings it there: say what the shopper pays for carriage"}
		}
		var least int64
		for i, o := range quotes {
			if i == 0 || o.Amount.Minor < least {
				least = o.Amount.Minor
			}
		}
		t.Carriage = append(t.Carriage, Carriage{price, least})
	}
	return nil
}

// charge finds the fees that the brand bears.
func (t *Terms) charge(q Question) error {
	add := func(f landedcost.Fee, ofTotal, withCarriage, unknown bool) error {
		fee := Fee{Code: f.Code, Title: f.Title, OfTotal: ofTotal, WithCarriage: withCarriage, PPM: f.PPM, Unknown: unknown, Source: f.Source}
		if f.FlatMinor != 0 {
			flat, known, err := t.inSale(f.FlatMinor)
			if err != nil {
				return err
			}
			fee.FlatMinor, fee.Unknown = flat, fee.Unknown || !known
		}
		t.Fees = append(t.Fees, fee)
		return nil
	}
	if t.Regime != nil {
		for _, f := range t.Rules.Fees {
			if f.PaidBy(landedcost.PaidByBrand, *t.Regime) {
				if err := add(f, f.Code == "PAYMENT", true, false); err != nil {
					return err
				}
			}
		}
	}
	if q.Schedule == nil {
		if len(q.Rates) > 0 {
			return &problem.BadInput{Argument: "terms.rates", Message: "settles fees of a schedule: name it"}
		}
		return nil
	}
	t.Schedule = *q.Schedule
	all := t.Rules.Schedules[t.Schedule]
	if len(all) == 0 {
		return &problem.BadInput{Argument: "terms.schedule", Message: "there is no such schedule on that day"}
	}
	open := map[string]bool{}
	for _, f := range all {
		if f.Payer != landedcost.PaidByBrand || f.Per != "ORDER" {
			continue
		}
		ranged := f.MostPPM > 0
		if open[f.Code] = ranged; ranged {
			if rate, ok := q.Rates[f.Code]; ok {
				low, high := decimal.New(f.PPM, -6), decimal.New(f.MostPPM, -6)
				if rate.LessThan(low) || rate.GreaterThan(high) || rate.Exponent() < -6 {
					return &problem.BadInput{Argument: "terms.rates", Message: fmt.Sprintf("%s is %s to %s, with at most 6 decimals", f.Code, low, high)}
				}
				f.PPM, ranged = rate.Shift(6).IntPart(), false
			}
		}
		if err := add(f.Fee, f.Code == "PAYMENT", false, ranged); err != nil {
			return err
		}
	}
	for code := range q.Rates {
		if !open[code] {
			return &problem.BadInput{Argument: "terms.rates", Message: "the schedule has no fee of a range with this code"}
		}
	}
	return nil
}

// inSale is an amount of the rules' currency in that of the sale.
func (t *Terms) inSale(minor int64) (int64, bool, error) {
	if t.Sale == t.Rules.Currency {
		return minor, true, nil
	}
	if t.Exchange.Units <= 0 {
		return 0, false, nil
	}
	per := decimal.NewFromInt(max(t.Exchange.Per, 1))
	m, err := money.RoundHalfUp(money.New(minor, t.Rules.Currency).Decimal().Mul(per).DivRound(decimal.NewFromInt(t.Exchange.Units), t.Sale.Digits()), t.Sale)
	return m.Minor, err == nil, err
}
