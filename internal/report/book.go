package report

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// A book is what brands sold in the months of a report, and in those it is
// compared with, in memory: which rows a page shows, their ranks, what is
// largest and what all rows come to is found there, without reading and
// converting them each time. What a page tells of its rows is left to the database.
type book struct {
	lists      []list
	brands     []uuid.UUID
	currencies []string
	// sums are what all rows come to, once somebody asked.
	sums *lineSums
}

// list is a month of it, or what is beside its sheet: the tail, or some days.
type list struct {
	month int32 // since the year 0
	was   bool
	cells []cell
	// all is what the cells of all brands come to.
	all []total
}

// inMonths tells whether the rows are of brands, in months or what is made of
// them, and told to somebody from whom none is hidden.
func (s *source) inMonths() bool {
	for _, d := range s.GroupBy {
		if d != Brand && (d != Period || s.Period == Day || s.Period == Week) {
			return false
		}
	}
	conditions, columns := s.filters()
	return s.has(Brand) && len(conditions) == len(columns) && !slices.ContainsFunc(columns, func(c string) bool { return c != "currency" }) &&
		(s.Convert == nil || !s.toBrand() && s.Convert.Rate != TransactionDay) &&
		!s.byShopper() && s.RecordedBefore == nil && s.state.Built && slices.Contains(rollup.Zones, s.TimeZone.String())
}

// book opens it, once for all of a report; nil where there is none.
func (s *source) book(tx *gorm.DB) (b *book, err error) {
	if !s.inMonths() {
		return b, nil
	}
	if !s.opened.tried {
		s.opened.book, err = s.open(tx)
		s.opened.tried = err == nil
	}
	return s.opened.book, err
}

func (s *source) open(tx *gorm.DB) (none *book, err error) {
	b := &book{}
	for i, of := range s.spans() {
		some, err := s.lists(tx, of)
		if err != nil || some == nil {
			return none, err
		}
		for _, l := range some {
			l.was = i == 1
			b.lists = append(b.lists, l)
		}
	}
	b.brands, b.currencies = s.known.sheets.brands.values(), s.known.sheets.currencies.values()
	return b, nil
}

// opened is the book of a report, once somebody asked for it.
type opened struct {
	book  *book
	tried bool
}

// lists of a span, nil where they are too long.
func (s *source) lists(tx *gorm.DB, of span) (lists []list, err error) {
	months := s.of(&Query{
		GroupBy: []Dimension{Period, Brand}, Period: Month, YearStart: 1, TimeZone: s.TimeZone, Currencies: s.Currencies, SortKey: ByDimensions,
	})
	months.all = true
	c := months.cellsOf(of)
	if c == nil {
		return lists, nil
	}
	all, err := s.known.sheets.of(tx, c, s.TimeZone.String())
	if err != nil || all == nil {
		return lists, err
	}
	lists = make([]list, 0, len(all)+1)
	var only []int32
	for _, currency := range s.Currencies {
		only = append(only, s.known.sheets.currencies.number(string(currency)))
	}
	for month, sheet := range all {
		l := list{month: monthNumber(month), cells: sheet.cells, all: sheet.all}
		if only != nil {
			l.cells = slices.DeleteFunc(slices.Clone(l.cells), func(c cell) bool { return !slices.Contains(only, c.currency) })
			l.all = slices.DeleteFunc(slices.Clone(l.all), func(t total) bool { return !slices.Contains(only, t.currency) })
		}
		lists = append(lists, l)
	}
	selected := make([]string, len(cellColumns))
	for i, column := range cellColumns {
		selected[i] = "total(f." + column + ") as " + column
	}
	rest, err := s.known.sheets.read(tx, c.with.and(" select f.period as month, f.brand_id, f.currency, "+strings.Join(selected, ", ")+" from rest f group by 1, 2, 3", clause{}))
	for month, cells := range rest {
		lists = append(lists, list{month: monthNumber(month), cells: cells, all: totals(cells)})
	}
	return lists, err
}

// of is the book with the cells of some brands alone.
func (b *book) of(brands map[int32][]int32) *book {
	some := &book{lists: slices.Clone(b.lists), brands: b.brands, currencies: b.currencies}
	numbers := slices.Sorted(maps.Keys(brands))
	for i := range some.lists {
		l, cells := &some.lists[i], []cell(nil)
		for _, brand := range numbers {
			from, _ := slices.BinarySearchFunc(l.cells, brand, func(c cell, brand int32) int { return int(c.brand) - int(brand) })
			to := from
			for to < len(l.cells) && l.cells[to].brand == brand {
				to++
			}
			cells = append(cells, l.cells[from:to]...)
		}
		l.cells = cells
	}
	return some
}

func monthNumber(day string) int32 {
	at, _ := time.Parse(time.DateOnly, day) // as the database writes it
	return int32(at.Year()*12 + int(at.Month()) - 1)
}

// dayOf a month is its first, of none any.
func dayOf(month int32) string {
	if month == 0 {
		return anyDay
	}
	return models.Date{Year: int(month) / 12, Month: time.Month(month%12 + 1), Day: 1}.String()
}

// periodOf a month, by its first month.
func (q *Query) periodOf(month int32) int32 {
	shift := int32(q.YearStart - 1)
	long := map[Length]int32{Quarter: 3, Year: 12}[q.Period]
	if long == 0 {
		return month
	}
	return (month-shift)/long*long + shift
}
