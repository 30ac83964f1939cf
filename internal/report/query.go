package report

import (
	"fmt"
	"slices"
	"strings"
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
	BuyerRegion   Dimension = "BUYER_REGION"
	Source        Dimension = "SOURCE"
	// Currency is that of the sales, before anything is converted.
	Currency Dimension = "CURRENCY"
)

// Length of a period.
type Length string

// Lengths.
const (
	Day     Length = "DAY"
	Week    Length = "WEEK"
	Month   Length = "MONTH"
	Quarter Length = "QUARTER"
	Year    Length = "YEAR"
)

// Weekday is a day of the week, such as MONDAY.
type Weekday string

// number is that of time.Weekday; empty is Monday.
func (d Weekday) number() int {
	for n := time.Sunday; n <= time.Saturday; n++ {
		if strings.EqualFold(n.String(), string(d)) {
			return int(n)
		}
	}
	return int(time.Monday)
}

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

// sortColumns are those of rows by which keys sort; all others by dimensions.
var sortColumns = map[SortKey]string{ByGross: "gross_minor", ByNet: "net_minor", ByUnits: "units_sold", ByOrders: "orders"}

// sortFields are those fields of rows.
var sortFields = map[SortKey]string{ByGross: "gross", ByNet: "net", ByUnits: "units", ByOrders: "orders"}

// Comparison is what rows are compared with.
type Comparison string

// Comparisons: with the period before, or the days before the report's, and
// with the same of the year before. Weeks of last year are those 52 weeks earlier.
const (
	PreviousPeriod Comparison = "PREVIOUS_PERIOD"
	LastYear       Comparison = "LAST_YEAR"
)

// RateOf says of which day amounts are converted.
type RateOf string

// Rates: of the day of each sale or refund, the mean of the row's period (of
// the report's days without periods), or of one day.
const (
	TransactionDay RateOf = "TRANSACTION_DAY"
	PeriodAverage  RateOf = "PERIOD_AVERAGE"
	FixedDay       RateOf = "FIXED_DAY"
)

// Conversion has amounts told in another currency than that of the sales.
type Conversion struct {
	To money.Currency
	// Brand is instead of To: each brand's own, that of its payout account. What
	// is sold by brands without one stays as it is.
	Brand bool
	Rate  RateOf
	// Day is that of FixedDay.
	Day *models.Date
}

// Limits of a report.
const (
	maxDimensions = 4
	maxRows       = 1000
	defaultRows   = 100
	maxList       = 100
	maxTop        = 1000
	maxMoving     = 366
	// maxPeriods a report may have.
	maxPeriods = 4000
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
	BuyerRegions    []string
	Currencies      []money.Currency
	Source          *models.OrderSource
	// RecordedBefore has the report as it was then.
	RecordedBefore *time.Time

	GroupBy  []Dimension
	Period   Length
	TimeZone *time.Location
	// WeekStart is the day on which weeks begin, Monday where empty; YearStart
	// the month in which years and quarters do, 1 to 12, 0 for January.
	WeekStart Weekday
	YearStart int
	Convert   *Conversion
	Compare   Comparison
	// Top has all but so many combinations of dimensions, PERIOD apart, told
	// as one, 0 for none; the largest by the measure of SortKey, else by net.
	Top int
	// Moving is of how many periods an average moves, 0 for none.
	Moving  int
	SortKey SortKey
	Reverse bool
	Page    paging.Args
	// Shoppers are counted in files, which facts alone tell.
	Shoppers bool
	// Fields of the report, its rows and totals that are asked for, by their
	// names in the API; nil for all. Some take more than roll-ups.
	Fields []string

	// byPeriod has rates of periods where rows are not of periods.
	byPeriod bool
	// amountsAlone are summed.
	amountsAlone bool
}

// asks tells whether any of the fields is asked for.
func (q *Query) asks(fields ...string) bool {
	return q.Fields == nil || slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(q.Fields, f) })
}

func (q *Query) counted() bool {
	return !q.amountsAlone && (q.SortKey == ByOrders || q.asks("orders", "averageOrder", "previous"))
}

// whole tells that a page cannot be told without all rows.
func (q *Query) whole() bool {
	return q.SortKey != ByDimensions || q.Compare != "" || q.Top > 0 || q.Moving > 0 || q.asks("rank", "cumulativeNet")
}

