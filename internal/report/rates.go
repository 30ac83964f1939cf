package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// anyDay stands where one rate is used for all days.
const anyDay = "1900-01-01"

// rateOn is the day or period whose rate a row f is converted at.
func (q *Query) rateOn() string {
	switch {
	case q.Convert.Rate == TransactionDay:
		return "f.period"
	case q.Convert.Rate == PeriodAverage && (q.has(Period) || q.byPeriod):
		return q.begin("f.period")
	}
	return "date '" + anyDay + "'"
}

// toBrand tells whether amounts are converted to the currencies of brands.
func (q *Query) toBrand() bool { return q.Convert != nil && q.Convert.Brand }

// quote is the currency that amounts of a row f are converted to.
func (q *Query) quote() string {
	if q.Convert.Brand {
		return "coalesce(account.currency, f.currency)"
	}
	return "text '" + string(q.Convert.To) + "'"
}

// fraction is of a currency's minor units what a quote has of them: of / per, on a
// day or of the period that begins then.
type fraction struct{ currency, quote, day, of, per string }

// rates are those that the sales of the spans need, and as the table k: what
// of a currency's minor units is in those of a quote, a fraction of / per, and
// up to which small amounts it can be had without leaving bigint.
// Without one it is RATE_UNKNOWN.
func (s *source) rates(tx *gorm.DB, spans []span) (st statement, err error) {
	var sold []struct {
		Currency, Quote string
		RateOn          time.Time
	}
	known := map[string]bool{}
	var currencies, quotes, days, of, per models.StringList
	for _, span := range spans {
		from, where := s.rows(s.parts([]string{"currency"}, s.finer(), false, span.from, span.to)...)
		query := fmt.Sprintf("select distinct f.currency, %s as rate_on, %s as quote from %s where %s order by 2, 1, 3", s.rateOn(), s.quote(), from.sql, where.sql)
		if err := tx.Raw(query, append(from.args, where.args...)...).Scan(&sold).Error; err != nil {
			return st, fmt.Errorf("find the currencies: %w", err)
		}
		if len(sold) == 0 {
			continue
		}
		both := make([]money.Currency, 0, 2*len(sold))
		for _, row := range sold {
			both = append(both, money.Currency(row.Currency), money.Currency(row.Quote))
		}
		slices.Sort(both)
		both = slices.Compact(both)
		first, last := models.DateOf(sold[0].RateOn), models.DateOf(after(sold[len(sold)-1].RateOn, s.Period))
		switch {
		case s.Convert.Rate == FixedDay:
			first, last = *s.Convert.Day, *s.Convert.Day
		case s.Convert.Rate == PeriodAverage && !s.has(Period):
			first, last = *span.from, *span.to
		}
		figures, err := fx.SpanTx(tx, first, last, both...)
		if err != nil {
			return st, err
		}
		for _, row := range sold {
			on := row.RateOn.Format(time.DateOnly)
			if known[row.Currency+row.Quote+on] {
				continue
			}
			base, quote := money.Currency(row.Currency), money.Currency(row.Quote)
			rate, err := s.rate(figures, base, quote, models.DateOf(row.RateOn), span)
			if err != nil {
				return st, err
			}
			known[row.Currency+row.Quote+on], st.used = true, append(st.used, rate)
			over, under := rate.Fraction()
			if shift := quote.Digits() - base.Digits(); shift > 0 {
				over = over.Mul(decimal.New(1, shift))
			} else {
				under = under.Mul(decimal.New(1, -shift))
			}
			if digits := min(over.Exponent(), under.Exponent()); digits < 0 {
				over, under = over.Shift(-digits), under.Shift(-digits)
			}
			currencies, quotes, days = append(currencies, row.Currency), append(quotes, row.Quote), append(days, on)
			of, per = append(of, over.String()), append(per, under.String())
			st.rates = append(st.rates, fraction{row.Currency, row.Quote, on, over.String(), under.String()})
		}
	}
	st.with = []clause{{
		`k as materialized (
  select k.*, s.*
  from unnest(cast(? as text[]), cast(? as text[]), cast(? as date[]), cast(? as numeric[]), cast(? as numeric[])) as k (currency, quote, rate_on, of, per)
  cross join lateral (
    select case when whole then k.of::bigint end as small_of, case when whole then k.per::bigint end as small_per,
      case when whole then div((2 ^ 62)::numeric - k.per, 2 * k.of)::bigint else 0 end as small
    from (select k.of < 2 ^ 62 and k.per < 2 ^ 61 as whole) w
  ) s
)`,
		[]any{currencies, quotes, days, of, per},
	}}
	return st, nil
}

func (s *source) rate(figures *fx.Span, base, quote money.Currency, on models.Date, of span) (*fx.Rate, error) {
	switch s.Convert.Rate {
	case FixedDay:
		return figures.Rate(base, quote, *s.Convert.Day)
	case TransactionDay:
		return figures.Rate(base, quote, on)
	case PeriodAverage:
	}
	from, before := on, models.DateOf(after(on.Time(), s.Period))
	if !s.has(Period) {
		from, before = *of.from, of.to.AddDays(1)
	}
	return figures.Average(base, quote, from, before)
}

// after is when the period that begins then has ended.
func after(begin time.Time, of Length) time.Time {
	switch of {
	case Day:
		return begin.AddDate(0, 0, 1)
	case Week:
		return begin.AddDate(0, 0, 7)
	case Quarter:
		return begin.AddDate(0, 3, 0)
	case Year:
		return begin.AddDate(1, 0, 0)
	default:
		return begin.AddDate(0, 1, 0)
	}
}
