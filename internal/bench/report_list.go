package bench

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ReportRow is what was found of one report.
type ReportRow struct {
	Report string `json:"report"`
	// Median and slowest of its runs, one after the other by one client.
	Median  time.Duration `json:"medianNs"`
	Slowest time.Duration `json:"slowestNs"`
	// Aim is what the median should stay below.
	Aim         time.Duration `json:"aimNs"`
	AnswerBytes int           `json:"answerBytes"`
	// GaveUp: the API did, after the slowest run, which is the only one then.
	GaveUp bool `json:"gaveUp,omitempty"`
}

// rareZone is one in which reports are read from facts.
const rareZone = "Asia/Kolkata"

// reportRuns are the runs of each report, beside one that warms up.
const reportRuns = 7

// What medians should stay below: of reports that roll-ups tell, of those that
// need the days of sales, and of those that are read from facts.
const (
	soon      = 50 * time.Millisecond
	byDays    = 500 * time.Millisecond
	fromFacts = 2 * time.Second
)

// anyReportQuery is a report; rows tell what follows in place of %s as well.
const anyReportQuery = `query Report(
  $groupBy: [SalesDimension!], $where: SalesReportWhere, $timeZone: TimeZone, $convert: SalesConversionInput,
  $compare: SalesComparison, $top: Int, $sortKey: SalesSortKey, $reverse: Boolean, $first: Int
) {
  salesReport(
    groupBy: $groupBy, where: $where, timeZone: $timeZone, convert: $convert, compare: $compare, top: $top,
    sortKey: $sortKey, reverse: $reverse, first: $first
  ) {
    rows { cursor dimensions { key label } currency orders units gross { amount } refunds { amount } net { amount } averageOrder { amount } %s }
    totals { currency orders units gross { amount } net { amount } }
    pageInfo { hasNextPage endCursor }
  }
}`

const totalsQuery = `query Totals($where: SalesReportWhere) {
  salesReport(where: $where) {
    totals { currency orders units unitsReturned gross { amount } discounts { amount } refunds { amount } shipping { amount } taxes { amount } }
  }
}`

type asked struct {
	name      string
	aim       time.Duration
	variables map[string]any
	// more fields of rows.
	more string
}

// reportsAsked are reports over all brands of a history.
func reportsAsked() []asked {
	type with = map[string]any
	last := HistoryEnds.AddDate(0, 0, -1)
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	month := with{"from": day(HistoryEnds.AddDate(0, -1, 0)), "to": day(last)}
	year := with{"from": day(HistoryEnds.AddDate(-1, 0, 0)), "to": day(last)}
	by := func(dimensions ...string) with { return with{"groupBy": dimensions, "first": 50} }
	top := func(where with, dimensions ...string) with {
		return with{"groupBy": dimensions, "where": where, "sortKey": "GROSS", "reverse": true, "first": 20}
	}
	// Orders that an earlier run has placed are of days without a rate.
	converted := func(w with, rate string, more with) with {
		return merge(w, with{"where": with{"to": day(last)}, "convert": merge(with{"to": "USD", "rate": rate}, more)})
	}
	ofYear := func(more with) with { return merge(by("BRAND", "PERIOD"), merge(with{"where": year}, more)) }
	largest := with{"sortKey": "NET", "reverse": true}
	average := func(w with) with { return converted(w, "PERIOD_AVERAGE", nil) }
	return []asked{
		{name: "BRAND, PERIOD: 50 rows", aim: soon, variables: by("BRAND", "PERIOD")},
		{name: "BRAND, PERIOD of a year by gross: 20 rows", aim: soon, variables: top(year, "BRAND", "PERIOD")},
		{name: "BRAND of a month by gross: 20 rows", aim: soon, variables: top(month, "BRAND")},
		{name: "BRAND of a year by gross: 20 rows", aim: soon, variables: top(year, "BRAND")},
		{name: "BRAND, PERIOD with ranks and shares: 50 rows", aim: soon, variables: by("BRAND", "PERIOD"), more: "rank share"},
		{name: "BRAND, PERIOD of a year, the 10 largest and others: 50 rows", aim: soon, variables: ofYear(with{"top": 10}), more: "rank share"},
		{name: "BRAND, PERIOD of a year, with the year before, by net: 50 rows", aim: soon,
			variables: ofYear(merge(largest, with{"compare": "LAST_YEAR"})), more: "previous { net { amount } } netChange"},
		{name: "PERIOD, BRAND with sums so far: 50 rows", aim: soon, variables: by("PERIOD", "BRAND"), more: "cumulativeNet { amount }"},
		{name: "PERIOD", aim: soon, variables: with{"groupBy": []string{"PERIOD"}, "first": 1000}},
		{name: "CATEGORY, ORIGIN_REGION, PERIOD: 50 rows", aim: fromFacts, variables: by("CATEGORY", "ORIGIN_REGION", "PERIOD")},
		{name: "PRODUCT of a month: 50 rows", aim: soon, variables: merge(by("PRODUCT"), with{"where": month})},
		{name: "BRAND, PERIOD at PERIOD_AVERAGE: 50 rows", aim: soon, variables: average(by("BRAND", "PERIOD"))},
		{name: "BRAND, PERIOD at PERIOD_AVERAGE by net, with ranks and shares: 50 rows", aim: soon,
			variables: average(merge(by("BRAND", "PERIOD"), largest)), more: "rank share"},
		{name: "BRAND, PERIOD at PERIOD_AVERAGE, the 10 largest and others: 50 rows", aim: soon,
			variables: average(merge(by("BRAND", "PERIOD"), with{"top": 10})), more: "share"},
		{name: "BRAND, PERIOD at FIXED_DAY: 50 rows", aim: soon, variables: converted(by("BRAND", "PERIOD"), "FIXED_DAY", with{"day": day(last)})},
		{name: "PERIOD at TRANSACTION_DAY", aim: byDays,
			variables: converted(with{"groupBy": []string{"PERIOD"}, "first": 1000}, "TRANSACTION_DAY", nil)},
		{name: "BRAND, PERIOD in " + rareZone + ": 50 rows", aim: fromFacts, variables: merge(by("BRAND", "PERIOD"), with{"timeZone": rareZone})},
	}
}

