package apitest_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

// 200 shoppers want the last 50 pieces, over HTTP from two server processes.
func TestLastPiecesAreSoldOnceEach(t *testing.T) {
	t.Parallel()
	const buyers, pieces = 200, 50
	dsn := dbtest.DSN(t)
	db := dbtest.Open(t, dsn, database.Options{}).Gorm
	s := newStall(t, db, "acme", pieces)
	s.listedSince(t, time.Now().Add(-time.Hour))
	o := servertest.Options{Dir: servertest.Folder(t, ""), Database: dsn}
	servers := []*servertest.Server{servertest.Start(t, o), servertest.Start(t, o)}
	signer, err := identity.OpenDevelopment(o.Dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	clients := make([]*apitest.Client, buyers)
	for i := range clients {
		token, err := signer.Sign(fmt.Sprint("shopper-", i), "Shopper", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = servers[i%len(servers)].As(token)
	}
	orders, refused := make([]bought, buyers), make([]string, buyers)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i, client := range clients {
		ready.Add(1)
		done.Go(func() {
			func() {
				defer ready.Done()
				client.Post(t, "{ viewer { account { id } } }", nil) // known before the rush
			}()
			<-start
			refused[i] = apitest.Refused(client.Mutate(t, "orderPlace", orderFields, s.buy("5.50", s.jam.Variants[0]), &orders[i]))
		})
	}
	ready.Wait()
	began := time.Now()
	close(start)
	done.Wait()
	t.Logf("%d buyers answered in %v", buyers, time.Since(began).Round(time.Millisecond))

	numbers := map[string]bool{}
	for i, o := range orders {
		if o.Number != "" {
			numbers[o.Number] = true
		} else if refused[i] != "OUT_OF_STOCK input.lines.0.quantity" {
			t.Errorf("buyer %d: %s", i, refused[i])
		}
	}
	if len(numbers) != pieces {
		t.Errorf("%d orders, want %d", len(numbers), pieces)
	}
	var left struct{ Stock, Orders, Facts, Payments, Net, Total int64 }
	if err := db.Raw(`
select (select on_hand from stock_levels where brand_id = @brand and variant_id = @variant) as stock,
  (select count(*) from orders where brand_id = @brand) as orders,
  (select count(*) from sales_facts where brand_id = @brand) as facts,
  (select count(*) from payments) as payments,
  (select sum(gross_minor - discount_minor - refund_minor) from sales_facts where brand_id = @brand) as net,
  (select sum(total_minor) from orders where brand_id = @brand) as total`,
		map[string]any{"brand": s.brand.ID, "variant": s.jam.Variants[0].ID}).Scan(&left).Error; err != nil {
		t.Fatal(err)
	}
	if left.Stock != 0 || left.Orders != pieces || left.Facts != pieces || left.Payments != pieces ||
		left.Net != pieces*550 || left.Total != left.Net {
		t.Errorf("left %+v", left)
	}
	agree, err := reconcile.Check(t.Context(), db, func(f reconcile.Finding) {
		if f.Count > 0 {
			t.Errorf("%s %+v", f.Promise, f.Differences)
		}
	})
	if !agree || err != nil {
		t.Error(agree, err)
	}
}
