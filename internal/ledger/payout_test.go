package ledger_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/models"
)

// mercur#161, medusajs/examples#68 (11): a payout takes the balance, and a refund
// after it comes off the next. Refunds give back the amounts that were charged,
// whatever the rate is by then (26): what exchanging costs stands in an account.
func TestPayout(t *testing.T) {
	t.Parallel()

	t.Run("sends what is payable in the account's currency, at a rate that is kept", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "CNY", 1000, "USD")
		w.plan(t, "0.05")
		o := w.buy(t, 3)
		w.has(t, 2850, 0)
		if _, err := w.payout(t, rate("0.1401")); refusals(t, err) != "input.amount CONFLICT" {
			t.Error("what is pending was sent")
		}
		w.release(t, o)
		w.release(t, o) // once
		w.has(t, 0, 2850)
		p, err := w.payout(t, rate("0.1401"))
		if err != nil || p.Amount().String() != "28.50 CNY" || p.Paid().String() != "3.99 USD" || p.Rate.String() != "0.1401" ||
			*p.RateSource != "ECB" || p.RatedOn.Format(time.DateOnly) != "2026-06-18" || p.LastDigits != "6789" {
			t.Fatalf("%+v %v", p, err)
		}
		w.has(t, 0, 0)
		sound(t, w.db)
	})

	t.Run("of a balance that a refund made negative waits, and the next is smaller", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "USD", 1000, "USD")
		w.plan(t, "0.1")
		first := w.buy(t, 2)
		w.release(t, first)
		if _, err := w.payout(t); err != nil {
			t.Fatal(err)
		}
		if err := w.refund(t, first, 1); err != nil {
			t.Fatal(err)
		}
		w.has(t, 0, -900)
		if _, err := w.payout(t); refusals(t, err) != "input.amount CONFLICT" {
			t.Error(err)
		}
		w.release(t, w.buy(t, 5))
		if p, err := w.payout(t); err != nil || p.AmountMinor != 4500-900 {
			t.Errorf("%+v %v", p, err)
		}
		w.has(t, 0, 0)
		sound(t, w.db)
	})

	t.Run("is exchanged at the reference rate where none is given", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "CNY", 1000, "USD")
		w.release(t, w.buy(t, 2))
		published := now.Truncate(24*time.Hour).AddDate(0, 0, -2)
		for currency, rate := range map[string]string{"USD": "1.145", "CNY": "7.8751"} {
			fixture.Create(t, w.db, &models.ExchangeRate{Currency: currency, Day: published, Rate: decimal.RequireFromString(rate), Source: "a bank"})
		}
		p, err := w.payout(t)
		if err != nil {
			t.Fatal(err)
		}
		if p.Paid().String() != "2.91 USD" || *p.RateSource != "a bank" || p.RatedOn.Format(time.DateOnly) != published.Format(time.DateOnly) ||
			p.Rate.StringFixed(6) != "0.145395" {
			t.Errorf("%+v at %s of %s", p, p.Rate, p.RatedOn)
		}
		w.has(t, 0, 0)
		sound(t, w.db)
	})

	t.Run("that comes back is payable again, once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "CNY", 1000, "USD")
		w.release(t, w.buy(t, 2))
		p, err := w.payout(t, rate("0.14"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct{ key, refused string }{{"back", ""}, {"back", ""}, {"again", "input.payoutId CONFLICT"}} {
			back, err := w.books.ReturnPayout(w.as(t, w.operator), ledger.ReturnInput{IdempotencyKey: want.key, Payout: w.key(p.ID), Reason: "the account is closed"})
			if want.refused == "" && (err != nil || back.Status != models.PayoutReturned) || want.refused != "" && refusals(t, err) != want.refused {
				t.Errorf("%+v %v", back, err)
			}
		}
		w.has(t, 0, 2000)
		sound(t, w.db)
	})

	t.Run("says what is wrong", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "CNY", 1000, "USD")
		w.release(t, w.buy(t, 2))
		amount := func(s string) func(*ledger.PayoutInput) {
			return func(in *ledger.PayoutInput) { in.Amount = new(decimal.RequireFromString(s)) }
		}
		tomorrow := func(in *ledger.PayoutInput) { in.Rate.Date = models.DateOf(now.AddDate(0, 0, 1)) }
		for want, change := range map[string][]func(*ledger.PayoutInput){
			"input.rate RATE_UNKNOWN":       nil,
			"input.amount CONFLICT":         {rate("0.14"), amount("20.01")},
			"input.amount INVALID":          {rate("0.14"), amount("1.001")},
			"input.amount OUT_OF_RANGE":     {rate("0.14"), amount("0")},
			"input.rate.value OUT_OF_RANGE": {rate("0")},
			"input.rate.date OUT_OF_RANGE":  {rate("0.14"), tomorrow},
			"input.rate.source REQUIRED":    {rate("0.14"), func(in *ledger.PayoutInput) { in.Rate.Source = " " }},
			"input.idempotencyKey REQUIRED": {rate("0.14"), func(in *ledger.PayoutInput) { in.IdempotencyKey = "" }},
			"input.currency INVALID":        {rate("0.14"), func(in *ledger.PayoutInput) { in.Currency = "XXX" }},
			"input.reference TOO_LONG":      {rate("0.14"), func(in *ledger.PayoutInput) { in.Reference = strings.Repeat("x", 121) }},
			"input.brandId NOT_FOUND":       {rate("0.14"), func(in *ledger.PayoutInput) { in.BrandID = fixture.ID() }},
		} {
			if _, err := w.payout(t, change...); refusals(t, err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		w.exec(t, "update brands set status = 'SUSPENDED' where id = ?", w.brand.ID)
		if _, err := w.payout(t, rate("0.14")); refusals(t, err) != "input.brandId CONFLICT" {
			t.Error(err)
		}
		if _, err := w.books.PayOut(w.as(t, fixture.Member(t, w.db, w.brand.ID, models.RoleOwner)), ledger.PayoutInput{BrandID: w.brand.ID}); err == nil {
			t.Error("a brand paid itself out")
		}
		w.has(t, 0, 2000)
	})

	t.Run("repeated by its key is one", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "USD", 1000, "USD")
		w.release(t, w.buy(t, 2))
		same := func(in *ledger.PayoutInput) {
			in.IdempotencyKey, in.Amount = "same", new(decimal.RequireFromString("5"))
		}
		first, err := w.payout(t, same)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.payout(t, same); err != nil || again.ID != first.ID {
			t.Errorf("%+v %v", again, err)
		}
		w.has(t, 0, 1500)
	})
}

