package bench

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// Write shows the figures to people.
func (f *ReportFigures) Write(w io.Writer) {
	fmt.Fprintln(w, f.Machine)
	fmt.Fprintf(w, "%s orders, %s facts, %s brands; clients and PostgreSQL share the CPUs\n", grouped(f.Orders), grouped(f.Facts), grouped(f.Brands))
	fmt.Fprintf(w, "roll-ups built in %.1f s while nothing else happened\n\n", f.Built.Seconds())
	lines := [][]string{
		{"", fmt.Sprintf("%d runs, ms", reportRuns), "", "aim,", "answer,"},
		{"report", "median", "slowest", "ms", "bytes"},
	}
	for _, r := range f.Reports {
		if r.GaveUp {
			lines = append(lines, []string{r.Report, "gave up", ms(r.Slowest), strconv.FormatInt(r.Aim.Milliseconds(), 10), ""})
			continue
		}
		lines = append(lines, []string{r.Report, ms(r.Median), ms(r.Slowest), strconv.FormatInt(r.Aim.Milliseconds(), 10), strconv.Itoa(r.AnswerBytes)})
	}
	writeLines(w, lines)
	fmt.Fprintf(w, "\norders of %d clients, with the runner of roll-ups and without; rounds of %s: %d, told are the medians\n", Crowd, f.Slice, f.Rounds)
	lines = [][]string{
		{"", "orders a second", "", "with ÷", "tail, s", "", ""},
		{"orders of", "with", "without", "without", "median", "p99", "longest"},
	}
	for _, s := range f.Selling {
		lines = append(lines, []string{
			grouped(s.Brands) + " brands", fmt.Sprintf("%.0f", s.With.PerSecond), fmt.Sprintf("%.0f", s.Without.PerSecond), fmt.Sprintf("%.2f", s.Ratio),
			seconds(s.Tail.Median), seconds(s.Tail.P99), seconds(s.Tail.Longest),
		})
	}
	writeLines(w, lines)
	asked := "as many as could be"
	if f.Rebuild.Asked > 0 {
		asked = fmt.Sprintf("%.0f a second asked for", f.Rebuild.Asked)
	}
	fmt.Fprintf(w, "\nroll-ups rebuilt in %.1f s while %s orders came in, %.0f a second (%s); tail meanwhile %s s at the median, at most %s\n",
		f.Rebuild.Took.Seconds(), grouped(f.Rebuild.Orders), f.Rebuild.PerSecond, asked, seconds(f.Rebuild.Tail.Median), seconds(f.Rebuild.Tail.Longest))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }
