package export_test

import (
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// BenchmarkWrite writes a sales report of 10 million rows in each format and
// tells the most memory that Go held of the system meanwhile:
// go test -run '^$' -bench BenchmarkWrite -benchtime 1x ./internal/export
func BenchmarkWrite(b *testing.B) {
	const rows = 10_000_000
	for _, f := range export.Formats {
		b.Run(string(f), func(b *testing.B) {
			for b.Loop() {
				most, stop := watchMemory()
				n, err := export.Write(b.Context(), io.Discard, f, large(rows), export.Options{})
				stop()
				if err != nil || n != rows {
					b.Fatal(n, err)
				}
				b.ReportMetric(float64(most.Load())/(1<<20), "MiB")
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			}
		})
	}
}

// large is a report by month and product, with a name for each product.
func large(rows int) *table.Table {
	return &table.Table{
		Title: "Sales",
		Columns: []table.Column{
			{Name: "month", Kind: table.Date, Dimension: true}, {Name: "product", Kind: table.Text, Dimension: true},
			{Name: "currency", Kind: table.Text}, {Name: "orders", Kind: table.Integer}, {Name: "units", Kind: table.Integer},
			{Name: "gross", Kind: table.Money, Currency: "currency"}, {Name: "net", Kind: table.Money, Currency: "currency"},
			{Name: "share", Kind: table.Percent}, {Name: "last", Kind: table.Time},
		},
		Rows: func(yield func(table.Row, error) bool) {
			names := [...]string{"椴树蜂蜜 500 g", "Raw denim jacket, size M", "Maple syrup; dark", "=SUM(A1)"}
			share, at := decimal.RequireFromString("0.0123"), time.Date(2017, 1, 10, 12, 0, 0, 0, time.UTC)
			row := make(table.Row, 9)
			for i := range rows {
				n := int64(i)
				row[0], row[1] = models.Date{Year: 2000 + i%20, Month: time.Month(1 + i%12), Day: 1}, names[i%len(names)]
				row[2], row[3], row[4] = "USD", n, 3*n
				row[5], row[6] = money.New(1999*n, "USD"), money.New(1899*n, "USD")
				row[7], row[8] = share, at.Add(time.Duration(i)*time.Second)
				if !yield(row, nil) {
					return
				}
			}
		},
	}
}

// watchMemory looks twenty times a second.
func watchMemory() (most *atomic.Uint64, stop func()) {
	most = new(atomic.Uint64)
	ended, done := make(chan struct{}), make(chan struct{})
	runtime.GC()
	go func() {
		defer close(done)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.Sys-m.HeapReleased))
			select {
			case <-ended:
				return
			case <-tick.C:
			}
		}
	}()
	return most, func() { close(ended); <-done }
}
