package report

import (
	"bytes"
	"cmp"

	"github.com/google/uuid"
)

// A standing is where a row stands in the order of a report.
type standing struct {
	value  int64
	brand  uuid.UUID
	period int32
	// lot has rows of one currency, number is the brand's.
	lot, number int32
	currency    string
}

// measured is what sums are ranked by, at a rate, nil for none.
func (q *Query) measured(sums *cellSums, at *exchange) int64 {
	switch {
	case sums == nil:
		return 0
	case q.SortKey == ByUnits:
		return sums[unitsOf]
	case q.SortKey == ByOrders:
		return sums[ordersOf]
	case q.SortKey == ByGross:
		return at.convert(sums[grossOf])
	}
	return at.convert(sums[grossOf]) - at.convert(sums[discountOf]) - at.convert(sums[backOf])
}

// lot of a currency: converted, all are one.
func (q *Query) lot(currency int32) int32 {
	if q.Convert != nil {
		return 0
	}
	return currency
}

// standings of a line, one in each currency.
func (b *book) standings(q *Query, l *line, each func(*standing)) {
	at := &l.at
	*at = standing{brand: b.brands[l.brand], number: l.brand, period: l.period}
	if q.Convert == nil {
		for i := range l.parts {
			p := &l.parts[i]
			at.value, at.lot, at.currency = q.measured(p.now, nil), q.lot(p.currency), b.currencies[p.currency]
			each(at)
		}
		return
	}
	at.currency = string(q.Convert.To)
	for i := range l.parts {
		at.value += q.measured(l.parts[i].now, l.parts[i].rate)
	}
	each(at)
}

// inOrder compares standings as the database sorts their rows: texts by their bytes.
type inOrder struct{ byValue, periodFirst bool }

func (q *Query) inOrder() inOrder { return inOrder{q.SortKey != ByDimensions, q.GroupBy[0] == Period} }

func (o inOrder) compare(a, b *standing) int {
	if o.byValue && a.value != b.value {
		return cmp.Compare(a.value, b.value)
	}
	if o.periodFirst && a.period != b.period {
		return cmp.Compare(a.period, b.period)
	}
	if order := bytes.Compare(a.brand[:], b.brand[:]); order != 0 {
		return order
	}
	return cmp.Or(cmp.Compare(a.period, b.period), cmp.Compare(a.currency, b.currency))
}
