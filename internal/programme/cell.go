package programme

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/place"
	"github.com/tradewind-commerce/tradewind/models"
)

// Cell is businesses that have something in common. Key is empty for what is
// put together, and where facts do not say.
type Cell struct {
	Key    *string
	Label  string
	Merged int32
	Joined int64
	// Businesses of Joined that have not closed; what follows is nil by category,
	// and where too few would be told of.
	Businesses                                     int64
	BusinessesAttesting, JobsAttested, JobsAssumed *int64
	Sales                                          *money.Money
}

// Cohort is businesses that joined in the same quarter, nil for several that
// are put together.
type Cohort struct {
	Quarter                          *models.Date
	Merged                           int32
	Joined, Businesses, StillSelling int64
	Sales, SalesPerBusiness          *money.Money
}

// cell sums what is to be told, in the currencies in which it was sold.
type cell struct {
	key, label string
	// within is what it lies in: a census region, or a country.
	within                                               string
	merged                                               int32
	joined, businesses, attesting, jobs, orders, selling int64
	minor                                                map[string]int64
}

func (c *cell) add(o *cell) {
	c.joined, c.businesses, c.attesting, c.jobs = c.joined+o.joined, c.businesses+o.businesses, c.attesting+o.attesting, c.jobs+o.jobs
	c.orders, c.selling = c.orders+o.orders, c.selling+o.selling
	if c.minor == nil {
		c.minor = map[string]int64{}
	}
	for currency, minor := range o.minor {
		c.minor[currency] += minor
	}
}

// sheet gathers cells by key, in the order in which they come.
type sheet struct {
	cells []*cell
	byKey map[string]*cell
}

func (s *sheet) at(key, label, within string) *cell {
	if s.byKey == nil {
		s.byKey = map[string]*cell{}
	}
	c, ok := s.byKey[key]
	if !ok {
		c = &cell{key: key, label: label, within: within, minor: map[string]int64{}}
		s.byKey[key], s.cells = c, append(s.cells, c)
	}
	return c
}

const others = "Others"

// fold puts cells that are too small together with the smallest others, until
// what they make up is not too small itself: nothing that is hidden follows
// from what is told and the sum of all. It comes last.
func (r *Progress) fold(cells []*cell, label string) []*cell {
	cells = slices.Clone(cells)
	slices.SortStableFunc(cells, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(b.joined, a.joined), cmp.Compare(a.key, b.key))
	})
	rest := &cell{label: label}
	take := func(i int) {
		rest.add(cells[i])
		rest.merged++
		cells = slices.Delete(cells, i, i+1)
	}
	for i, c := range slices.Backward(cells) {
		if r.small(c.joined, c.orders) {
			take(i)
		}
	}
	for len(cells) > 0 && rest.merged > 0 && r.small(rest.joined, rest.orders) {
		take(len(cells) - 1)
	}
	if rest.merged > 0 {
		cells = append(cells, rest)
	}
	return cells
}

func (r *Progress) readCells(tx *gorm.DB, of *population) error {
	r.Regions, r.CensusRegions, r.Industries, r.Cohorts = []*Cell{}, []*Cell{}, []*Cell{}, []*Cohort{}
	if of.from.After(of.asOf) {
		return nil
	}
	counts, err := read[cellRow](tx, of, "cells", cells)
	if err != nil {
		return err
	}
	sales, err := sold[cellRow](tx, of, "sales of cells", cellSales, of.byDay("brand_id", "currency"))
	if err != nil {
		return err
	}
	names := place.In(market.From(tx.Statement.Context).Languages)
	var states, industries, quarters sheet
	for _, row := range append(counts, sales...) {
		var c *cell
		switch row.By {
		case byRegion:
			key, within := models.Origin(*row.Country, *row.Region)
			c = states.at(key, nameOf(names, key), within)
		case byIndustry:
			c = industries.at(*row.Industry, sentence(*row.Industry), "")
		case byQuarter:
			c = quarters.at(models.DateOf(*row.Quarter).String(), "", "")
		}
		if row.Currency != "" {
			c.add(&cell{orders: row.Orders, minor: map[string]int64{row.Currency: row.Minor}})
			continue
		}
		c.add(&cell{joined: row.Joined, businesses: row.Businesses, attesting: row.Attesting, jobs: row.Jobs, selling: row.Selling})
	}
	regions, census := r.foldRegions(states.cells, names)
	for _, told := range []struct {
		to    *[]*Cell
		cells []*cell
	}{{&r.Regions, regions}, {&r.CensusRegions, census}, {&r.Industries, r.fold(industries.cells, others)}} {
		if *told.to, err = r.tell(told.cells, true); err != nil {
			return err
		}
	}
	return r.tellCohorts(r.fold(quarters.cells, others))
}

