package bench_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

func quietly(string, int, int) {}

func TestHistory(t *testing.T) {
	t.Parallel()

	t.Run("is_what_was_asked_for_and_agrees", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		h := bench.History{Orders: 2000, Brands: 30, Hot: 3, Months: 36}
		if err := h.Fill(t.Context(), db, quietly); err != nil {
			t.Fatal(err)
		}
		ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
		var orders, lines, brands, currencies, backLater, comeBack, hot int
		err := db.Pool.QueryRow(ctx, `
select (select count(*) from orders), (select count(*) from order_lines), (select count(distinct brand_id) from sales_facts),
  (select count(distinct currency) from sales_facts),
  (select count(*) from sales_facts f join orders o on o.brand_id = f.brand_id and o.id = f.order_id
    where f.kind = 'REFUND' and f.event_at > o.placed_at + interval '1 month'),
  (select count(*) from (select from orders where shopper_id is not null group by shopper_id having count(*) > 1) x),
  (select sum(n) from (select count(*) as n from orders group by brand_id order by n desc limit 3) x)`).
			Scan(&orders, &lines, &brands, &currencies, &backLater, &comeBack, &hot)
		if err != nil || orders != 2000 || lines != 5000 || brands != 30 || currencies != 5 || backLater < 20 || comeBack < 50 || hot < 1500 {
			t.Errorf("%d orders, %d lines, %d brands, %d currencies, %d late refunds, %d shoppers come back, %d orders of hot brands, %v",
				orders, lines, brands, currencies, backLater, comeBack, hot, err)
		}
		if _, err := rollup.NewService(db.Gorm, time.Now).Advance(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = reconcile.Check(t.Context(), db.Gorm, func(f reconcile.Finding) {
			if f.Count > 0 {
				t.Errorf("%s: %d, such as %+v", f.Name, f.Count, f.Differences[0])
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Fill(t.Context(), db, quietly); err != nil {
			t.Errorf("again: %v", err)
		}
		h.Orders++
		if err := h.Fill(t.Context(), db, quietly); err == nil {
			t.Error("another history goes into the same database")
		}
	})

	t.Run("goes_on_where_it_was_cut_off", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		h := bench.History{Orders: 100, Brands: 5, Months: 3, Lean: true}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := h.Fill(ctx, db, func(step string, done, _ int) {
			if step == "indexing" && done == 20 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if err := h.Fill(t.Context(), db, quietly); err != nil {
			t.Fatal(err)
		}
		var orders, lines, keys int
		err = db.Pool.QueryRow(database.AcrossBrands(t.Context(), database.Reconciliation), `
select (select count(*) from orders), (select count(*) from order_lines), (select count(*) from pg_constraint where conname = 'sales_facts_pk')`).
			Scan(&orders, &lines, &keys)
		if err != nil || orders != 100 || lines != 0 || keys != 1 {
			t.Errorf("%d orders, %d lines, %d keys, %v", orders, lines, keys, err)
		}
	})
}
