package life_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// What is tried unless -rapid.checks and -rapid.steps say how much: so many
// sequences, of so many steps on average.
var usual = map[string]string{"rapid.checks": "10", "rapid.steps": "50"}

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { delete(usual, f.Name) })
	for name, value := range usual {
		_ = flag.Set(name, value)
	}
	os.Exit(m.Run())
}

// accounts with which shoppers pay.
var accounts = []string{
	sandbox.Success, sandbox.Success, sandbox.Success, sandbox.Success, sandbox.Delayed, sandbox.NoAnswer, sandbox.Declined, sandbox.Dispute, sandbox.DisputeWon, sandbox.DisputeLost, sandbox.DisputePartWon, sandbox.DisputePartLost,
	sandbox.RefundFails, sandbox.RefundFailsOnce,
}

// life is a marketplace to which anything may happen.
type life struct {
	*testing.T

	w         *world
	purchases []*models.Purchase
	done      map[string]int
}

// dealt wants no fault; whether it was refused is for the rules to know.
func (l *life) dealt(r *rapid.T, what string, err error) {
	if err != nil && problem.From(err) == nil {
		r.Fatalf("%s: %v", what, err)
	}
	if err != nil {
		what += " (refused)"
	}
	l.done[what]++
}

// Whatever is bought with whatever codes and carriage, paid, shipped, lost, sent back, given back, disputed and
// paid out, in whatever order, by two shoppers of two brands in currencies of
// no, two and three decimals and of huge amounts: after each step all that
// `check` proves holds, and the bank's books are ours.
func TestWhateverHappensTheBooksHold(t *testing.T) {
	t.Parallel()
	base := dbtest.New(t).Gorm
	done := map[string]int{}
	lives, steps := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		db := base.Begin()
		defer db.Rollback()
		l := &life{T: t, w: newWorld(t, db), done: done}
		l.w.offer(t)
		lives++
		actions := map[string]func(*rapid.T){
			"": func(r *rapid.T) {
				steps++
				if wrong := l.w.wrong(t); wrong != "" {
					r.Fatal(wrong)
				}
				if wrong := l.beyondTheBank(); wrong != "" {
					r.Fatal(wrong)
				}
			},
		}
		for name, act := range map[string]struct {
			often int
			do    func(*rapid.T)
		}{
			"buy": {2, l.buy}, "time": {4, l.time}, "ship": {2, l.ship}, "arrive": {3, l.arrive}, "parcel": {3, l.parcel}, "resolve": {1, l.resolve},
			"refund": {1, l.refund}, "cancel": {1, l.cancel}, "send back": {1, l.sendBack}, "return": {2, l.advance}, "come back": {5, l.comeBack}, "dispute": {1, l.dispute}, "try again": {1, l.again},
			"pay out": {2, l.payOut}, "bounce": {1, l.bounce},
		} {
			for n := range act.often {
				actions[fmt.Sprint(name, " ", n)] = act.do
			}
		}
		r.Repeat(actions)
	})
	t.Logf("%d sequences, %d steps: %v", lives, steps, done)
}

func (l *life) cancel(r *rapid.T) {
	o := l.order(r)
	_, err := l.w.api.Orders.Cancel(l.w.as(l, l.staff(o)), order.CancelInput{IdempotencyKey: l.w.key(), Order: orderKey(o), Reason: "no"})
	l.dealt(r, "cancel", err)
}

func (l *life) payOut(r *rapid.T) {
	s, currency := l.seller(r), rapid.SampledFrom(markets).Draw(r, "market").currency
	balances, err := l.w.api.Ledger.Balances(l.w.as(l, l.w.operator), []uuid.UUID{s.ID})
	if err != nil {
		l.Fatal(err)
	}
	for _, b := range balances {
		if b.PayableMinor > 0 && rapid.Bool().Draw(r, "what is payable") {
			currency = b.Currency
		}
	}
	_, err = l.w.payout(l, s, currency, map[bool]string{true: "USD", false: "CNY"}[s == l.w.sellers[0]])
	l.dealt(r, "pay out", err)
}

func (l *life) seller(r *rapid.T) *seller { return rapid.SampledFrom(l.w.sellers).Draw(r, "seller") }

func (l *life) staff(o *models.Order) *auth.Actor { return l.w.staffOf(o) }

// order is one of those that were placed.
func (l *life) order(r *rapid.T) *models.Order {
	var orders []*models.Order
	for _, p := range l.purchases {
		orders = append(orders, l.w.ordersOf(l, p.ID)...)
	}
	if len(orders) == 0 {
		r.Skip("nothing was placed")
	}
	return rapid.SampledFrom(orders).Draw(r, "order")
}

func (l *life) line(r *rapid.T, o *models.Order) models.Key {
	lines, err := l.w.api.Orders.LinesOf(l.Context(), []models.Key{orderKey(o)})
	if err != nil {
		l.Fatal(err)
	}
	return models.Key{BrandID: o.BrandID, ID: rapid.SampledFrom(lines).Draw(r, "line").ID}
}

