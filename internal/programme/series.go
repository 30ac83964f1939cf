package programme

import (
	"fmt"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// maxPoints bounds a series, usualDays is that of days where nothing is asked.
	maxPoints = 1000
	usualDays = 366
)

// Point is a period of a programme.
type Point struct {
	From, To       models.Date
	Joined, Closed int64
	// Businesses, jobs and SalesToDate are of the last day; what is nil would
	// tell of too few.
	Businesses         int64
	JobsAttested       *int64
	JobsAssumed        int64
	Sales, SalesToDate *money.Money
}

// Series cuts the days of a span into periods.
func (r *Progress) Series(period *report.Length, from, to *models.Date) ([]*Point, error) {
	length := report.Day
	if period != nil {
		length = *period
	}
	first, last := r.Programme.From(), r.AsOf
	switch {
	case to != nil && (to.After(r.AsOf) || first.After(*to)):
		return nil, &problem.BadInput{Argument: "to", Message: fmt.Sprintf("must be %s to %s, the days that are counted", first, r.AsOf)}
	case to != nil:
		last = *to
	}
	switch {
	case from != nil && (first.After(*from) || from.After(last)):
		return nil, &problem.BadInput{Argument: "from", Message: fmt.Sprintf("must be %s to %s, the days that are asked for", first, last)}
	case from != nil:
		first = *from
	case length == report.Day && last.AddDays(1-usualDays).After(first):
		first = last.AddDays(1 - usualDays)
	}
	points := []*Point{}
	n := 0
	for at := first; !at.After(last); n++ {
		end := endOf(length, at)
		if end.After(last) {
			end = last
		}
		if n < maxPoints {
			points = append(points, r.point(at, end))
		}
		at = end.AddDays(1)
	}
	if n > maxPoints {
		return nil, &problem.BadInput{Argument: "period", Message: fmt.Sprintf("would make %d points, of at most %d: ask for a shorter span or longer periods", n, maxPoints)}
	}
	return points, nil
}

// endOf is the last day of the period that a day lies in.
func endOf(length report.Length, of models.Date) models.Date {
	day := of.Time()
	switch length {
	case report.Week:
		return of.AddDays((7 - int(day.Weekday())) % 7)
	case report.Month:
		return models.DateOf(time.Date(of.Year, of.Month+1, 0, 0, 0, 0, 0, time.UTC))
	case report.Quarter:
		return models.DateOf(time.Date(of.Year, (of.Month+2)/3*3+1, 0, 0, 0, 0, 0, time.UTC))
	case report.Year:
		return models.Date{Year: of.Year, Month: time.December, Day: 31}
	case report.Day:
	}
	return of
}

// point tells of sums as long as there were enough businesses before it: what
// was before it follows from what is told.
func (r *Progress) point(from, to models.Date) *Point {
	var was day
	if i := days(r.Programme.From(), from) - 1; i >= 0 {
		was = r.days[i]
	}
	is := &r.days[days(r.Programme.From(), to)]
	p := &Point{
		From: from, To: to, Joined: is.joined - was.joined, Closed: is.closed - was.closed,
		Businesses: is.businesses(), JobsAssumed: r.assumed(is),
	}
	if is.joined == 0 || was.joined >= int64(r.SmallestCell) {
		p.JobsAttested, p.Sales, p.SalesToDate = &is.jobs, r.money(is.salesMinor-was.salesMinor), r.money(is.salesMinor)
	}
	return p
}