// Of payouts at the same time, none takes what another has (mercur#161).
func TestPayoutsAtOnceTakeABalanceOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, "USD", 1000, "USD")
	w.release(t, w.buy(t, 10))
	var paid sync.WaitGroup
	sums := make([]int64, 8)
	for i := range sums {
		in := ledger.PayoutInput{IdempotencyKey: string(rune('a' + i)), BrandID: w.brand.ID, Currency: "USD", Amount: new(decimal.NewFromInt(30))}
		ctx := auth.With(t.Context(), w.operator)
		paid.Go(func() {
			if p, err := w.books.PayOut(ctx, in); err == nil {
				sums[i] = p.AmountMinor
			}
		})
	}
	paid.Wait()
	var sum int64
	for _, n := range sums {
		sum += n
	}
	if sum != 9000 {
		t.Errorf("%d were paid out of 10000, by 3000 each", sum)
	}
	w.has(t, 0, 1000)
	sound(t, w.db)
}

func TestSweep(t *testing.T) {
	t.Parallel()

	t.Run("makes payable what has left, some days after it was placed, or after it arrived", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "USD", 1000, "USD")
		w.plan(t, "0")
		w.buy(t, 1) // has not left
		left, back := w.buy(t, 2), w.buy(t, 4)
		w.exec(t, "update orders set fulfilment_status = 'FULFILLED' where brand_id = ? and id in ?", w.brand.ID, []any{left.ID, back.ID})
		w.exec(t, "update orders set return_status = 'REQUESTED' where brand_id = ? and id = ?", w.brand.ID, back.ID)
		w.clock = now.AddDate(0, 0, 30).Add(-time.Microsecond)
		w.sweep(t)
		w.has(t, 7000, 0)
		w.clock = now.AddDate(0, 0, 30)
		if done := w.sweep(t); done != 1 {
			t.Errorf("%d orders and books", done)
		}
		w.has(t, 5000, 2000)
		w.exec(t, "update orders set return_status = 'NONE' where brand_id = ? and id = ?", w.brand.ID, back.ID)
		w.sweep(t)
		w.has(t, 1000, 6000)
	})

	t.Run("closes months a day after their end, and balances stay", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t), "USD", 1000, "USD")
		w.release(t, w.buy(t, 1)) // June
		closings := func() (n int64) {
			w.db.Raw("select count(distinct until) from ledger_closings where brand_id = ?", w.brand.ID).Scan(&n)
			return n
		}
		for at, want := range map[time.Time]int64{
			time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC): 0,
		} {
			w.clock = at
			if w.sweep(t); closings() != want {
				t.Errorf("%d closings at %s", closings(), at)
			}
		}
		w.clock = time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC)
		for range 2 {
			if w.sweep(t); closings() != 1 {
				t.Errorf("%d closings", closings())
			}
		}
		w.buy(t, 2) // July
		w.has(t, 2000, 1000)
		w.clock = time.Date(2026, 9, 15, 0, 0, 0, 0, time.UTC)
		w.sweep(t)
		w.has(t, 2000, 1000)
		if closings() != 2 {
			t.Errorf("%d closings, want those of June, and of July and August together", closings())
		}
		w.exec(t, "delete from ledger_entries where brand_id = ? and recorded_at < '2026-07-01'", w.brand.ID)
		w.has(t, 2000, 1000) // entries before a closing are not read
	})
}
