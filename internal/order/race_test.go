package order_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// together runs n calls at the same time and gives what each returned.
func together(n int, call func(i int) (*models.Order, error)) ([]*models.Order, []error) {
	orders, errs := make([]*models.Order, n), make([]error, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			orders[i], errs[i] = call(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return orders, errs
}

// medusa#16569 (3): of stock that many take at once no update is lost.
func TestOrdersAtTheSameTime(t *testing.T) {
	t.Parallel()

	t.Run("with_one_key_are_one_order", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		in := w.input(550, line(w.jam.Variants[0], 1))
		orders, errs := together(20, func(int) (*models.Order, error) { return w.orders.Place(as(t, w.shopper), in) })
		for i := range orders {
			if errs[i] != nil || orders[i].ID != orders[0].ID || orders[i].Number != orders[0].Number {
				t.Fatal(orders[i], errs[i])
			}
		}
		if w.rows(t, "orders") != 1 || w.stock(t, w.jam.Variants[0]) != 9 {
			t.Error("sold more than once")
		}
		w.sound(t)
	})

	t.Run("with_one_payment_are_one_order", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		reference := w.input(0).Payment.Reference
		inputs := make([]order.PlaceInput, 12)
		for i := range inputs {
			inputs[i] = w.input(550, line(w.jam.Variants[0], 1))
			inputs[i].Payment.Reference = reference
		}
		_, errs := together(len(inputs), func(i int) (*models.Order, error) { return w.orders.Place(as(t, w.shopper), inputs[i]) })
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if refusals(t, err) != "input.payment.reference PAYMENT_REFERENCE_TAKEN" {
				t.Error(err)
			}
		}
		if won != 1 || w.rows(t, "orders") != 1 {
			t.Errorf("%d orders paid once", won)
		}
		w.sound(t)
	})

	t.Run("of_the_same_goods_in_any_order_do_not_lock_each_other_out", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		a, b, c := line(w.honey.Variants[0], 1), line(w.honey.Variants[1], 1), line(w.jam.Variants[0], 1)
		baskets := [][]order.LineInput{{a, b, c}, {c, b, a}, {b, a, c}, {c, a, b}}
		inputs := make([]order.PlaceInput, 16)
		for i := range inputs {
			inputs[i] = w.input(1200+900+550, baskets[i%len(baskets)]...)
		}
		_, errs := together(len(inputs), func(i int) (*models.Order, error) { return w.orders.Place(as(t, w.shopper), inputs[i]) })
		won := 0
		for _, err := range errs {
			switch list := problem.From(err); {
			case err == nil:
				won++
			case len(list) != 3 || list[0].Code != problem.OutOfStock:
				t.Error(err)
			}
		}
		if won != 10 || w.stock(t, w.jam.Variants[0]) != 0 {
			t.Errorf("%d orders of 10 pieces", won)
		}
		w.sound(t)
	})

	t.Run("and_cancelled_at_the_same_time_are_cancelled_once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		o := w.place(t, 550, line(w.jam.Variants[0], 1))
		actors := []*auth.Actor{w.shopper, fixture.Operator(t, w.db), fixture.Member(t, w.db, w.brand.ID, models.RoleStaff)}
		_, errs := together(9, func(i int) (*models.Order, error) {
			return w.cancel(t, actors[i%3], o, fmt.Sprintf("c-%d", i))
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if refusals(t, err) != "input.orderId CONFLICT" {
				t.Error(err)
			}
		}
		if won != 1 || w.stock(t, w.jam.Variants[0]) != 10 {
			t.Errorf("%d cancellations, stock %d", won, w.stock(t, w.jam.Variants[0]))
		}
		w.sound(t)
	})

	t.Run("see_one_price_each_while_it_changes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		jam := w.jam.Variants[0]
		var last int64 = 550
		stop, changed := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(changed)
			for price := int64(551); ; price = 550 + (price+1)%2 {
				select {
				case <-stop:
					return
				default:
				}
				if err := w.db.Exec("update prices set amount_minor = ? where brand_id = ? and variant_id = ?", price, jam.BrandID, jam.ID).Error; err != nil {
					t.Error(err)
				}
				last = price
			}
		}()
		won := 0
		for range 20 {
			o, err := w.orders.Place(as(t, w.shopper), w.input(550, line(jam, 1)))
			switch {
			case err == nil && o.TotalMinor == 550:
				won++
			case err == nil:
				t.Errorf("paid 5.50 for %s", o.Total())
			case won == 10 && problem.From(err)[0].Code == problem.OutOfStock:
			case refusals(t, err) != "input.payment.amount AMOUNT_MISMATCH":
				t.Error(err)
			}
		}
		close(stop)
		<-changed
		w.sound(t)
		t.Logf("%d bought at 5.50, last price %d", won, last)
	})
}

