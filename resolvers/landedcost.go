package resolvers

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// optional is nil for the zero value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// day reads a day of a rule, nil where it has none.
func dayOf(text string) (*models.Date, error) {
	if text == "" {
		return nil, nil
	}
	day, err := models.ParseDate(text)
	return &day, err
}

// spoken is the first language of the context in which figures are explained.
func spoken(ctx context.Context) string {
	for _, language := range market.From(ctx).Languages {
		if base, _, _ := strings.Cut(language, "-"); base == "zh" || base == "en" {
			return language
		}
	}
	return "en"
}

// said is a problem in words, nil where there is none.
func said(ctx context.Context, p landedcost.Problem) *string {
	return models.Optional(p.Text(spoken(ctx)))
}

// millionths is a rate as a fraction of one.
func millionths(ppm int64) *decimal.Decimal { return new(decimal.New(ppm, -6)) }

func exchangeRate(e *landedcost.Exchange) *decimal.Decimal {
	rate, known := e.Rate()
	if !known {
		return nil
	}
	return &rate
}

// landed names the quotes of as many pieces.
type landed struct{ pieces int64 }

const maxLandedPieces = 10_000

func (r *Resolver) priceLanded(ctx context.Context, p *models.Price, quantity *int32) (*landedcost.Record, error) {
	pieces := int64(or(quantity, 1))
	if pieces < 1 || pieces > maxLandedPieces {
		return nil, &problem.BadInput{Argument: "quantity", Message: "must be 1 to 10,000"}
	}
	quote, err := loaders.Load(ctx, p, landed{pieces},
		func(ctx context.Context, prices []*models.Price) (map[*models.Price]*landedcost.Record, error) {
			return r.Doors.Prices(ctx, prices, pieces)
		})
	if errors.Is(err, money.ErrOverflow) {
		return nil, &problem.BadInput{Argument: "quantity", Message: "the total is too large"}
	}
	return quote, err
}

func (r *Resolver) orderLanded(ctx context.Context, o *models.Order) (*landedcost.Record, error) {
	kept, err := loaders.One(ctx, o, "landedCost",
		func(o *models.Order) (models.Key, bool) { return models.Key{BrandID: o.BrandID, ID: o.ID}, true },
		r.Doors.OfOrders,
		func(c *models.OrderLandedCost) models.Key { return models.Key{BrandID: c.BrandID, ID: c.OrderID} })
	if err != nil || kept == nil {
		return nil, err
	}
	return &kept.Record, nil
}

// asked maps what is asked. Amounts are checked here, the rest by the domain.
func landedCostAsked(in api.LandedCostQuoteInput) (doorprice.Question, error) {
	q := doorprice.Question{
		Country: in.Country, Currency: in.Currency, On: given(in.On), Regimes: in.Regimes.Value(), ShippedFrom: or(given(in.ShippedFrom), ""),
	}
	var wrong error
	minor := func(field string, amount *decimal.Decimal) int64 {
		if amount == nil || wrong != nil {
			return 0
		}
		m, err := money.FromDecimal(*amount, in.Currency)
		if err != nil {
			wrong = &problem.BadInput{Argument: "input." + field, Message: "must have no more decimals than the currency, and at most 63 bits of minor units"}
		}
		return m.Minor
	}
	q.FreightMinor, q.InsuranceMinor = minor("freight", given(in.Freight)), minor("insurance", given(in.Insurance))
	for i, l := range in.Lines {
		at := "lines." + strconv.Itoa(i)
		line := doorprice.Goods{HSCode: given(l.HsCode), Origin: given(l.OriginCountry), WeightGrams: given(l.WeightGrams)}
		if net := given(l.NetContent); net != nil {
			line.NetContent, line.NetUnit = &net.Quantity, new(landedcost.Unit(net.Unit))
			if net.Quantity.Exponent() < -3 || net.Quantity.Sign() <= 0 || net.Quantity.GreaterThanOrEqual(decimal.New(1, 9)) {
				wrong = &problem.BadInput{Argument: "input." + at + ".netContent.quantity", Message: "must be above 0 and below 1,000,000,000, with at most 3 decimals"}
			}
		}
		asked := line.Line(int64(l.Quantity), minor(at+".unitPrice", &l.UnitPrice))
		asked.DiscountMinor = minor(at+".discount", given(l.Discount))
		q.Lines = append(q.Lines, asked)
	}
	return q, wrong
}
