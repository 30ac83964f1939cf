//go:build realdata

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

// onlineRetail is the import of the online retail history.
func onlineRetail(t *testing.T) []string {
	t.Helper()
	root, err := servertest.Root()
	must(t, err)
	dir := os.Getenv("REALDATA")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "data")
	}
	file := filepath.Join(dir, "uci-online-retail", "online-retail-sample10.csv.gz")
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("set REALDATA to the folder of the real data: %v", err)
	}
	return []string{"import", "sales", file, "--brand=online-retail", "--storefront=online-retail-uk", "--currency=GBP", "--create",
		"--brand-country=GB", "--market=GB", "--time-zone=Europe/London",
		"--columns=order=InvoiceNo,sku=StockCode,title=Description,quantity=Quantity,time=InvoiceDate,unit-price=UnitPrice,customer=CustomerID,country=Country"}
}

// The time is that of the clock, or where other work takes the machine, that
// of the processor, for the import and its PostgreSQL together.
func TestRealHistoryIsImportedInTenSecondsAnd200MiB(t *testing.T) {
	args := onlineRetail(t)
	best := time.Hour
	for range 3 {
		o := servertest.Options{Dir: dbtest.Folder(t)}
		if r := servertest.Run(t, o, "migrate", "up"); r.Code != 0 {
			t.Fatal(r.Err)
		}
		cmd := exec.CommandContext(t.Context(), servertest.Binary(t), args...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "DATA_DIR=" + o.Dir}
		begun := time.Now()
		r := servertest.RunCommand(t, cmd)
		took, busy := time.Since(begun), cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
		if r.Code != 0 {
			t.Fatalf("exit code %d: %s", r.Code, r.Err)
		}
		says(t, r.Out, "53206", "of 2603 orders; 0 rows refused", "1005112.851", "1005112.85")
		says(t, r.Err, "booking: 53206 of 53206 (100 %)")
		memory := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
		t.Logf("%v by the clock, %v of processors, %d MiB", took, busy, memory)
		if memory >= 200 {
			t.Errorf("%d MiB resident", memory)
		}
		if best = min(best, took, busy); best < 10*time.Second {
			return
		}
	}
	t.Errorf("it takes %v", best)
}

func TestRealHistoryKilledIsFinishedByRunningItAgain(t *testing.T) {
	want, got := killed(t, 10, onlineRetail(t)...)
	if got != want {
		t.Errorf("it left\n%s, want\n%s", got, want)
	}
	says(t, got, "2603 orders, 53206 lines", "53206 1005112.851 100511285")
}
