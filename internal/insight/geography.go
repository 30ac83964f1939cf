package insight

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// Side says whose places are told.
type Side string

// Sides.
const (
	Buyers  Side = "BUYER"
	Origins Side = "ORIGIN"
)

// Level says how large places are.
type Level string

// Levels. Where a country has no census regions, it stands for itself among them.
const (
	Countries     Level = "COUNTRY"
	CensusRegions Level = "CENSUS_REGION"
	Regions       Level = "REGION"
)

// Geography is sales by place.
type Geography struct {
	Rows     []*Place
	Totals   []*PlaceTotals
	TimeZone *time.Location
}

// Place is sales to or from a place, in one currency. What is nil is not
// known, or where the row is Withheld any of those that are not told apart.
type Place struct {
	report.Figures

	Country *string
	Census  *models.CensusRegion
	Region  *string
	// Label names the place for people.
	Label string
	// Withheld marks places with few shoppers, told as one: see Threshold.
	Withheld bool
	// Shoppers is how many bought, nil where places are told as one. An order
	// of an unknown buyer counts as a shopper of its own.
	Shoppers *int64
}

// PlaceTotals sum all places of a currency.
type PlaceTotals struct {
	report.Figures

	// Shoppers is not the sum of the rows where somebody bought in several.
	Shoppers int64
}

// placeRow is a place of a currency as the database gives it. Grouped says how
// many of its names are summed over: 0 for a region, 1 for a census region, 3
// for a country and 7 for all.
type placeRow struct {
	Country, Census, Region string
	Grouped                 int
	Currency                string
	Shoppers                int64
	Orders                  int64
	UnitsSold               int64
	UnitsReturned           int64
	GrossMinor              int64
	DiscountMinor           int64
	RefundMinor             int64
}

func (r *placeRow) figures() report.Figures {
	return report.Figures{
		Currency: r.Currency, Orders: r.Orders, Units: r.UnitsSold, UnitsReturned: r.UnitsReturned,
		GrossMinor: r.GrossMinor, DiscountMinor: r.DiscountMinor, RefundMinor: r.RefundMinor,
	}
}

// Geography sums sales by where buyers live, or by where goods come from.
func (s *Service) Geography(ctx context.Context, q Query) (*Geography, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	if q.Side == "" {
		q.Side = Buyers
	}
	if q.Level == "" {
		q.Level = Regions
	}
	var rows []*placeRow
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		state, err := rollup.Read(tx)
		if err != nil {
			return err
		}
		if err := ofAllSales(tx); err != nil {
			return err
		}
		rows, err = scan[placeRow](tx, "the places", s.places(ctx, &q, state))
		return err
	})
	if err != nil {
		return nil, err
	}
	g := &Geography{TimeZone: q.TimeZone, Rows: []*Place{}, Totals: []*PlaceTotals{}}
	least := int64(0)
	if q.Side == Buyers && withholds(ctx, &q) {
		least = Threshold
	}
	names := namesOf(ctx)
	for _, root := range grow(rows) {
		g.Totals = append(g.Totals, &PlaceTotals{root.figures(), root.Shoppers})
		for _, p := range root.told(q.Level, least) {
			g.Rows = append(g.Rows, p.place(names))
		}
	}
	return g, fewEnough(len(g.Rows))
}

var placeColumns = []column[Place]{
	{table.Column{Name: "place", Title: "Place", Kind: table.Text, Dimension: true}, func(p *Place) any { return p.Label }},
	{table.Column{Name: "country", Title: "Country", Kind: table.Text}, func(p *Place) any { return optional(p.Country) }},
	{table.Column{Name: "census_region", Title: "Census region", Kind: table.Text}, func(p *Place) any {
		if p.Census == nil {
			return nil
		}
		return string(*p.Census)
	}},
	{table.Column{Name: "region", Title: "Region", Kind: table.Text}, func(p *Place) any { return optional(p.Region) }},
	{table.Column{Name: "told_as_one", Title: "Told as one", Kind: table.Boolean}, func(p *Place) any { return p.Withheld }},
	{table.Column{Name: "currency", Title: "Currency", Kind: table.Text}, func(p *Place) any { return p.Currency }},
	{table.Column{Name: "shoppers", Title: "Shoppers", Kind: table.Integer}, func(p *Place) any { return optional(p.Shoppers) }},
	{table.Column{Name: "orders", Title: "Orders", Kind: table.Integer}, func(p *Place) any { return p.Orders }},
	{table.Column{Name: "units", Title: "Units", Kind: table.Integer, Sums: true}, func(p *Place) any { return p.Units }},
	{table.Column{Name: "units_returned", Title: "Units returned", Kind: table.Integer, Sums: true}, func(p *Place) any { return p.UnitsReturned }},
	{table.Column{Name: "gross", Title: "Gross", Kind: table.Money, Currency: "currency", Sums: true}, func(p *Place) any { return p.Gross() }},
	{table.Column{Name: "discounts", Title: "Discounts", Kind: table.Money, Currency: "currency", Sums: true}, func(p *Place) any { return p.Discounts() }},
	{table.Column{Name: "refunds", Title: "Refunds", Kind: table.Money, Currency: "currency", Sums: true}, func(p *Place) any { return p.Refunds() }},
	{table.Column{Name: "net", Title: "Net", Kind: table.Money, Currency: "currency", Sums: true}, func(p *Place) any { return p.Net() }},
}

// GeographyTable is Geography as a table.
func (s *Service) GeographyTable(ctx context.Context, q Query) (*table.Table, error) {
	return whole(ctx, "Geography", &q, placeColumns, func() ([]*Place, error) {
		g, err := s.Geography(ctx, q)
		if err != nil {
			return nil, err
		}
		return g.Rows, nil
	})
}
