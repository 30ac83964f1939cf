package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/models"
)

// historyQuery tells all of an imported history in one line.
const historyQuery = `
select format('%s orders, %s lines, %s charges, %s facts; goods %s, facts %s; batches %s; digest %s',
  (select count(*) from orders), (select count(*) from order_lines), (select count(*) from charges), (select count(*) from sales_facts),
  (select sum(goods_minor) from orders), (select sum(gross_minor - refund_minor) from sales_facts),
  (select sum(lines_booked) || ' ' || sum(unrounded_sum) || ' ' || sum(booked_minor) from import_batches),
  (select md5(string_agg(x, '|' order by x)) from (
    select concat_ws(' ', b.slug, s.slug, o.number, o.kind, o.placed_at, o.total_minor, l.ordinal, l.sku, l.quantity, l.unit_price, l.goods_minor, l.import_key) as x
    from orders o
    join order_lines l on l.brand_id = o.brand_id and l.order_id = o.id
    join brands b on b.id = o.brand_id
    join storefronts s on s.brand_id = o.brand_id and s.id = o.storefront_id) all_lines))`

// killed runs an import again and again, and then lets it end. Every other time
// it is killed at a random moment of the time that it takes in whole, else as
// soon as it has booked something. It tells what is there.
func killed(t *testing.T, kills int, args ...string) (undisturbed, disturbed string) {
	t.Helper()
	ask := func(dsn string) (got string) {
		must(t, dial(t, dsn).QueryRow(t.Context(), historyQuery).Scan(&got))
		return got
	}
	once := dbtest.DSN(t)
	begun := time.Now()
	if r := servertest.Run(t, servertest.Options{Database: once}, args...); r.Code != 0 {
		t.Fatalf("exit code %d: %s", r.Code, r.Err)
	}
	whole := time.Since(begun)
	undisturbed = ask(once)

	dsn := dbtest.DSN(t)
	onlooker := dial(t, dsn)
	for n := range kills {
		var said bytes.Buffer
		cmd := exec.CommandContext(t.Context(), servertest.Binary(t), args...)
		cmd.Env, cmd.Stderr = []string{"DATABASE_URL=" + dsn}, &said
		begun, there := time.Now(), count(t, onlooker, "select count(*) from orders")
		moment := time.Duration(rand.Float64() * 0.5 * float64(whole))
		must(t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for over := false; !over; {
			select {
			case err := <-ended:
				if over = true; err != nil {
					t.Fatalf("after %d kills: %v\n%s", n, err, said.String())
				}
			default:
				now := count(t, onlooker, "select count(*) from orders, pg_sleep(0.003)")
				if n%2 == 0 && now > there || n%2 == 1 && time.Since(begun) > moment {
					_ = cmd.Process.Kill() // it may just have ended
					err := <-ended
					t.Logf("killed: %v", err)
					over = true
				}
			}
		}
	}
	t.Logf("after %d kills: %s", kills, ask(dsn))
	if r := servertest.Run(t, servertest.Options{Database: dsn}, args...); r.Code != 0 {
		t.Fatalf("exit code %d: %s", r.Code, r.Err)
	}
	if r := servertest.Run(t, servertest.Options{Database: dsn}, "check"); r.Code != 0 {
		t.Errorf("check: %s", r.Out)
	}
	dbtest.References(t, dbtest.Open(t, dsn, database.Options{}).Gorm)
	return undisturbed, ask(dsn)
}

func TestKilledImportIsFinishedByRunningItAgain(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, line func(*strings.Builder, int), lines int) string {
		t.Helper()
		var text strings.Builder
		text.WriteString("brand,shop,currency,order,sku,quantity,time,price\n")
		for i := range lines {
			line(&text, i)
		}
		file := filepath.Join(dbtest.Folder(t), "history.csv")
		must(t, os.WriteFile(file, []byte(text.String()), 0o600))
		return file
	}
	const columns = "--columns=order=order,sku=sku,quantity=quantity,time=time,unit-price=price"

	t.Run("of_one_brand", func(t *testing.T) {
		t.Parallel()
		file := write(t, func(b *strings.Builder, i int) {
			fmt.Fprintf(b, ",,,N%d,SKU-%d,%d,2026-01-%02d 10:00:00,%d.%03d\n", i/3, i%7, 1+i%5-4*(i%50/49), 1+i%28, i%40, i%1000)
		}, 7_000)

		want, got := killed(t, 10, "import", "sales", file, "--brand=acme", "--storefront=acme-shop", "--currency=USD", "--create", columns)

		if got != want {
			t.Errorf("it left\n%s, want\n%s", got, want)
		}
		says(t, got, "2334 orders, 7000 lines, 7000 charges, 7000 facts")
	})

	// Orders of forty brands lie scattered, their refunds far behind them or before.
	t.Run("of_many_brands", func(t *testing.T) {
		t.Parallel()
		file := write(t, func(b *strings.Builder, i int) {
			order, quantity := i%6_000, 1+i%3
			if i >= 12_000 && order%2 == 0 || i < 6_000 && order%5 == 1 {
				quantity = -1
			}
			fmt.Fprintf(b, "maker-%d,maker-%d-%d,%s,N%d,SKU-%d,%d,2026-01-%02d 10:00:00,%d.5\n", order%40, order%40, order%80/40,
				[]string{"USD", "EUR"}[order%80/40], order/3, i%7, quantity, 1+i%28, i%40)
		}, 18_000)

		want, got := killed(t, 4, "import", "sales", file, "--create", "--market=CN", columns+",brand=brand,storefront=shop,currency=currency")

		if got != want {
			t.Errorf("it left\n%s, want\n%s", got, want)
		}
		says(t, got, "18000 lines, 18000 charges, 18000 facts")
	})
}