// A call that ends anywhere on its way leaves a whole order or none, and what
// it took is free for the next one.
func TestBrokenOffPlacingLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, dbtest.DSN(t), database.Options{Log: slog.New(slog.DiscardHandler)}).Gorm)
	if err := w.db.Exec("update stock_levels set on_hand = 1000 where brand_id = ?", w.brand.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := w.db.Exec("update stock_adjustments set delta = 1000 where brand_id = ?", w.brand.ID).Error; err != nil {
		t.Fatal(err)
	}
	// How long one takes.
	began := time.Now()
	for range 5 {
		w.place(t, 550, line(w.jam.Variants[0], 1))
	}
	usual := time.Since(began) / 5
	placed, broken := int64(5), 0
	for i := range 40 {
		ctx, cancel := context.WithTimeout(as(t, w.shopper), time.Duration(rand.Int64N(int64(usual)*3/2)))
		in := w.input(1200+550, line(w.honey.Variants[0], 1), line(w.jam.Variants[0], 1))
		_, err := w.orders.Place(ctx, in)
		cancel()
		if err != nil {
			broken++
			if problem.From(err) != nil {
				t.Errorf("refused: %v", err)
			}
		}
		// Whatever came of it, sending it again buys once.
		if _, err := w.orders.Place(as(t, w.shopper), in); err != nil {
			t.Fatalf("%d again: %v", i, err)
		}
		placed++
	}
	if got := w.rows(t, "orders"); got != placed {
		t.Errorf("%d orders, want %d", got, placed)
	}
	if broken == 0 {
		t.Error("none was broken off")
	}
	w.sound(t)
}

// A connection that dies under a placing, before either of its round trips,
// takes all of it along.
func TestLostConnectionsLeaveNothingHalfWritten(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	w := newWorld(t, dbtest.Open(t, dsn, database.Options{}).Gorm)
	cut := &cutter{}
	orders := w.service(dbtest.Open(t, dsn, database.Options{Tracer: cut, Log: slog.New(slog.DiscardHandler)}).Gorm)
	for at := int64(1); ; at++ {
		in := w.input(550, line(w.jam.Variants[0], 1))
		cut.left.Store(at)
		_, err := orders.Place(as(t, w.shopper), in)
		if cut.left.Swap(0) > 0 {
			if err != nil {
				t.Fatal(err)
			}
			if at != 3 {
				t.Errorf("a placing of %d round trips", at-1)
			}
			break
		}
		if err == nil || problem.From(err) != nil {
			t.Fatalf("lost before round trip %d: %v", at, err)
		}
		if n := w.rows(t, "orders"); n != 0 {
			t.Errorf("%d orders after a loss before round trip %d", n, at)
		}
	}
	if w.rows(t, "orders") != 1 || w.stock(t, w.jam.Variants[0]) != 9 {
		t.Errorf("%d orders", w.rows(t, "orders"))
	}
	w.sound(t)
}

// PostgreSQL that dies in the midst of a placing, whichever row it was at,
// keeps nothing of it.
func TestDyingServersLeaveNothingHalfWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, dbtest.DSN(t), database.Options{Log: slog.New(slog.DiscardHandler)}).Gorm)
	exec := func(sql string) {
		if err := w.db.Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	exec(`create function die() returns trigger language plpgsql as
		$$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`)
	before := w.everything(t)
	for _, table := range []string{"idempotency_keys", "purchases", "payments", "order_numbers", "orders", "order_lines", "charges",
		"payment_allocations", "order_events", "sales_facts", "outbox_events", "ledger_transactions", "ledger_entries", "stock_levels",
		"stock_adjustments"} {
		exec("create trigger die after insert or update on " + table + " execute function die()")
		_, err := w.orders.Place(as(t, w.shopper), w.input(1200+550, line(w.honey.Variants[0], 1), line(w.jam.Variants[0], 1)))
		if err == nil || problem.From(err) != nil {
			t.Errorf("died at %s: %v", table, err)
		}
		exec("drop trigger die on " + table)
		if after := w.everything(t); after != before || w.stock(t, w.jam.Variants[0]) != 10 {
			t.Errorf("died at %s: %s, before %s", table, after, before)
		}
	}
	w.place(t, 550, line(w.jam.Variants[0], 1))
	w.sound(t)
}

// cutter closes the connection before a statement: that which brings left to nought.
type cutter struct{ left atomic.Int64 }

func (c *cutter) cut(conn *pgx.Conn) {
	if c.left.Add(-1) == 0 {
		_ = conn.PgConn().Conn().Close()
	}
}

func (c *cutter) TraceQueryStart(ctx context.Context, conn *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.cut(conn)
	return ctx
}

func (*cutter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (c *cutter) TraceBatchStart(ctx context.Context, conn *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.cut(conn)
	return ctx
}

func (*cutter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (*cutter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
