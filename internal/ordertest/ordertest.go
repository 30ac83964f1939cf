// Package ordertest has orders shipped, returned and given back in tests: with
// every kind of charge, from two warehouses, by the services that do so for
// the API, and with the sandboxes for bank and carrier.
package ordertest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	parcels "github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	bank "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

// Start is when the first order is placed.
var Start = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)

// Stock of each variant in each of the two warehouses.
const Stock = 10

// World is a brand with a shop of honey (12.00) and jam (5.50), of which Stock
// lie in the main warehouse, which comes first, and as many in the east.
type World struct {
	DB         *gorm.DB
	Orders     *order.Service
	Fulfilment *fulfilment.Service
	Returns    *returns.Service
	Payments   *payment.Service
	Brand      *models.Brand
	Shop       *models.Storefront
	Honey, Jam *models.Variant
	Main, East models.Key
	Shopper    *auth.Actor
	Staff      *auth.Actor

	clock atomic.Int64
	sent  atomic.Int64
}

// New makes a world. What changes a carrier may do so to the sandbox.
func New(t testing.TB, db *gorm.DB, change ...func(fulfilment.Carrier) fulfilment.Carrier) *World {
	t.Helper()
	name := "acme-" + uuid.NewString()[:8]
	w := &World{DB: db, Brand: fixture.Brand(t, db, name), Shopper: fixture.Shopper(t, db, "Li Wei")}
	w.clock.Store(Start.UnixMicro())
	w.Staff = fixture.Member(t, db, w.Brand.ID, models.RoleStaff)
	w.Shop = fixture.Storefront(t, db, w.Brand, name+"-cn")
	honey, jam := fixture.Sell(t, db, w.Shop, "honey", Stock, 1200), fixture.Sell(t, db, w.Shop, "jam", Stock, 550)
	w.Honey, w.Jam = honey.Variants[0], jam.Variants[0]
	east := &models.Warehouse{BrandID: w.Brand.ID, ID: fixture.ID(), Code: "EAST", Name: "East", Kind: models.OriginWarehouse, Country: "US",
		Active: true, Priority: 1, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
	fixture.Create(t, db, east)
	w.Main, w.East = models.Key{BrandID: w.Brand.ID, ID: honey.Warehouse.ID}, models.Key{BrandID: w.Brand.ID, ID: east.ID}
	for _, v := range []*models.Variant{w.Honey, w.Jam} {
		fixture.Create(t, db, &models.StockLevel{BrandID: w.Brand.ID, VariantID: v.ID, WarehouseID: east.ID, OnHand: Stock, UpdatedAt: fixture.Start},
			&models.StockAdjustment{BrandID: w.Brand.ID, ID: fixture.ID(), VariantID: v.ID, WarehouseID: east.ID, Delta: Stock,
				Reason: models.StockReceived, RecordedAt: fixture.Start})
	}
	var carrier fulfilment.Carrier = parcels.New(db, w.Now, parcels.Options{})
	for _, f := range change {
		carrier = f(carrier)
	}
	w.Payments = payment.NewService(db, w.Now, slog.New(slog.DiscardHandler), bank.New(db, w.Now, bank.Options{}))
	w.Orders = order.NewService(db, payment.Sandbox{}, w.Now)
	w.Payments.BookBy(w.Orders)
	w.Fulfilment = fulfilment.NewService(db, carrier, w.Payments, w.Now)
	w.Returns = returns.NewService(db, w.Payments, w.Now)
	return w
}

// Now is the world's time.
func (w *World) Now() time.Time { return time.UnixMicro(w.clock.Load()).UTC() }

// Pass lets time go by.
func (w *World) Pass(d time.Duration) { w.clock.Add(d.Microseconds()) }

// Key is one that no other call was given.
func (w *World) Key() string { return fmt.Sprintf("%s-%d", w.Brand.ID, w.sent.Add(1)) }

// As is a context of an actor.
func As(t testing.TB, a *auth.Actor) context.Context {
	t.Helper()
	return auth.With(t.Context(), a)
}

// Bought is an order with the keys of its lines: honey and jam, if there were any.
type Bought struct {
	models.Key
	Honey, Jam models.Key
	Charges    []models.Charge
}

// Charge is a charge on an order as a whole.
func Charge(kind models.ChargeKind, minor int64) models.Charge {
	return models.Charge{Kind: kind, AmountMinor: minor}
}

// Buy places a paid order of pieces, with further charges.
func (w *World) Buy(t testing.TB, honey, jam int64, charges ...models.Charge) *Bought {
	t.Helper()
	ctx, now := t.Context(), w.Now()
	var lines []models.OrderLine
	var stock []inventory.Line
	for _, l := range []struct {
		v     *models.Variant
		n     int64
		price int64
	}{{w.Honey, honey, 1200}, {w.Jam, jam, 550}} {
		if l.n == 0 {
			continue
		}
		lines = append(lines, models.OrderLine{
			ID: fixture.ID(), ProductID: &l.v.ProductID, VariantID: &l.v.ID, SKU: l.v.SKU, DefaultLanguage: "en",
			Texts: models.Texts[models.LineText]{"en": {Title: *l.v.SKU}}, Quantity: l.n, UnitPrice: decimal.New(l.price, -2),
		})
		stock = append(stock, inventory.Line{VariantID: l.v.ID, Quantity: l.n, Field: "lines"})
	}
	b, err := order.NewBook(models.Order{
		BrandID: w.Brand.ID, Source: models.OrderFromShop, StorefrontID: w.Shop.ID, ShopperID: w.Shopper.AccountID(), Currency: "CNY",
		SellerName: w.Brand.Name, Recipient: &models.Recipient{Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", City: "上海市", Street: "南京西路 1 号"},
		PlacedAt: now, RecordedAt: now,
	}, lines, charges, "CN", fixture.ID)
	if err == nil {
		err = b.Post(nil, fixture.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	o := &b.Order
	purchase := models.Purchase{ID: fixture.ID(), ShopperID: *o.ShopperID, Status: models.PurchaseCompleted, Draft: []models.Draft{},
		Currency: "CNY", TotalMinor: o.TotalMinor, PlacedAt: now, CompletedAt: &now}
	paid := models.CapturedPayment(fixture.ID(), *o.ShopperID, purchase.ID, "sandbox", "SANDBOX-OK-"+o.ID.String(), o.Total(), now)
	err = database.InBatch(ctx, w.DB, func(tx *gorm.DB) error {
		reads := database.NewBatch(tx)
		supply := inventory.Ask(reads, w.Brand.ID, []uuid.UUID{w.Honey.ID, w.Jam.ID})
		if err := reads.Send(); err != nil {
			return err
		}
		moves, err := supply.Take(stock)
		if err != nil {
			return err
		}
		writes := database.NewBatch(tx)
		writes.Insert(&purchase, &paid)
		if err := w.Orders.Add(writes, b, purchase.ID, paid.ID, now); err != nil {
			return err
		}
		inventory.Moving(writes, w.Brand.ID, inventory.Moved{Moves: moves, As: models.StockAdjustment{
			Reason: models.StockOrderPlaced, OrderID: &o.ID, ActorID: o.ShopperID, RecordedAt: now,
		}})
		return writes.Send()
	})
	if err != nil {
		t.Fatal(err)
	}
	bought := &Bought{Key: models.Key{BrandID: o.BrandID, ID: o.ID}, Charges: b.Charges}
	for i := range b.Lines {
		key := models.Key{BrandID: o.BrandID, ID: b.Lines[i].ID}
		if *b.Lines[i].VariantID == w.Honey.ID {
			bought.Honey = key
		} else {
			bought.Jam = key
		}
	}
	return bought
}

// Order reads an order as it is now.
func (w *World) Order(t testing.TB, key models.Key) *models.Order {
	t.Helper()
	var o models.Order
	if err := w.DB.Take(&o, "brand_id = ? and id = ?", key.BrandID, key.ID).Error; err != nil {
		t.Fatal(err)
	}
	return &o
}

// Statuses are those of an order, in one line.
func (w *World) Statuses(t testing.TB, key models.Key) string {
	t.Helper()
	o := w.Order(t, key)
	return fmt.Sprintf("%s %s %s %s", o.Status, o.PaymentStatus, o.FulfilmentStatus, o.ReturnStatus)
}

// OnHand is the stock of a variant in a warehouse.
func (w *World) OnHand(t testing.TB, v *models.Variant, warehouse models.Key) (n int64) {
	t.Helper()
	err := w.DB.Raw("select on_hand from stock_levels where brand_id = ? and variant_id = ? and warehouse_id = ?", v.BrandID, v.ID, warehouse.ID).Scan(&n).Error
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// GivenBack sums the refunds that the bank has done for an order.
func (w *World) GivenBack(t testing.TB, key models.Key) string {
	t.Helper()
	var minor int64
	err := w.DB.Raw(`select coalesce(sum(a.amount_minor), 0) from refund_allocations a join refunds r on r.id = a.refund_id
		where a.brand_id = ? and a.order_id = ? and r.status = 'SUCCEEDED'`, key.BrandID, key.ID).Scan(&minor).Error
	if err != nil {
		t.Fatal(err)
	}
	return money.New(minor, "CNY").String()
}

// Sound fails unless all that is stored twice agrees.
func (w *World) Sound(t testing.TB) {
	t.Helper()
	_, err := reconcile.Check(t.Context(), w.DB, func(f reconcile.Finding) {
		if f.Count > 0 {
			t.Errorf("%s %+v", f.Promise, f.Differences)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Refused gives "CODE field" of each refusal, "" for none, and fails where the
// error is a fault.
func Refused(t testing.TB, err error) string {
	t.Helper()
	list := problem.From(err)
	if err != nil && list == nil {
		t.Fatalf("not a refusal: %v", err)
	}
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = string(p.Code) + " " + strings.Join(p.Field, ".")
	}
	return strings.Join(texts, ", ")
}

// History is the order's: what happened, by whom, and what was noted.
func (w *World) History(t testing.TB, key models.Key) (steps []string) {
	t.Helper()
	events, err := w.Orders.EventsOf(t.Context(), []models.Key{key})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		who := "system"
		switch {
		case e.ActorID == nil:
		case *e.ActorID == *w.Shopper.AccountID():
			who = "shopper"
		case *e.ActorID == *w.Staff.AccountID():
			who = "staff"
		default:
			who = "somebody"
		}
		step := string(e.Type) + " by " + who
		if e.Note != nil {
			step += ": " + *e.Note
		}
		steps = append(steps, step)
	}
	return steps
}

// Ship makes a shipment from a warehouse, of all that waits there where no
// lines are named.
func (w *World) Ship(t testing.TB, o *Bought, warehouse models.Key, lines ...fulfilment.Line) *models.Shipment {
	t.Helper()
	s, err := w.TryShip(t, o, warehouse, lines...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TryShip is Ship for what may be refused.
func (w *World) TryShip(t testing.TB, o *Bought, warehouse models.Key, lines ...fulfilment.Line) (*models.Shipment, error) {
	t.Helper()
	return w.Fulfilment.Create(As(t, w.Staff), fulfilment.CreateInput{IdempotencyKey: w.Key(), Order: o.Key, Warehouse: &warehouse, Lines: lines})
}

// ShipmentKey is the key of a shipment.
func ShipmentKey(s *models.Shipment) models.Key { return models.Key{BrandID: s.BrandID, ID: s.ID} }

// Deliver has a shipment leave and arrive.
func (w *World) Deliver(t testing.TB, s *models.Shipment) {
	t.Helper()
	ctx, key := As(t, w.Staff), ShipmentKey(s)
	_, err := w.Fulfilment.Dispatch(ctx, key)
	if err == nil {
		_, err = w.Fulfilment.Deliver(ctx, key)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Refund has staff give back the money of pieces.
func (w *World) Refund(t testing.TB, o *Bought, carriage bool, lines ...order.PiecesInput) (*models.Order, error) {
	t.Helper()
	return w.Orders.Refund(As(t, w.Staff), order.RefundInput{IdempotencyKey: w.Key(), Order: o.Key, Lines: lines, Carriage: carriage, Reason: "a gift"})
}

// Pieces of a line to give back.
func Pieces(line models.Key, n int64) order.PiecesInput {
	return order.PiecesInput{Line: line, Quantity: n}
}
