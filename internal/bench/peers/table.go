package peers

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/bench"
)

// Figures are all that a run found, and on what.
type Figures struct {
	bench.Machine

	Amounts   Amounts       `json:"amounts"`
	Rounds    int           `json:"rounds"`
	Slice     time.Duration `json:"sliceNs"`
	Rows      []Row         `json:"rows"`
	Documents []Documents   `json:"documents,omitempty"`
}

// Write shows the figures as Markdown.
func (f Figures) Write(w io.Writer) {
	fmt.Fprintf(w, "%s\n%d brands, %d products, %d variants, %d shoppers, %d orders; %d clients; %d rounds of %s, told are the medians\n",
		f.Machine, f.Amounts.Brands, f.Amounts.Products, f.Amounts.Products*variants, f.Amounts.Shoppers, f.Amounts.Orders, Crowd, f.Rounds, f.Slice)
	for _, op := range Operations {
		header := false
		for _, r := range f.Rows {
			if r.Operation != op.Name {
				continue
			}
			if !header {
				header = true
				fmt.Fprintf(w, "\n**%s**: %s\n\n", op.Name, op.About)
				fmt.Fprintln(w, "| server | × limit | requests/s | median ms | p99 ms | CPU µs server | PostgreSQL | CPU × limit | allocations | statements | MiB |")
				fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
			}
			r.write(w)
		}
	}
	if len(f.Documents) == 0 {
		return
	}
	fmt.Fprint(w, "\n| server | different documents | MiB before | after |\n|---|--:|--:|--:|\n")
	for _, d := range f.Documents {
		fmt.Fprintf(w, "| %s | %d | %s | %s |\n", d.Server, d.Sent, mib(d.Before), mib(d.After))
	}
}

func (r Row) write(w io.Writer) {
	fmt.Fprintf(w, "| %s | %.2f | %.0f | %s | %s | %s | %s | %s | %s | %s | %s |\n", r.Server, r.Ratio, r.PerSecond,
		of(r.Median, time.Millisecond, 2), of(r.P99, time.Millisecond, 2), of(r.ServerCPU, time.Microsecond, 0), of(r.PostgresCPU, time.Microsecond, 0),
		known(r.CPURatio, 2), known(float64(r.Allocations), 0), known(float64(r.Statements), 0), mib(r.ResidentBytes))
}

// known is empty for what was not found out.
func known(n float64, decimals int) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', decimals, 64)
}

func of(d, unit time.Duration, decimals int) string {
	return known(float64(d)/float64(unit), decimals)
}

func mib(bytes int64) string { return known(float64(bytes)/(1<<20), 0) }