func TestImportReportsFaultsInAFile(t *testing.T) {
	t.Parallel()
	dsn, dir := dbtest.DSN(t), dbtest.Folder(t)
	db := dbtest.Open(t, dsn, database.Options{})
	brand := fixture.Brand(t, db.Gorm, "acme")
	fixture.Storefront(t, db.Gorm, brand, "acme-cn", func(s *models.Storefront) { s.Currency = "EUR" })
	file, report := filepath.Join(dir, "sales.csv"), filepath.Join(dir, "faults.csv")
	must(t, os.WriteFile(file, []byte(`Seller,Shop,Money,No,At,Article,Pieces,=Price
acme,acme-cn,EUR,1,2026-01-02,HNY,1,2
acme,acme-cn,EUR,2,2026-01-02,HNY,many,free
acme,acme-cn,EUR,,2999-01-01,HNY,1,2
acme,acme-cn,EUR,4,2026-01-02,HNY,1,2,and more
nobody,nobodys,EUR,5,2026-01-02,HNY,1,2
acme,=nowhere,EUR,6,2026-01-02,HNY,1,2
acme,acme-cn,EUR,7,2026-01-02,HNY,1,2
acme,acme-cn,USD,7,2026-01-02,WAX,1,2
`), 0o600))
	must(t, os.WriteFile(report, []byte("of yesterday"), 0o600))

	r := servertest.Run(t, servertest.Options{Database: dsn}, "import", "sales", file, "--report="+report,
		"--columns=brand=Seller,storefront=Shop,currency=Money,order=No,time=At,sku=Article,quantity=Pieces", "--columns", "unit-price==Price")

	if r.Code != 0 {
		t.Fatalf("exit code %d: %s", r.Code, r.Err)
	}
	content, err := os.ReadFile(report)
	must(t, err)
	got, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	must(t, err)
	want := [][]string{
		{"line", "column", "code", "message"},
		{"3", "Pieces", "INVALID", `the quantity "many" is not a number`},
		{"3", "'=Price", "INVALID", `the unit-price "free" is not a number`},
		{"4", "At", "OUT_OF_RANGE", `the time "2999-01-01" is out of range`},
		{"4", "No", "MISSING", "there is no order"},
		{"5", "", "DAMAGED", "the row has 9 cells, the header 8"},
		{"6", "Seller", "UNKNOWN", `unknown brand "nobody"; '--create makes it`},
		{"7", "Shop", "UNKNOWN", `unknown storefront "=nowhere"; '--create makes it`},
		{"8", "Money", "CURRENCY", "order 7 is in USD; acme-cn sells in EUR"},
		{"9", "Money", "CURRENCY", "order 7 is in USD; acme-cn sells in EUR"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	says(t, r.Out, "lines          5     of 4 orders; 7 rows refused", "booked         1 ")
}
