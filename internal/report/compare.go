package report

import (
	"time"

	"github.com/tradewind-commerce/tradewind/models"
)

// spans are the days of the report, and those it is compared with.
func (q *Query) spans() []span {
	all := []span{{from: q.From, to: q.To}}
	if q.Compare == "" {
		return all
	}
	days, months := q.distance()
	before := span{from: earlier(q.From, days, months, false), to: earlier(q.To, days, months, true)}
	switch {
	case q.Compare == LastYear && q.Period == Week:
		before.moved = "364 days"
	case q.Compare == LastYear:
		before.moved = "1 year"
	default:
		before.moved = units[q.Period]
	}
	return append(all, before)
}

// distance is how far back the comparison lies: a unit of the period, as many
// months or days as the report has, or a year.
func (q *Query) distance() (days, months int) {
	switch {
	case q.Compare == LastYear && q.has(Period) && q.Period == Week:
		return 364, 0
	case q.Compare == LastYear:
		return 0, 12
	case q.has(Period):
		switch q.Period {
		case Day:
			return 1, 0
		case Week:
			return 7, 0
		case Quarter:
			return 0, 3
		case Year:
			return 0, 12
		default:
			return 0, 1
		}
	}
	from, to := q.From.Time(), q.To.Time().AddDate(0, 0, 1)
	if from.Day() == 1 && to.Day() == 1 {
		return 0, (to.Year()-from.Year())*12 + int(to.Month()-from.Month())
	}
	return int(to.Sub(from) / (24 * time.Hour)), 0
}

// earlier is a day so much before another. The last day of a month stays the
// last one where it ends a range, and no day leaves its month.
func earlier(d *models.Date, days, months int, end bool) *models.Date {
	if d == nil {
		return nil
	}
	if months == 0 {
		return new(d.AddDays(-days))
	}
	at := d.Time()
	first := time.Date(at.Year(), at.Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1)
	day := min(at.Day(), last.Day())
	if end && at.AddDate(0, 0, 1).Day() == 1 {
		day = last.Day()
	}
	return new(models.DateOf(first.AddDate(0, 0, day-1)))
}
