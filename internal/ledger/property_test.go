package ledger_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Whatever is sold, refunded, released, paid out and closed, in whatever order
// and currency, up to amounts near 2^53: after each step the balance is the
// sum of the entries, what is owed was never paid twice, and `check` is silent.
func TestAnySequenceKeepsTheLedger(t *testing.T) {
	t.Parallel()
	base := dbtest.New(t).Gorm
	steps := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		db := base.Begin()
		defer db.Rollback()
		currency := rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(r, "currency")
		account := rapid.SampledFrom([]string{currency, "USD", "JPY"}).Draw(r, "account")
		price := rapid.SampledFrom([]int64{1, 999, 1<<31 + 7, 1<<51 - 1}).Draw(r, "price")
		w := newWorld(t, db, currency, price, account)
		w.plan(t, rapid.SampledFrom([]string{"0", "0.05", "0.0333", "1"}).Draw(r, "rate"))
		var orders []*models.Order
		left := map[*models.Order]int64{}
		for range rapid.IntRange(2, 8).Draw(r, "steps") {
			w.clock = w.clock.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(r, "hours")) * time.Hour)
			before := w.balance(t)
			step := rapid.SampledFrom([]string{"buy", "buy", "refund", "release", "pay out", "sweep"}).Draw(r, "step")
			if len(orders) == 0 {
				step = "buy"
			}
			steps[step]++
			var o *models.Order
			if len(orders) > 0 {
				o = rapid.SampledFrom(orders).Draw(r, "order")
			}
			switch step {
			case "buy":
				o = w.buy(t, rapid.Int64Range(1, 3).Draw(r, "jars"))
				orders, left[o] = append(orders, o), o.GoodsMinor/price
				w.exec(t, "update orders set fulfilment_status = 'FULFILLED' where brand_id = ? and id = ?", o.BrandID, o.ID)
			case "refund":
				jars := rapid.Int64Range(1, 3).Draw(r, "jars")
				if err := w.refund(t, o, jars); (err == nil) != (jars <= left[o]) {
					r.Fatalf("refund %d of %d: %v", jars, left[o], err)
				} else if err == nil {
					left[o] -= jars
				}
			case "release":
				w.release(t, o)
			case "pay out":
				in := []func(*ledger.PayoutInput){}
				if account != currency {
					in = append(in, rate("0.1401"))
				}
				p, err := w.payout(t, in...)
				sendable := before.PayableMinor > 0
				if account != currency {
					paid, err := money.RoundHalfUp(before.Payable().Decimal().Mul(*rateOf(in)), money.Currency(account))
					sendable = sendable && err == nil && paid.Minor > 0
				}
				if (err == nil) != sendable || err == nil && p.AmountMinor != before.PayableMinor {
					r.Fatalf("pay out of %s: %+v %v", before.Payable(), p, err)
				}
			case "sweep":
				w.sweep(t)
			}
			w.equal(t, r)
		}
		sound(t, db)
	})
	t.Logf("steps taken: %v", steps)
}

// equal compares the balance with all entries there are.
func (w *world) equal(t *testing.T, r *rapid.T) {
	t.Helper()
	var all struct{ Pending, Payable, Sum int64 }
	err := w.db.Raw(`
select coalesce(sum(amount_minor) filter (where account = 'BRAND_PENDING'), 0)::bigint as pending,
  coalesce(sum(amount_minor) filter (where account = 'BRAND_PAYABLE'), 0)::bigint as payable, coalesce(sum(amount_minor), 0)::bigint as sum
from ledger_entries where brand_id = ? and currency = ?`, w.brand.ID, w.shop.Currency).Scan(&all).Error
	b := w.balance(t)
	if err != nil || all.Sum != 0 || all.Pending < 0 || b.PendingMinor != all.Pending || b.PayableMinor != all.Payable {
		r.Fatalf("entries %+v, balance %+v, %v", all, b, err)
	}
}

func rateOf(changes []func(*ledger.PayoutInput)) *decimal.Decimal {
	var in ledger.PayoutInput
	for _, f := range changes {
		f(&in)
	}
	return &in.Rate.Value
}