// foldRegions folds states within what they lie in, and these among each other;
// the states of what is folded are told of nowhere else.
func (r *Progress) foldRegions(states []*cell, names *place.Names) (regions, census []*cell) {
	var wholes sheet
	for _, s := range states {
		wholes.at(s.within, nameOf(names, s.within), "").add(s)
	}
	census = r.fold(wholes.cells, others)
	var rest []*cell
	for _, whole := range wholes.cells {
		in := slices.DeleteFunc(slices.Clone(states), func(s *cell) bool { return s.within != whole.key })
		if slices.Contains(census, whole) {
			regions = append(regions, r.fold(in, others+": "+whole.label)...)
		} else {
			rest = append(rest, in...)
		}
	}
	if len(rest) > 0 {
		all := &cell{label: others, merged: int32(len(rest))}
		for _, s := range rest {
			all.add(s)
		}
		regions = append(regions, all)
	}
	slices.SortStableFunc(regions, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(min(a.merged, 1), min(b.merged, 1)), cmp.Compare(b.joined, a.joined), cmp.Compare(a.key, b.key))
	})
	return regions, census
}

// tell shows cells, with counts where these were read.
func (r *Progress) tell(cells []*cell, counted bool) ([]*Cell, error) {
	list := make([]*Cell, len(cells))
	carried := r.rates.carry()
	for i, c := range cells {
		told := &Cell{Key: models.Optional(c.key), Label: c.label, Merged: c.merged, Joined: c.joined, Businesses: c.businesses}
		small := r.small(c.joined, c.orders)
		if counted {
			told.BusinessesAttesting, told.JobsAssumed = &c.attesting, new(c.businesses*int64(r.Programme.JobsPerBusiness))
			if !small {
				told.JobsAttested = &c.jobs
			}
		}
		minor, err := carried.all(c.minor)
		if err != nil {
			return nil, err
		}
		if !small {
			told.Sales = r.money(minor)
		}
		list[i] = told
	}
	return list, nil
}

// all adds amounts of several currencies, in the order of these.
func (c *carried) all(minor map[string]int64) (sum int64, err error) {
	for _, currency := range slices.Sorted(maps.Keys(minor)) {
		more, err := c.add(currency, minor[currency])
		if err != nil {
			return 0, err
		}
		sum += more
	}
	return sum, nil
}

func (r *Progress) tellCohorts(cells []*cell) error {
	slices.SortStableFunc(cells, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(min(a.merged, 1), min(b.merged, 1)), cmp.Compare(a.key, b.key))
	})
	carried := r.rates.carry()
	for _, c := range cells {
		told := &Cohort{Merged: c.merged, Joined: c.joined, Businesses: c.businesses, StillSelling: c.selling}
		if c.merged == 0 {
			quarter, err := models.ParseDate(c.key)
			if err != nil {
				return fmt.Errorf("read a quarter: %w", err)
			}
			told.Quarter = &quarter
		}
		minor, err := carried.all(c.minor)
		if err != nil {
			return err
		}
		if !r.small(c.joined, c.orders) {
			told.Sales = r.money(minor)
			told.SalesPerBusiness = r.money(whole(minor).DivRound(whole(c.joined), 0).IntPart())
		}
		r.Cohorts = append(r.Cohorts, told)
	}
	return nil
}

func (r *Progress) readCategories(tx *gorm.DB, of *population) error {
	r.Categories = []*Cell{}
	if of.from.After(of.asOf) {
		return nil
	}
	rows, err := sold[cellRow](tx, of, "categories", categorySales, of.byDay("brand_id", "category_path", "currency"))
	if err != nil {
		return err
	}
	var byCategory sheet
	var keys []string
	for _, row := range rows {
		c := byCategory.at(*row.Category, "—", "")
		if row.Currency == "" { // how many, in all currencies
			// So many sold: there are no fewer orders.
			c.joined, c.businesses = row.Joined, row.Businesses
			keys = append(keys, *row.Category)
		} else {
			c.minor[row.Currency] += row.Minor
		}
	}
	var named []models.Category
	if err := tx.Select("path, texts").Where("path in ?", keys).Find(&named).Error; err != nil {
		return fmt.Errorf("read the names of categories: %w", err)
	}
	for _, n := range named {
		text, _ := n.Texts.In("en", market.From(tx.Statement.Context).Languages...)
		byCategory.byKey[n.Path].label = text.Name
	}
	folded := r.fold(byCategory.cells, others)
	if r.Categories, err = r.tell(folded, false); err != nil {
		return err
	}
	slices.SortStableFunc(r.Categories, func(a, b *Cell) int {
		return cmp.Or(cmp.Compare(min(a.Merged, 1), min(b.Merged, 1)), cmp.Compare(amount(b), amount(a)))
	})
	return nil
}

func amount(c *Cell) int64 {
	if c.Sales == nil {
		return 0
	}
	return c.Sales.Minor
}
