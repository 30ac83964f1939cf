// Package report sums sales facts, and nothing else, into reports.
package report

import (
	"time"

	"github.com/shopspring/decimal"

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
	GrossMinor    int64
	DiscountMinor int64
	RefundMinor   int64
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
}

// Row is one combination of dimensions in one currency.
type Row struct {
	Figures
	Cursor     string
	Dimensions []*DimensionValue
}

// Totals are sums over all rows of one currency.
type Totals struct{ Figures }

// DimensionValue is a row's value of a dimension. Key is nil where facts do not say.
type DimensionValue struct {
	Dimension Dimension
	Key       *string
	Label     string
}
