package report

import (
	"time"

	"github.com/shopspring/decimal"
)

// A groupedRow is a row of the report, or a row of its totals, as the database gives it.
type groupedRow struct {
	D1, D2, D3, D4 string
	// BrandKey is the brand of a storefront or product.
	BrandKey string
	Others   bool
	Currency string
	Now      summed `gorm:"embedded"`
	// Was is what it is compared with.
	Was summed `gorm:"embedded;embeddedPrefix:was_"`

	NetMinor        int64
	Share           *decimal.Decimal
	Place           int64
	CumulativeMinor *int64
	MovingMinor     *int64
	// Seq is the place in the page, 0 for totals.
	Seq int
}

type summed struct {
	Orders          int64
	UnitsSold       int64
	UnitsReturned   int64
	Shoppers        int64
	NewShoppers     int64
	GrossMinor      int64
	DiscountMinor   int64
	RefundMinor     int64
	ShippingMinor   int64
	DutyMinor       int64
	TaxMinor        int64
	CommissionMinor int64
	RecordedAt      *time.Time
}

// key of a dimension as labels know it: ids of rows come with their brand's.
func (r *groupedRow) key(d Dimension, i int) string {
	value := [...]string{r.D1, r.D2, r.D3, r.D4}[i]
	switch {
	case d == Period:
		return value[:len(time.DateOnly)]
	case value == noID:
		return ""
	case d == Storefront, d == Product:
		return r.BrandKey + "/" + value
	}
	return value
}