// reports asks for each report over HTTP, in interleaved rounds of which the
// first warms up.
func (m *meter) reports(ctx context.Context) ([]ReportRow, error) {
	list := reportsAsked()
	took, rows := make([][]time.Duration, len(list)), make([]ReportRow, len(list))
	total := (reportRuns + 1) * len(list)
	for n := range total {
		i := n % len(list)
		r := list[i]
		m.Progress("reports", n, total)
		if rows[i].GaveUp {
			continue
		}
		op := m.same(r.name, Reporting, fmt.Sprintf(anyReportQuery, r.more), r.variables).expecting(cursors, 1)
		began := time.Now()
		answer, err := m.client.fetch(ctx, m.URL, op.token, op.body(1))
		lasted := time.Since(began)
		if err != nil && strings.Contains(err.Error(), `"THROTTLED"`) {
			took[i] = []time.Duration{lasted}
			rows[i] = ReportRow{Report: r.name, Aim: r.aim, GaveUp: true}
			continue
		}
		if err == nil {
			err = op.holds(answer)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		if n >= len(list) {
			took[i] = append(took[i], lasted)
		}
		rows[i] = ReportRow{Report: r.name, Aim: r.aim, AnswerBytes: len(answer)}
	}
	m.Progress("reports", total, total)
	for i := range rows {
		rows[i].Median, rows[i].Slowest = Median(took[i]), slices.Max(took[i])
	}
	return rows, nil
}

// agree fails where roll-ups do not tell the same totals as facts, year by year:
// the API gives up on the facts of many millions of orders at once.
func (m *meter) agree(ctx context.Context, months int) error {
	for from := HistoryEnds.AddDate(0, -months, 0); from.Before(time.Now()); from = from.AddDate(1, 0, 0) {
		where := map[string]any{"from": from.Format(time.DateOnly), "to": from.AddDate(1, 0, -1).Format(time.DateOnly)}
		var answers [2][]byte
		for i := range answers {
			if i == 1 { // roll-ups do not tell when what was recorded
				where["recordedBefore"] = time.Now().AddDate(1, 0, 0).Format(time.RFC3339)
			}
			answer, err := m.client.fetch(ctx, m.URL, m.Tokens[Reporting], document(totalsQuery, map[string]any{"where": where}))
			if err != nil {
				return fmt.Errorf("totals from %s: %w", where["from"], err)
			}
			answers[i] = answer
		}
		if !bytes.Equal(answers[0], answers[1]) {
			return fmt.Errorf("roll-ups tell of a year from %s %s, facts %s", where["from"], answers[0], answers[1])
		}
	}
	return nil
}
