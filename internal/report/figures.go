// Package report sums sales facts, and nothing else, into reports.
package report

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// Figures are sums of sales facts in one currency.
type Figures struct {
	Currency string
	// Orders counts distinct orders with a sale, later cancelled ones included.
	Orders        int64
	Units         int64
	UnitsReturned int64
	// Shoppers counts distinct signed-in shoppers with a sale, NewShoppers
	// those of them whose first order with the brand is among the sales.
	Shoppers, NewShoppers int64
	GrossMinor            int64
	DiscountMinor         int64
	RefundMinor           int64
	ShippingMinor         int64
	DutyMinor             int64
	TaxMinor              int64
	CommissionMinor       int64
}

func (f Figures) money(minor int64) money.Money { return money.New(minor, money.Currency(f.Currency)) }

// Gross is goods at list price.
func (f Figures) Gross() money.Money { return f.money(f.GrossMinor) }

// Discounts is what was taken off, positive.
func (f Figures) Discounts() money.Money { return f.money(f.DiscountMinor) }

// Refunds is what was given back, positive, on the day it was given back.
func (f Figures) Refunds() money.Money { return f.money(f.RefundMinor) }

// Net is gross less discounts less refunds.
func (f Figures) Net() money.Money { return f.money(f.GrossMinor - f.DiscountMinor - f.RefundMinor) }

// AverageOrder is gross less discounts by orders, rounded half up to the
// minor unit; nil without orders.
func (f Figures) AverageOrder() *money.Money {
	if f.Orders == 0 {
		return nil
	}
	average := decimal.NewFromInt(f.GrossMinor-f.DiscountMinor).DivRound(decimal.NewFromInt(f.Orders), 0)
	m := f.money(average.IntPart())
	return &m
}

// Shipping is carriage with its insurance, less what of it was given back.
func (f Figures) Shipping() money.Money { return f.money(f.ShippingMinor) }

// Duties are customs duties, less what of them was given back.
func (f Figures) Duties() money.Money { return f.money(f.DutyMinor) }

// Taxes are VAT and consumption tax, less what of them was given back.
func (f Figures) Taxes() money.Money { return f.money(f.TaxMinor) }

// Commission is what the platform keeps, less what of it was given back.
func (f Figures) Commission() money.Money { return f.money(f.CommissionMinor) }

// Payout is the brand's: net and carriage less commission. Of sales placed here
// it is what they and their refunds change of its balance in the ledger.
func (f Figures) Payout() money.Money {
	return f.money(f.GrossMinor - f.DiscountMinor - f.RefundMinor + f.ShippingMinor - f.CommissionMinor)
}

// ReturningShoppers are those who had ordered from the brand before.
func (f Figures) ReturningShoppers() int64 { return f.Shoppers - f.NewShoppers }

// ReturnRate is units taken back by units sold, to six decimals half up; nil
// without units sold.
func (f Figures) ReturnRate() *decimal.Decimal { return ratio(f.UnitsReturned, f.Units) }

func ratio(part, whole int64) *decimal.Decimal {
	if whole == 0 {
		return nil
	}
	return new(decimal.NewFromInt(part).DivRound(decimal.NewFromInt(whole), 6))
}

// Report is a page of rows with the totals of all pages.
type Report struct {
	Rows     []*Row
	Totals   []*Totals
	PageInfo paging.PageInfo
	TimeZone *time.Location
	// AsOf is when the latest counted fact was recorded, nil without facts.
	AsOf *time.Time
	// TotalCount is how many rows there are on all pages.
	TotalCount int
	// Rates are those by which amounts were converted.
	Rates []*fx.Rate
}

// Row is one combination of dimensions in one currency.
type Row struct {
	Figures
	Cursor     string
	Dimensions []*DimensionValue
	// Others is true of what is not among the largest.
	Others bool
	// Previous is what the row is compared with, nil where nothing is.
	Previous *Totals
	// Share is the row's part of the net of all rows in its currency, to six
	// decimals half up; nil where that is 0.
	Share *decimal.Decimal
	// Rank is the row's place among those of its currency, 1 the largest.
	Rank int64
	// Nil without periods: the net up to this period, and the mean net of this
	// and the periods before it, nil where there are not as many yet.
	CumulativeNetMinor, MovingNetMinor *int64
}

// CumulativeNet is the net of this period and all before it in the report.
func (r *Row) CumulativeNet() *money.Money { return r.optional(r.CumulativeNetMinor) }

// MovingNet is the mean net of this and the periods before it.
func (r *Row) MovingNet() *money.Money { return r.optional(r.MovingNetMinor) }

func (r *Row) optional(minor *int64) *money.Money {
	if minor == nil {
		return nil
	}
	return new(r.money(*minor))
}

// NetChange is how much net is more than what it is compared with, as a part
// of that, to six decimals half up; nil where that is 0 or nothing is compared.
func (r *Row) NetChange() *decimal.Decimal { return change(r.Figures, r.Previous) }

func change(now Figures, was *Totals) *decimal.Decimal {
	if was == nil {
		return nil
	}
	return ratio(now.Net().Minor-was.Net().Minor, was.Net().Minor)
}

// Totals are sums over all rows of one currency.
type Totals struct {
	Figures
	// Previous is what they are compared with, nil where nothing is.
	Previous *Totals
}

// NetChange is that of Row.
func (t *Totals) NetChange() *decimal.Decimal { return change(t.Figures, t.Previous) }

// DimensionValue is a row's value of a dimension. Key is nil where facts do not say.
type DimensionValue struct {
	Dimension Dimension
	Key       *string
	Label     string
}
