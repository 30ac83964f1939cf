package models_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/models"
)

func TestScheduleDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		days             models.ScheduleDays
		today, from, end string
	}{
		{models.DaysYesterday, "2026-01-01", "2025-12-31", "2025-12-31"},
		{models.DaysLastSeven, "2026-03-03", "2026-02-24", "2026-03-02"},
		{models.DaysLastWeek, "2026-11-23", "2026-11-16", "2026-11-22"}, // a Monday
		{models.DaysLastWeek, "2026-11-29", "2026-11-16", "2026-11-22"}, // its Sunday
		{models.DaysLastWeek, "2026-11-30", "2026-11-23", "2026-11-29"},
		{models.DaysThisMonth, "2026-02-28", "2026-02-01", "2026-02-28"},
		{models.DaysLastMonth, "2026-03-31", "2026-02-01", "2026-02-28"},
		{models.DaysLastMonth, "2026-01-01", "2025-12-01", "2025-12-31"},
		{models.DaysLastQuarter, "2026-02-14", "2025-10-01", "2025-12-31"},
		{models.DaysLastQuarter, "2026-12-31", "2026-07-01", "2026-09-30"},
		{models.DaysThisYear, "2026-12-31", "2026-01-01", "2026-12-31"},
	} {
		today, err := models.ParseDate(c.today)
		if err != nil {
			t.Fatal(err)
		}
		from, to, ok := c.days.Span(today)
		if !ok || from.String() != c.from || to.String() != c.end {
			t.Errorf("%s on %s is %s to %s, want %s to %s", c.days, c.today, from, to, c.from, c.end)
		}
	}
	if _, _, ok := models.DaysAsGiven.Span(models.Date{}); ok {
		t.Error("days as given have a span")
	}
}
