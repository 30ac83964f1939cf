// Package doorprice quotes what goods cost at the door by the rules and rates
// that are in force: it brings internal/landedcost, which knows neither,
// together with the rows of the catalogue.
package doorprice

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Rules gives those of a country on a day. It joins the caller's transaction
// and reads from memory what it can; customs.ErrNoRules where there are none.
type Rules interface {
	Rules(db *gorm.DB, country string, on models.Date) (*landedcost.Rules, error)
}

// Service quotes. Everybody may ask.
type Service struct {
	db    *gorm.DB
	rules Rules
	rates *fx.Service
	now   func() time.Time
}

// NewService takes the database, the rules and the clock.
func NewService(db *gorm.DB, rules Rules, now func() time.Time) *Service {
	return &Service{db: db, rules: rules, rates: fx.NewService(db, now), now: now}
}

// Terms are the rules and the exchange rate by which goods of a market are
// quoted on a day.
type Terms struct {
	Rules    *landedcost.Rules
	Exchange landedcost.Exchange
	currency money.Currency
}

// Terms of goods in a currency for a country at a time. Where there are no
// rules, or no rate, quotes say so.
func (s *Service) Terms(db *gorm.DB, country string, currency money.Currency, at time.Time) (*Terms, error) {
	on, err := models.ParseDate(landedcost.Day(country, at))
	if err != nil {
		return nil, err
	}
	return s.TermsOn(db, country, currency, on)
}

// TermsOn is Terms for a day.
func (s *Service) TermsOn(db *gorm.DB, country string, currency money.Currency, on models.Date) (*Terms, error) {
	rules, err := s.rules.Rules(db, country, on)
	if errors.Is(err, customs.ErrNoRules) {
		rules, err = &landedcost.Rules{Country: country, On: on.String(), Currency: currency}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read customs rules: %w", err)
	}
	t := &Terms{Rules: rules, currency: currency}
	if currency == rules.Currency {
		return t, nil
	}
	sheet, err := s.rates.SheetBy(db, on)
	if err != nil {
		return nil, err
	}
	rate, err := sheet.Rate(currency, rules.Currency)
	switch {
	case err == nil:
		t.Exchange = exchange(rate)
	case problem.From(err) == nil:
		return nil, err
	} // without a rate, every line is RATE_UNKNOWN
	return t, nil
}

// exchange is a rate in integers: exactly, where its figures have at most 12
// digits, as published ones do.
func exchange(rate *fx.Rate) landedcost.Exchange {
	of, per := rate.Fraction()
	places := max(-of.Exponent(), -per.Exponent(), 0)
	units, through := of.Shift(places), per.Shift(places)
	if most := decimal.NewFromInt(landedcost.MaxExchange); units.GreaterThan(most) || through.GreaterThan(most) {
		units, through = rate.Value.Shift(9).Round(0), decimal.New(1, 9)
	}
	return landedcost.Exchange{
		Units: units.IntPart(), Per: through.IntPart(), Source: rate.Source + " " + rate.Date.String(),
	}
}

// Quote reckons an order in its currency and records it. It refuses what makes
// no sense, at the paths of the input, and totals beyond 63 bits.
func (t *Terms) Quote(in *landedcost.Input) (*landedcost.Record, error) {
	in.Currency, in.Exchange = t.currency, t.Exchange
	var r landedcost.Result
	if err := landedcost.Quote(&r, in, t.Rules); err != nil {
		return nil, err
	}
	return r.Record(in, t.Rules), nil
}

// Unruled has no rules of any country.
type Unruled struct{}

// Rules there are none.
func (Unruled) Rules(*gorm.DB, string, models.Date) (*landedcost.Rules, error) {
	return nil, customs.ErrNoRules
}
