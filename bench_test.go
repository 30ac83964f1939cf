package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/bench/peers"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func TestBenchMeasuresStartsAndImportsAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir, files := servertest.Folder(t, ""), t.TempDir()
	sales := filepath.Join(files, "sales.csv")
	must(t, os.WriteFile(sales, []byte("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"+
		"1001,A1,HONEY,2,2011-11-11 08:00:00,3.75,7,France\n"), 0o600))
	r := servertest.Run(t, servertest.Options{Env: []string{"TMPDIR=" + dir, "DEMO=false"}}, "bench", "--json",
		"--orders=50", "--products=0", "--rounds=1", "--runs=1", "--starts=1", "--sales-file="+sales)
	if r.Code != 0 {
		t.Fatalf("exit code %d\n%s", r.Code, r.Err)
	}
	var f bench.Figures
	must(t, json.Unmarshal([]byte(r.Out), &f))
	if len(f.Operations) != 7 || f.PostgreSQL == "" || f.Orders < 50 || f.Products == 0 {
		t.Errorf("%+v", f)
	}
	if s := f.Starts; s == nil || s.Of != 1 || s.Warm.Took <= 0 || s.Cold.Took <= 0 || s.Warm.ResidentBytes < 5<<20 || s.Cold.ResidentBytes < 5<<20 {
		t.Errorf("starts: %+v", s)
	}
	if i := f.Import; i == nil || i.Took <= 0 || i.Took > time.Minute || i.ResidentBytes < 5<<20 || i.Told == "" {
		t.Errorf("import: %+v", i)
	}
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

// The limit and the API answer alike: the comparison fails where they do not.
func TestBenchComparesTheAPIWithItsLimit(t *testing.T) {
	t.Parallel()
	dsn := dbtest.EmptyDSN(t)
	r := servertest.Run(t, servertest.Options{Env: []string{"TMPDIR=" + servertest.Folder(t, "")}}, "bench", "--profile=peers", "--json",
		"--database-url="+dsn, "--scale=0.002", "--rounds=1", "--slice=200ms", "--samples=40", "--documents=30", "--resolvers")
	if r.Code != 0 {
		t.Fatalf("exit code %d\n%s", r.Code, r.Err)
	}
	var f peers.Figures
	must(t, json.Unmarshal([]byte(r.Out), &f))
	measured := map[string]int{}
	for _, row := range f.Rows {
		measured[row.Server+" "+row.Operation] = row.Statements
		if row.Requests == 0 || row.PerSecond <= 0 || row.Ratio <= 0 || row.Median <= 0 || row.P99 < row.Median || row.Allocations == 0 ||
			row.Statements == 0 || row.ResidentBytes < 5<<20 {
			t.Errorf("a figure is missing: %+v", row)
		}
		if row.Server == "limit" && row.Ratio != 1 {
			t.Errorf("the limit is %f of itself", row.Ratio)
		}
	}
	for _, op := range []string{"a", "b", "c", "d", "e", "f"} {
		limit, planned, resolved := measured["limit "+op], measured["tradewind "+op], measured["resolvers "+op]
		if planned == 0 || planned > resolved || limit == 0 || limit > planned || limit != 1 && op != "f" {
			t.Errorf("%s: %d statements at least, %d planned, %d by resolvers", op, limit, planned, resolved)
		}
	}
	if len(f.Documents) != 2 || f.Documents[0].Sent != 30 || f.Documents[0].After < 5<<20 {
		t.Errorf("documents: %+v", f.Documents)
	}
}
