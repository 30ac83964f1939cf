package life_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/models"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

var (
	start  = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)
	secret = []byte("a secret of the tests")
)

// markets are where shops sell, with the price of their cheaper goods: in
// currencies of two, no and three decimals, one of them with huge amounts.
var markets = []struct {
	country, currency string
	price             int64
}{{"CN", "CNY", 1234}, {"JP", "JPY", 1<<40 + 7}, {"KW", "KWD", 10_005}}

// seller is a brand with a shop in each market.
type seller struct {
	*models.Brand

	staff *auth.Actor
	goods map[string]fixture.Goods
}

// world is a marketplace of two brands, the first with a commission plan and
// an account in dollars, the second with one in yuan.
type world struct {
	db       *gorm.DB
	api      *resolvers.Resolver
	bank     *sandbox.Gateway
	sellers  []*seller
	shoppers []*auth.Actor
	operator *auth.Actor
	clock    time.Time
	keys     int
	// codes are what the next cart is bought with.
	codes []string
}

func newWorld(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	w := &world{db: db, clock: start, operator: fixture.Operator(t, db)}
	w.bank = sandbox.New(db, w.now, sandbox.Options{PageURL: "https://bank.example", HookURL: "https://shop.example", Secret: secret})
	w.api = command.Wire(db, w.now, w.bank)
	for i, account := range []string{"USD", "CNY"} {
		name := "life-" + uuid.NewString()[:8]
		s := &seller{Brand: fixture.Brand(t, db, name), goods: map[string]fixture.Goods{}}
		s.staff = fixture.Member(t, db, s.ID, models.RoleOwner)
		for _, m := range markets {
			front := fixture.Storefront(t, db, s.Brand, name+"-"+strings.ToLower(m.country), func(f *models.Storefront) {
				f.Country, f.Currency = m.country, m.currency
			})
			s.goods[m.currency] = fixture.Sell(t, db, front, "jar-"+strings.ToLower(m.country), 40, m.price, 2*m.price+1)
		}
		fixture.Create(t, db, &models.PayoutAccount{BrandID: s.ID, ID: fixture.ID(), Holder: name, BankName: "First Bank", Country: "US",
			Currency: account, ProviderToken: "tok", LastDigits: "6789", CreatedAt: start, UpdatedAt: start})
		if i == 0 {
			_, err := w.api.Ledger.CreatePlan(w.as(t, w.operator), ledger.PlanInput{BrandID: &s.ID, Name: "Own", Rate: decimal.RequireFromString("0.0333"),
				DaysAfterDelivery: 7, DaysAfterPlacement: 20, Source: "contract 7"})
			if err != nil {
				t.Fatal(err)
			}
		}
		w.sellers = append(w.sellers, s)
	}
	for range 2 {
		w.shoppers = append(w.shoppers, fixture.Shopper(t, db, "Li Wei"))
	}
	return w
}

func (w *world) now() time.Time { return w.clock }

func (w *world) pass(d time.Duration) { w.clock = w.clock.Add(d) }

func (*world) as(t testing.TB, a *auth.Actor) context.Context {
	t.Helper()
	return auth.With(t.Context(), a)
}

// key is one that no other call was given.
func (w *world) key() string {
	w.keys++
	return fmt.Sprint("key-", w.keys)
}

// piece is a number of pieces of a variant.
type piece struct {
	seller, variant int
	n               int64
}

// begin fills a cart and begins its purchase.
func (w *world) begin(t testing.TB, shopper *auth.Actor, market int, pieces ...piece) (*models.Purchase, error) {
	t.Helper()
	ctx, m := w.as(t, shopper), markets[market]
	var lines []cart.LineInput
	for _, p := range pieces {
		s := w.sellers[p.seller]
		goods := s.goods[m.currency]
		lines = append(lines, cart.LineInput{
			Storefront: models.Key{BrandID: s.ID, ID: goods.Listing.StorefrontID},
			Variant:    models.Key{BrandID: s.ID, ID: goods.Variants[p.variant].ID}, Quantity: p.n,
		})
	}
	c, err := w.api.Carts.Create(ctx, cart.CreateInput{Country: m.country, Currency: money.Currency(m.currency), Lines: lines})
	if err != nil {
		return nil, err
	}
	ref := cart.Ref{ID: c.ID}
	recipient := models.Recipient{Name: "Li Wei", Phone: "+86 138 0000 0000", Country: m.country, Province: "上海市", City: "上海市", Street: "南京西路 1 号"}
	if _, err := w.api.Carts.SetRecipient(ctx, ref, recipient); err != nil {
		return nil, err
	}
	method := models.MethodCard
	priced, err := w.api.Carts.SetPaymentMethod(ctx, ref, &method)
	if err == nil {
		priced, err = w.choose(t, shopper, ref, priced, w.codes)
	}
	if err != nil {
		return nil, err
	}
	return w.api.Checkout.Complete(ctx, checkout.CompleteInput{IdempotencyKey: w.key(), Cart: ref, ExpectedVersion: priced.Version})
}

