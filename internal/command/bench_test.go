package command_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
)

func TestBenchReportsEveryOperation(t *testing.T) {
	t.Parallel()
	dsn := dbtest.EmptyDSN(t)
	var out bytes.Buffer
	measure := command.Bench{Orders: 200, Products: 200, Rounds: 2, Runs: 3, Longest: time.Minute, Timeout: 5 * time.Minute, JSON: true}
	if err := measure.Run(t.Context(), &command.Common{DatabaseURL: dsn, DatabaseConnections: 4, Out: &out, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	var figures bench.Figures
	if err := json.Unmarshal(out.Bytes(), &figures); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}

	promised := map[string]int{
		"product by id with brand and variants":    3,
		"page of 20 products with brand and price": 3,
		"a shopper's last 10 orders with lines":    4,
	}
	for _, r := range figures.Operations {
		if r.Statements == 0 || r.Alone.Median == 0 || r.Alone.P99 < r.Alone.Median || r.Alone.PerSecond == 0 || r.Alone.Runs != 6 ||
			r.Crowded.Median == 0 || r.Crowded.P99 < r.Crowded.Median || r.Crowded.PerSecond == 0 || r.Crowded.Runs != 6 ||
			r.Allocations == 0 || r.AllocatedBytes < r.Allocations || r.AnswerBytes == 0 {
			t.Errorf("a figure is missing: %+v", r)
		}
		if most := promised[r.Operation]; r.Promised != most || most > 0 && r.Statements > most {
			t.Errorf("%s takes %d statements, promised are %d, the table says %d", r.Operation, r.Statements, most, r.Promised)
		}
		delete(promised, r.Operation)
	}
	if len(promised) > 0 || len(figures.Operations) != 14 {
		t.Errorf("%d operations are measured, not among them: %v", len(figures.Operations), promised)
	}

	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var left int
	err = conn.QueryRow(t.Context(), `select (select count(*) from pg_database where datname like 'tradewind\_bench\_%') +
		(select count(*) from information_schema.tables where table_schema = 'public')`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d databases and tables are left, %v", left, err)
	}
}

// Not parallel: beside it, TestBenchReportsEveryOperation would see its database.
func TestBenchComparesReads(t *testing.T) {
	var out bytes.Buffer
	measure := command.Bench{Profile: "reads", Orders: 300, Rounds: 2, Runs: 4, Longest: time.Minute, Timeout: 5 * time.Minute, JSON: true}
	common := &command.Common{DatabaseURL: dbtest.EmptyDSN(t), DatabaseConnections: 4, Out: &out, Err: io.Discard}
	if err := measure.Run(t.Context(), common); err != nil {
		t.Fatal(err)
	}
	var figures bench.Figures
	if err := json.Unmarshal(out.Bytes(), &figures); err != nil || figures.Reads == nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	documents, err := bench.Documents()
	if err != nil {
		t.Fatal(err)
	}

	seen := map[string]bool{}
	for _, r := range figures.Reads.Reads {
		document, _, _ := strings.Cut(r.Read, ",")
		seen[document] = true
		if !r.Planned || r.Role == "" || r.Ratio == 0 || r.AnswerBytes == 0 || r.Plans.Latency.Runs != 8 || r.Resolvers.Latency.Runs != 8 ||
			r.Plans.Statements == 0 || r.Plans.Statements > r.Resolvers.Statements {
			t.Errorf("%+v", r)
		}
	}
	if len(seen) != len(documents) || figures.Reads.Planned != len(figures.Reads.Reads) || figures.Reads.Ratio == 0 {
		t.Errorf("%d of %d documents are sent, %d reads of %d are planned, ratio %f",
			len(seen), len(documents), figures.Reads.Planned, len(figures.Reads.Reads), figures.Reads.Ratio)
	}
	out.Reset()
	if figures.Write(&out); !strings.Contains(out.String(), "reads are planned, with ") {
		t.Error(out.String())
	}
}

// Not parallel, as TestBenchComparesReads.
func TestBenchMeasuresReports(t *testing.T) {
	var out bytes.Buffer
	measure := command.Bench{
		Profile: "reports", Orders: 300, Rounds: 1, Runs: 1, Timeout: 5 * time.Minute, JSON: true,
		Peers: command.Peers{Slice: 50 * time.Millisecond}, Past: command.Past{Brands: 12, Hot: 3, Months: 14},
	}
	common := &command.Common{DatabaseURL: dbtest.EmptyDSN(t), DatabaseConnections: 4, Out: &out, Err: io.Discard}
	if err := measure.Run(t.Context(), common); err != nil {
		t.Fatal(err)
	}
	var f bench.ReportFigures
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}

	if f.Orders != 300 || f.Facts < 750 || f.Brands != 12 || f.Built == 0 || f.PostgreSQL == "" || len(f.Reports) != 17 || len(f.Selling) != 2 {
		t.Errorf("a figure is missing: %s", out.Bytes())
	}
	for _, r := range f.Reports {
		if r.Median == 0 || r.Slowest < r.Median || r.Aim == 0 || r.AnswerBytes == 0 {
			t.Errorf("%+v", r)
		}
	}
	for i, brands := range []int{3, 12} {
		s := f.Selling[i]
		if s.Brands != brands || s.Ratio == 0 || s.With.Runs == 0 || s.Without.Runs == 0 || s.Tail.Samples == 0 || s.Tail.Longest < s.Tail.Median {
			t.Errorf("%+v", s)
		}
	}
	if f.Rebuild.Took == 0 || f.Rebuild.Orders == 0 {
		t.Errorf("%+v", f.Rebuild)
	}
	out.Reset()
	if f.Write(&out); !strings.Contains(out.String(), "roll-ups rebuilt in ") {
		t.Error(out.String())
	}
}
