package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Dimension is what sales can be grouped by.
type Dimension string

// Dimensions.
const (
	Period        Dimension = "PERIOD"
	Brand         Dimension = "BRAND"
	Storefront    Dimension = "STOREFRONT"
	Product       Dimension = "PRODUCT"
	Category      Dimension = "CATEGORY"
	OriginCountry Dimension = "ORIGIN_COUNTRY"
	OriginRegion  Dimension = "ORIGIN_REGION"
	Market        Dimension = "MARKET"
	BuyerCountry  Dimension = "BUYER_COUNTRY"
)

// Length of a period; a week begins on Monday.
type Length string

// Lengths.
const (
	Day     Length = "DAY"
	Week    Length = "WEEK"
	Month   Length = "MONTH"
	Quarter Length = "QUARTER"
	Year    Length = "YEAR"
)

// SortKey is what rows are sorted by; ties by dimensions.
type SortKey string

// Sort keys.
const (
	ByDimensions SortKey = "DIMENSIONS"
	ByGross      SortKey = "GROSS"
	ByNet        SortKey = "NET"
	ByUnits      SortKey = "UNITS"
	ByOrders     SortKey = "ORDERS"
)

// Limits of a report.
const (
	maxDimensions = 4
	maxRows       = 1000
	defaultRows   = 100
	maxList       = 100
)

// Query asks for a report. Empty lists and nil values do not limit.
type Query struct {
	// From and To are days of TimeZone, both included.
	From, To        *models.Date
	Brands          []uuid.UUID
	Storefronts     []uuid.UUID
	Products        []uuid.UUID
	CategoryPath    *string
	Markets         []string
	OriginCountries []string
	OriginRegions   []string
	BuyerCountries  []string
	Currencies      []money.Currency
	Source          *models.OrderSource

	GroupBy  []Dimension
	Period   Length
	TimeZone *time.Location
	SortKey  SortKey
	Reverse  bool
	Page     paging.Args
	// Fields of rows and totals that are asked for, by their names in the API;
	// nil for all. Some take more than roll-ups.
	Fields []string
}

// counted tells whether orders are asked for.
func (q *Query) counted() bool {
	return q.Fields == nil || q.SortKey == ByOrders || slices.Contains(q.Fields, "orders") || slices.Contains(q.Fields, "averageOrder")
}

func (q *Query) normalize() error {
	if q.Period == "" {
		q.Period = Month
	}
	if q.TimeZone == nil {
		q.TimeZone = time.UTC
	}
	if q.SortKey == "" {
		q.SortKey = ByDimensions
	}
	q.Page.Default, q.Page.Max = defaultRows, maxRows
	if len(q.GroupBy) > maxDimensions {
		return &problem.BadInput{Argument: "groupBy", Message: fmt.Sprintf("must have at most %d dimensions", maxDimensions)}
	}
	for i, d := range q.GroupBy {
		if slices.Contains(q.GroupBy[:i], d) {
			return &problem.BadInput{Argument: "groupBy", Message: "must not name a dimension twice"}
		}
	}
	if q.From != nil && q.To != nil && q.To.String() < q.From.String() {
		return &problem.BadInput{Argument: "where.to", Message: "must not lie before from"}
	}
	if q.CategoryPath != nil && len(*q.CategoryPath) > 1000 {
		return &problem.BadInput{Argument: "where.categoryPath", Message: "is too long"}
	}
	for name, n := range map[string]int{
		"brandId": len(q.Brands), "storefrontId": len(q.Storefronts), "productId": len(q.Products),
		"market": len(q.Markets), "originCountry": len(q.OriginCountries), "originRegion": len(q.OriginRegions),
		"buyerCountry": len(q.BuyerCountries), "currency": len(q.Currencies),
	} {
		if n > maxList {
			return &problem.BadInput{Argument: "where." + name, Message: fmt.Sprintf("must have at most %d values", maxList)}
		}
	}
	return nil
}
