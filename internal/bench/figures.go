package bench

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Machine is what is measured, and on what.
type Machine struct {
	Version    string    `json:"version"`
	At         time.Time `json:"at"`
	System     string    `json:"system"`
	CPUs       int       `json:"cpus"`
	Go         string    `json:"go"`
	PostgreSQL string    `json:"postgresql"`
}

// NewMachine is this one; its PostgreSQL is still to be told.
func NewMachine(version string, now time.Time) Machine {
	return Machine{Version: version, At: now, System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()}
}

func (m Machine) String() string {
	return fmt.Sprintf("Tradewind %s, %s, %s, %d CPUs, %s, PostgreSQL %s", m.Version, m.At.Format(time.DateOnly), m.System, m.CPUs, m.Go, m.PostgreSQL)
}

// Figures are all that a run found, and on what.
type Figures struct {
	Machine

	Orders     int         `json:"orders"`
	Products   int         `json:"products"`
	Rounds     int         `json:"rounds"`
	Operations []Row       `json:"operations,omitempty"`
	Reads      *Comparison `json:"reads,omitempty"`
	Starts     *Starts     `json:"starts,omitempty"`
	Import     *Import     `json:"import,omitempty"`
}

// Write shows the figures to people.
func (f Figures) Write(w io.Writer) {
	fmt.Fprintln(w, f.Machine)
	fmt.Fprintf(w, "%s orders, %s products; rounds: %d, told are the medians; clients and PostgreSQL share the CPUs\n\n", grouped(f.Orders), grouped(f.Products), f.Rounds)
	if f.Reads != nil {
		f.Reads.write(w)
	} else {
		writeRows(w, f.Operations)
	}
	if s := f.Starts; s != nil {
		fmt.Fprintf(w, "\nmedians of %d starts\n", s.Of)
		fmt.Fprintf(w, "cold start  %6.2f s  %6.1f MiB resident\n", s.Cold.Took.Seconds(), mib(s.Cold.ResidentBytes))
		fmt.Fprintf(w, "warm start  %6.2f s  %6.1f MiB resident\n", s.Warm.Took.Seconds(), mib(s.Warm.ResidentBytes))
	}
	if i := f.Import; i != nil {
		fmt.Fprintf(w, "\nimport sales %s: %.2f s, at most %.1f MiB resident\n%s", i.File, i.Took.Seconds(), mib(i.ResidentBytes), i.Told)
	}
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// grouped writes a number with a comma before each three digits.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
