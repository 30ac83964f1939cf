package order_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestCancel(t *testing.T) {
	t.Parallel()

	t.Run("puts_stock_and_money_back_and_dates_the_refund", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		big, jam := w.honey.Variants[0], w.jam.Variants[0]
		o := w.place(t, 2*1200+550, line(big, 2), line(jam, 1))
		w.clock = now.AddDate(0, 0, 3)
		got, err := w.cancel(t, w.shopper, o, "c")
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != models.OrderCancelled || got.PaymentStatus != models.OrderRefunded || *got.CancelReason != "changed my mind" ||
			!got.CancelledAt.Equal(w.clock) || got.Version != 2 || got.CanCancel() || got.TotalMinor != 2950 {
			t.Errorf("order %+v", got)
		}
		if w.stock(t, big) != 10 || w.stock(t, jam) != 10 {
			t.Error("stock is not back")
		}
		var facts []models.SalesFact
		if err := w.db.Where("brand_id = ? and kind = 'REFUND'", w.brand.ID).Order("refund_minor").Find(&facts).Error; err != nil {
			t.Fatal(err)
		}
		if len(facts) != 2 || facts[1].RefundMinor != 2400 || facts[1].UnitsReturned != 2 || !facts[1].EventAt.Equal(w.clock) ||
			facts[1].GrossMinor != 0 || *facts[1].ShopperID != *w.shopper.AccountID() {
			t.Errorf("facts %+v", facts)
		}
		if w.rows(t, "charges") != 2 {
			t.Error("charges did not stay")
		}
		var payment models.Payment
		if w.db.Take(&payment, "purchase_id = ?", o.PurchaseID); payment.Status != models.PaymentCaptured || payment.RefundingMinor != 2950 {
			t.Errorf("payment %+v", payment)
		}
		events, err := w.orders.EventsOf(t.Context(), []models.Key{{BrandID: o.BrandID, ID: o.ID}})
		if err != nil || len(events) != 4 || events[2].Type != models.OrderWasCancelled || *events[2].Note != "changed my mind" ||
			events[3].Type != models.OrderWasRefunded || *events[3].ActorID != *w.shopper.AccountID() {
			t.Errorf("events %+v %v", events, err)
		}
		stored, err := w.orders.ByKey(as(t, w.shopper), models.Key{BrandID: o.BrandID, ID: o.ID})
		if err != nil || stored.Version != 2 || stored.Status != models.OrderCancelled {
			t.Errorf("stored %+v %v", stored, err)
		}
		w.sound(t)
	})

	t.Run("happens_once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		o := w.place(t, 550, line(w.jam.Variants[0], 1))
		first, err := w.cancel(t, w.shopper, o, "c")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.cancel(t, w.shopper, o, "c"); err != nil || again.Version != first.Version {
			t.Error(again, err)
		}
		if _, err := w.cancel(t, w.shopper, o, "d"); refusals(t, err) != "input.orderId CONFLICT" {
			t.Error(err)
		}
		if w.stock(t, w.jam.Variants[0]) != 10 || w.rows(t, "sales_facts") != 2 {
			t.Error("undone twice")
		}
		w.sound(t)
	})

	t.Run("is_for_its_shopper_the_brand_and_operators", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		other := newWorld(t, w.db)
		for name, c := range map[string]struct {
			actor *auth.Actor
			want  string
		}{
			"shopper":           {w.shopper, ""},
			"owner":             {fixture.Member(t, w.db, w.brand.ID, models.RoleOwner), ""},
			"staff":             {fixture.Member(t, w.db, w.brand.ID, models.RoleStaff), ""},
			"operator":          {fixture.Operator(t, w.db), ""},
			"analyst":           {fixture.Member(t, w.db, w.brand.ID, models.RoleAnalyst), "ORDER_CANCEL"},
			"another shopper":   {fixture.Shopper(t, w.db, "Other"), "NOT_FOUND"},
			"another brand":     {fixture.Member(t, w.db, other.brand.ID, models.RoleOwner), "NOT_FOUND"},
			"reporting client":  {fixture.Reporter(t, w.db), "NOT_FOUND"},
			"anonymous visitor": {auth.Anonymous(), "sign in"},
		} {
			o := w.place(t, 550, line(w.jam.Variants[0], 1))
			got, err := w.cancel(t, c.actor, o, "c-"+o.Number)
			switch {
			case c.want == "" && (err != nil || got.Status != models.OrderCancelled):
				t.Errorf("%s: %v", name, err)
			case c.want == "NOT_FOUND":
				if refusals(t, err) != "input.orderId NOT_FOUND" {
					t.Errorf("%s: %v", name, err)
				}
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s: %v", name, err)
			}
		}
		w.sound(t)
	})

	t.Run("says_why_it_cannot_be", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		for change, want := range map[string]string{
			"fulfilment_status = 'FULFILLED'": "the order has left already",
			"source = 'IMPORT'":               "imported history cannot be cancelled",
		} {
			o := w.place(t, 550, line(w.jam.Variants[0], 1))
			w.db.Exec("update orders set "+change+" where brand_id = ? and id = ?", o.BrandID, o.ID)
			_, err := w.cancel(t, w.shopper, o, "c-"+o.Number)
			if got := problem.From(err); len(got) != 1 || got[0].Code != problem.Conflict || got[0].Message != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
	})

	t.Run("needs_a_reason_and_a_key", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		o := w.place(t, 550, line(w.jam.Variants[0], 1))
		for reason, want := range map[string]string{
			" ":                      "input.idempotencyKey REQUIRED, input.reason REQUIRED",
			strings.Repeat("x", 501): "input.idempotencyKey REQUIRED, input.reason TOO_LONG",
			"a\x01":                  "input.idempotencyKey REQUIRED, input.reason INVALID",
		} {
			_, err := w.orders.Cancel(as(t, w.shopper), order.CancelInput{Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Reason: reason})
			if refusals(t, err) != want {
				t.Errorf("%q: %v", reason, err)
			}
		}
	})
}
