package report

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// inAll is what all rows of a span come to in the currency asked for, each
// converted by itself.
func (s *source) inAll(tx *gorm.DB, st statement, of span) (clause, error) {
	if s.given != nil {
		return s.convert(s.given.clause(s, of), nil), nil
	}
	was := of.moved != ""
	of.moved = "" // beside which periods they stand is nothing to them
	if s.remembersDays() {
		return s.daysInAll(tx, st, of)
	}
	b, err := s.book(tx)
	if err != nil || b == nil {
		return s.converted(of, nil), err
	}
	sum, err := b.sum(s.Query, st.rates, was)
	return s.remembered(sum), err
}

// remembered sums, as a row.
func (s *source) remembered(known monthSums) clause {
	var row []string
	for _, count := range counts {
		row = append(row, s.asked(count, "0::bigint"))
	}
	for i, amount := range amounts {
		row = append(row, s.asked(amount, fmt.Sprintf("%d::bigint", known[i])))
	}
	return clause{sql: "select " + s.quote() + " as currency, " + strings.Join(row, ", ") + ", null::timestamptz as recorded_at"}
}

// amounts of the sums, in their order.
func (s summed) amounts() monthSums {
	return monthSums{s.GrossMinor, s.DiscountMinor, s.RefundMinor, s.ShippingMinor, s.DutyMinor, s.TaxMinor, s.CommissionMinor}
}
