package bench

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// writeRows writes the operations as a table.
func writeRows(w io.Writer, rows []Row) {
	crowd := strconv.Itoa(Crowd)
	lines := [][]string{
		{"", "state-", "alone, ms", "", crowd + " clients, ms", "", crowd + " clients,", "allo-", "bytes", "answer,"},
		{"operation", "ments", "median", "p99", "median", "p99", "a second", "cations", "allocated", "bytes"},
	}
	for _, r := range rows {
		statements := strconv.Itoa(r.Statements)
		if r.Promised > 0 {
			statements += fmt.Sprintf(" (≤ %d)", r.Promised)
		}
		lines = append(lines, []string{
			r.Operation, statements, ms(r.Alone.Median), ms(r.Alone.P99), ms(r.Crowded.Median), ms(r.Crowded.P99),
			fmt.Sprintf("%.0f", r.Crowded.PerSecond), strconv.FormatUint(r.Allocations, 10), strconv.FormatUint(r.AllocatedBytes, 10),
			strconv.Itoa(r.AnswerBytes),
		})
	}
	writeLines(w, lines)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

// writeLines aligns the first column to the left and the others to the right.
func writeLines(w io.Writer, lines [][]string) {
	var widths []int
	for _, line := range lines {
		for i, cell := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range lines {
		for i, cell := range line {
			if i == 0 {
				fmt.Fprintf(w, "%-*s", widths[i], cell)
			} else {
				fmt.Fprintf(w, "  %*s", widths[i], cell)
			}
		}
		fmt.Fprintln(w)
	}
}