// paymentOf is the payment of a purchase as it is now.
func (w *world) paymentOf(t testing.TB, p *models.Purchase) *models.Payment {
	t.Helper()
	var found models.Payment
	if err := w.db.Where("purchase_id = ?", p.ID).Take(&found).Error; err != nil {
		t.Fatal(err)
	}
	return &found
}

func (w *world) confirm(t testing.TB, shopper *auth.Actor, p *models.Purchase, token string) error {
	t.Helper()
	_, err := w.api.Payments.Confirm(w.as(t, shopper), payment.ConfirmInput{
		PaymentID: w.paymentOf(t, p).ID, Token: token, ReturnURL: "https://shop.example/back",
	})
	return err
}

// bought is a paid order of one piece of the first seller's.
func (w *world) bought(t testing.TB, token string, pieces ...piece) (orders []*models.Order, p *models.Payment) {
	t.Helper()
	purchase, err := w.begin(t, w.shoppers[0], 0, pieces...)
	if err == nil {
		err = w.confirm(t, w.shoppers[0], purchase, token)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.ordersOf(t, purchase.ID), w.paymentOf(t, purchase)
}

func (w *world) ordersOf(t testing.TB, purchase uuid.UUID) (orders []*models.Order) {
	t.Helper()
	err := w.everywhere(t).Where("purchase_id = ?", purchase).Order("brand_id").Find(&orders).Error
	if err != nil {
		t.Fatal(err)
	}
	return orders
}

func (w *world) everywhere(t testing.TB) *gorm.DB {
	t.Helper()
	return w.db.WithContext(database.AcrossBrands(t.Context(), database.Reconciliation))
}

func (w *world) order(t testing.TB, o *models.Order) *models.Order {
	t.Helper()
	var now models.Order
	if err := w.db.Take(&now, "brand_id = ? and id = ?", o.BrandID, o.ID).Error; err != nil {
		t.Fatal(err)
	}
	return &now
}

// ask has the server hear all news of a payment.
func (w *world) ask(t testing.TB, p *models.Payment) {
	t.Helper()
	if _, err := w.api.Payments.Ask(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
}

func orderKey(o *models.Order) models.Key { return models.Key{BrandID: o.BrandID, ID: o.ID} }

// books are the sums of a seller's accounts in a currency that are not zero.
func (w *world) books(t testing.TB, s *seller, currency string) string {
	t.Helper()
	var lines []string
	err := w.db.Raw(`
select account || ' ' || sum(amount_minor)
from ledger_entries
where brand_id = ? and currency = ?
group by account
having sum(amount_minor) <> 0
order by account`, s.ID, currency).Scan(&lines).Error
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, ", ")
}

// wrong tells what `check` finds.
func (w *world) wrong(t testing.TB) string {
	t.Helper()
	var found []string
	_, err := reconcile.Check(t.Context(), w.db, func(f reconcile.Finding) {
		if f.Count > 0 {
			found = append(found, fmt.Sprintf("%s %+v", f.Promise, f.Differences))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(found, "\n")
}

func (w *world) sound(t testing.TB) {
	t.Helper()
	if wrong := w.wrong(t); wrong != "" {
		t.Error(wrong)
	}
}

// refused gives "field CODE" of each refusal, and fails where the error is a fault.
func refused(t testing.TB, err error) string {
	t.Helper()
	list := problem.From(err)
	if err != nil && list == nil {
		t.Fatalf("not a refusal: %v", err)
	}
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = strings.Join(p.Field, ".") + " " + string(p.Code)
	}
	return strings.Join(texts, ", ")
}

func (w *world) payout(t testing.TB, s *seller, currency, account string) (*models.Payout, error) {
	t.Helper()
	in := ledger.PayoutInput{IdempotencyKey: w.key(), BrandID: s.ID, Currency: money.Currency(currency)}
	if currency != account {
		in.Rate = &ledger.Rate{Value: decimal.RequireFromString("0.1401"), Source: "ECB", Date: models.DateOf(w.clock)}
	}
	return w.api.Ledger.PayOut(w.as(t, w.operator), in)
}