func (l *life) buy(r *rapid.T) {
	shopper := rapid.SampledFrom(l.w.shoppers).Draw(r, "shopper")
	var pieces []piece
	for range rapid.IntRange(1, 3).Draw(r, "lines") {
		pieces = append(pieces, piece{
			rapid.IntRange(0, 1).Draw(r, "seller"), rapid.IntRange(0, 1).Draw(r, "variant"), rapid.Int64Range(1, 4).Draw(r, "pieces"),
		})
	}
	l.w.codes = anyCodes(r)
	p, err := l.w.begin(l, shopper, rapid.IntRange(0, len(markets)-1).Draw(r, "market"), pieces...)
	l.dealt(r, "buy", err)
	if err != nil {
		return
	}
	l.purchases = append(l.purchases, p)
	account := rapid.SampledFrom(accounts).Draw(r, "account")
	l.dealt(r, account, l.w.confirm(l, shopper, p, account))
}

// time passes, and what runs in the background runs.
func (l *life) time(r *rapid.T) {
	l.w.pass(rapid.SampledFrom([]time.Duration{sandbox.Delay, time.Hour, 3 * 24 * time.Hour, 25 * 24 * time.Hour}).Draw(r, "for"))
	for _, run := range []func(context.Context) (int, error){l.w.api.Payments.Recover, l.w.api.Checkout.Expire, l.w.api.Ledger.Sweep} {
		if _, err := run(l.Context()); err != nil {
			r.Fatal(err)
		}
	}
	if rapid.Bool().Draw(r, "news") {
		for _, p := range l.purchases {
			l.w.ask(l, l.w.paymentOf(l, p))
		}
	}
	l.done["time"]++
}

func (l *life) refund(r *rapid.T) {
	o := l.order(r)
	_, err := l.w.api.Orders.Refund(l.w.as(l, l.staff(o)), order.RefundInput{
		IdempotencyKey: l.w.key(), Order: orderKey(o), Reason: "a gift", Carriage: rapid.Bool().Draw(r, "carriage"),
		Lines: []order.PiecesInput{{Line: l.line(r, o), Quantity: rapid.Int64Range(1, 4).Draw(r, "pieces")}},
	})
	l.dealt(r, "refund", err)
}

func (l *life) again(r *rapid.T) {
	o := l.order(r)
	refunds, err := l.w.api.Orders.RefundsOf(l.Context(), []models.Key{orderKey(o)})
	if err != nil {
		l.Fatal(err)
	}
	for _, refund := range refunds {
		_, err := l.w.api.Orders.RetryRefund(l.w.as(l, l.staff(o)), order.RetryInput{
			IdempotencyKey: l.w.key(), Refund: models.Key{BrandID: refund.BrandID, ID: refund.ID},
		})
		l.dealt(r, "try again", err)
	}
}

func (l *life) bounce(r *rapid.T) {
	s := l.seller(r)
	var sent []models.Payout
	if err := l.w.db.Where("brand_id = ?", s.ID).Order("id").Find(&sent).Error; err != nil {
		l.Fatal(err)
	}
	if len(sent) == 0 {
		r.Skip("nothing was sent")
	}
	p := rapid.SampledFrom(sent).Draw(r, "payout")
	_, err := l.w.api.Ledger.ReturnPayout(l.w.as(l, l.w.operator), ledger.ReturnInput{
		IdempotencyKey: l.w.key(), Payout: models.Key{BrandID: p.BrandID, ID: p.ID}, Reason: "the account is closed",
	})
	l.dealt(r, "bounce", err)
}

// beyondTheBank tells where the bank holds another amount for us than the
// books say, as far as the server has heard of it.
func (l *life) beyondTheBank() string {
	for _, m := range markets {
		var is struct{ Bank, Books int64 }
		err := l.w.everywhere(l).Raw(`
select (
  select coalesce(sum(p.captured_minor - p.fee_minor - coalesce(f.given, 0) - coalesce(g.taken, 0)), 0)::bigint
  from payments p
  left join (
    select payment_id, sum(amount_minor) as given
    from refunds
    where status = 'SUCCEEDED' and dispute_id is null
    group by payment_id
  ) f on f.payment_id = p.id
  left join (
    select payment_id, sum(fee_minor + case when status = 'WON' then 0 else amount_minor end) as taken
    from payment_disputes
    group by payment_id
  ) g on g.payment_id = p.id
  where p.currency = @currency and exists (select from payment_allocations a where a.payment_id = p.id)
) as bank, (
  select coalesce(-sum(amount_minor), 0)::bigint from ledger_entries where account = 'GATEWAY_CLEARING' and currency = @currency
) as books`, map[string]any{"currency": m.currency}).Scan(&is).Error
		if err != nil {
			l.Fatal(err)
		}
		if is.Bank != is.Books {
			return fmt.Sprintf("the bank holds %d %s, by the books %d", is.Bank, m.currency, is.Books)
		}
	}
	return ""
}