// ranked tells that a page can be told by itself once the keys of its rows are
// known, which are found by a measure.
func (q *Query) ranked() bool {
	return q.SortKey != ByDimensions && q.Compare == "" && q.Top == 0 && q.Moving == 0 && !q.asks("cumulativeNet") &&
		(!q.asks("rank") || q.fromTop())
}

// fromTop tells whether the page begins with the largest rows, so that their
// ranks are told by themselves.
func (q *Query) fromTop() bool {
	return q.Reverse && q.Page.After == nil && q.Page.Before == nil && q.Page.Last == nil
}

// ranks is the field by which rows are ranked, empty where they are not.
func (q *Query) ranks() string {
	switch field, ok := sortFields[q.SortKey]; {
	case ok:
		return field
	case q.Top > 0:
		return sortFields[ByNet]
	}
	return ""
}

// byShopper: what only facts tell.
func (q *Query) byShopper() bool {
	return q.Shoppers || q.Fields != nil && q.asks("shoppers", "newShoppers", "returningShoppers")
}

func (q *Query) has(d Dimension) bool { return slices.Contains(q.GroupBy, d) }

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
	if q.YearStart == 0 {
		q.YearStart = 1
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
		"buyerCountry": len(q.BuyerCountries), "buyerRegion": len(q.BuyerRegions), "currency": len(q.Currencies),
	} {
		if n > maxList {
			return &problem.BadInput{Argument: "where." + name, Message: fmt.Sprintf("must have at most %d values", maxList)}
		}
	}
	return q.sound()
}

// sound refuses what does not go together.
func (q *Query) sound() error {
	bounded := q.From != nil && q.To != nil
	switch {
	case q.YearStart < 1 || q.YearStart > 12:
		return &problem.BadInput{Argument: "yearStart", Message: "must be 1 to 12"}
	case q.Top < 0 || q.Top > maxTop:
		return &problem.BadInput{Argument: "top", Message: fmt.Sprintf("must be 1 to %d", maxTop)}
	case q.Top > 0 && (len(q.GroupBy) == 0 || len(q.GroupBy) == 1 && q.has(Period)):
		return &problem.BadInput{Argument: "top", Message: "needs a dimension beside PERIOD"}
	case q.Moving < 0 || q.Moving == 1 || q.Moving > maxMoving:
		return &problem.BadInput{Argument: "moving", Message: fmt.Sprintf("must be 2 to %d", maxMoving)}
	case q.Moving > 0 && !q.has(Period):
		return &problem.BadInput{Argument: "moving", Message: "needs PERIOD among the dimensions"}
	case q.Compare != "" && !q.has(Period) && !bounded:
		return &problem.BadInput{Argument: "compare", Message: "needs where.from and where.to, or PERIOD among the dimensions"}
	case q.Convert != nil && (q.Convert.To == "") == !q.Convert.Brand:
		return &problem.BadInput{Argument: "convert.to", Message: "must be given unless convert.toBrand is, and not with it"}
	case q.Convert != nil && q.Convert.Rate == PeriodAverage && !q.has(Period) && !bounded:
		return &problem.BadInput{Argument: "convert.rate", Message: "needs where.from and where.to, or PERIOD among the dimensions"}
	case q.Convert != nil && q.Convert.Rate == FixedDay && q.Convert.Day == nil:
		return &problem.BadInput{Argument: "convert.day", Message: "is needed for the rate of a fixed day"}
	case q.Convert != nil && q.Convert.Rate != FixedDay && q.Convert.Day != nil:
		return &problem.BadInput{Argument: "convert.day", Message: "is for the rate of a fixed day alone"}
	}
	if n := q.periods(); n > maxPeriods {
		return &problem.BadInput{Argument: "period", Message: fmt.Sprintf("would make %d periods; at most %d are told at once", n, maxPeriods)}
	}
	return nil
}

// periods is about how many there are between the bounds.
func (q *Query) periods() int {
	if !q.has(Period) || q.From == nil || q.To == nil {
		return 0
	}
	days := int(q.To.Time().Sub(q.From.Time())/(24*time.Hour)) + 1
	return (days-1)/map[Length]int{Day: 1, Week: 7, Month: 31, Quarter: 92, Year: 366}[q.Period] + 1
}
