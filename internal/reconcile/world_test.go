package reconcile_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a small database on which every invariant has something to say:
// an order placed here, a cancelled one, and imported history with a refund.
type world struct {
	db                          *gorm.DB
	brand                       *models.Brand
	shop                        *models.Storefront
	goods                       fixture.Goods
	shopper                     *models.Account
	placed, cancelled, imported uuid.UUID
	plan                        *models.CommissionPlan
	payout                      uuid.UUID
	shipped, lost, back         uuid.UUID
}

func newWorld(t *testing.T, db *gorm.DB) *world {
	t.Helper()
	w := &world{db: db, shopper: fixture.Account(t, db, "Li Na")}
	w.brand = fixture.Brand(t, db, "acme")
	w.shop = fixture.Storefront(t, db, w.brand, "acme-cn")
	w.goods = fixture.Sell(t, db, w.shop, "honey", 50, 1200, 900)
	w.plan = &models.CommissionPlan{ID: fixture.ID(), Name: "Standard", Rate: decimal.New(5, -2), Source: "a contract",
		ValidFrom: fixture.Start, CreatedAt: fixture.Start}
	fixture.Create(t, db, w.plan)
	w.placed = w.order(t, "PLACED0001", false)
	w.cancelled = w.order(t, "CANCEL0001", true)
	w.imported = w.history(t)
	w.payout = w.paidOut(t)
	w.shipped = w.order(t, "SHIPPED001", false)
	w.arrive(t)
	w.promote(t)
	w.count(t)
	if _, err := rollup.NewService(db, time.Now).Advance(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// count has the placed order count against its buyer's yearly allowance.
func (w *world) count(t *testing.T) {
	t.Helper()
	var o models.Order
	if err := w.db.Where("brand_id = ? and id = ?", w.brand.ID, w.placed).Take(&o).Error; err != nil {
		t.Fatal(err)
	}
	var s models.Shipment
	var of models.Order
	if err := w.db.Where("brand_id = ? and status = 'DELIVERED'", w.brand.ID).Take(&s).Error; err != nil {
		t.Fatal(err)
	}
	if err := w.db.Where("brand_id = ? and id = ?", w.brand.ID, s.OrderID).Take(&of).Error; err != nil {
		t.Fatal(err)
	}
	fixture.Create(t, w.db, &models.Declaration{
		BrandID: w.brand.ID, ID: fixture.ID(), OrderID: of.ID, ShipmentID: s.ID, Status: models.DeclarationReleased, Regime: "CBEC_DIRECT",
		Sale:    models.DeclaredSale{OrderNumber: of.Number, Currency: "CNY", GoodsMinor: 2400, FreightMinor: 100, PaidMinor: 2500},
		Payment: models.DeclaredPayment{Currency: "CNY", AmountMinor: 2500}, Logistics: models.DeclaredLogistics{Number: *s.TrackingNumber},
		Mismatches: []models.Mismatch{}, PreparedAt: fixture.Start, Version: 1,
	})
	fixture.Create(t, w.db, &models.OrderLandedCost{BrandID: of.BrandID, OrderID: of.ID, RecordedAt: fixture.Start})
	person := bytes.Repeat([]byte{7}, 32)
	fixture.Create(t, w.db,
		&models.Consumer{ID: fixture.ID(), PurchaseID: o.PurchaseID, Person: person, NameMAC: person, Sealed: person, Name: "李*", Number: "110***", GivenAt: fixture.Start},
		&models.AllowanceYear{Person: person, Country: "CN", Year: 2026, Unit: "CNY", Taken: 2400, Bound: 2_600_000},
		&models.AllowanceEntry{Person: person, ID: fixture.ID(), Country: "CN", Year: 2026, PurchaseID: *o.PurchaseID, BrandID: o.BrandID, OrderID: o.ID,
			Status: models.AllowanceTaken, Amount: 2500, Back: 100, GivenBack: 100, ReturnDays: 30, ReservedAt: fixture.Start, EndedAt: &fixture.Start},
	)
}

// promote has the placed order's purchase use a promotion.
func (w *world) promote(t *testing.T) {
	t.Helper()
	p := &models.Promotion{BrandID: w.brand.ID, ID: fixture.ID(), Kind: "FREE_SHIPPING", Target: "SHIPPING", Trigger: "AUTOMATIC", DefaultLanguage: "en",
		Texts: models.Texts[models.TitleText]{"en": {Title: "Sent for nothing"}}, UseLimit: new(int64(10)), Uses: 1,
		StartsAt: fixture.Start, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
	var by models.Order
	if err := w.db.Where("brand_id = ? and id = ?", w.brand.ID, w.placed).Take(&by).Error; err != nil {
		t.Fatal(err)
	}
	fixture.Create(t, w.db, p, &models.PromotionUse{
		BrandID: w.brand.ID, PromotionID: p.ID, PurchaseID: *by.PurchaseID, ShopperID: w.shopper.ID, UsedAt: fixture.Start,
	}, &models.PromotionShopper{BrandID: w.brand.ID, PromotionID: p.ID, ShopperID: w.shopper.ID, Uses: 1})
}

func (w *world) order(t *testing.T, number string, cancelled bool) uuid.UUID {
	t.Helper()
	at, variant := fixture.Start, w.goods.Variants[0]
	order := &models.Order{
		BrandID: w.brand.ID, ID: fixture.ID(), Number: number, Source: models.OrderFromShop, Kind: models.OrderSale,
		StorefrontID: w.shop.ID, PurchaseID: new(fixture.ID()), ShopperID: &w.shopper.ID, Status: models.OrderPlaced,
		PaymentStatus: models.OrderPaid, FulfilmentStatus: models.Unfulfilled, ReturnStatus: models.NoReturn, Currency: "CNY", GoodsMinor: 2400,
		ShippingMinor: 100, TotalMinor: 2500, SellerName: w.brand.Name, PlacedAt: at, RecordedAt: at, Version: 1,
		CommissionPlanID: &w.plan.ID, CommissionRate: w.plan.Rate, CommissionMinor: 120,
	}
	if !cancelled {
		order.PayableDue = new(at.AddDate(0, 0, 30))
	}
	payment := new(models.CapturedPayment(fixture.ID(), w.shopper.ID, *order.PurchaseID, "SANDBOX", number, order.Total(), at))
	events := []string{"order.placed"}
	if cancelled {
		order.Status, order.CancelledAt, order.PaymentStatus, order.RefundedMinor = models.OrderCancelled, &at, models.OrderRefunded, 2500
		payment.RefundingMinor, payment.RefundedMinor = 2500, 2500
		events = append(events, "order.cancelled")
	}
	line := &models.OrderLine{
		BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order.ID, Ordinal: 1, ProductID: &w.goods.Product.ID, VariantID: &variant.ID,
		DefaultLanguage: "en", Texts: models.Texts[models.LineText]{"en": {Title: "Honey"}}, Options: []models.SelectedOption{},
		Quantity: 2, UnitPrice: decimal.RequireFromString("12.00"), Currency: "CNY", GoodsMinor: 2400,
	}
	goods := &models.Charge{BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order.ID, LineID: &line.ID, Kind: models.ChargeGoods, Currency: "CNY", AmountMinor: 2400}
	carriage := &models.Charge{BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order.ID, Kind: models.ChargeShipping, Currency: "CNY", AmountMinor: 100}
	fixture.Create(t, w.db,
		&models.Purchase{
			ID: *order.PurchaseID, ShopperID: w.shopper.ID, Status: models.PurchaseCompleted, Draft: []models.Draft{}, Currency: "CNY", TotalMinor: 2500,
			PlacedAt: at, CompletedAt: &at,
		},
		payment, order, line,
		&models.OrderNumber{Number: number, BrandID: w.brand.ID, OrderID: order.ID},
		&models.PaymentAllocation{BrandID: w.brand.ID, ID: fixture.ID(), PaymentID: payment.ID, OrderID: order.ID, Currency: "CNY", AmountMinor: 2500},
		goods, carriage,
	)
	w.fact(t, order, line, models.FactSale)
	w.move(t, variant, order.ID, -2, models.StockOrderPlaced)
	w.book(t, models.LedgerSale, &order.ID, nil, entry{models.AccountPending, "CNY", 2380}, entry{models.AccountCommission, "CNY", 120},
		entry{models.AccountClearing, "CNY", -2500})
	if cancelled {
		w.fact(t, order, line, models.FactRefund)
		back := w.refund(t, order, line, goods, carriage)
		refund := &models.Refund{
			ID: fixture.ID(), PaymentID: payment.ID, Key: number, Status: models.RefundSucceeded, Currency: "CNY", AmountMinor: 2500,
			Reason: "changed my mind", CreatedAt: at, UpdatedAt: at,
		}
		fixture.Create(t, w.db, refund, &models.RefundAllocation{
			BrandID: w.brand.ID, ID: fixture.ID(), RefundID: refund.ID, OrderID: order.ID, OrderRefundID: &back.ID, Currency: "CNY", AmountMinor: 2500,
		})
		w.book(t, models.LedgerRefund, &order.ID, nil, entry{models.AccountPending, "CNY", -2380}, entry{models.AccountCommission, "CNY", -120},
			entry{models.AccountRefunds, "CNY", 2500})
		w.book(t, models.LedgerRefundPaid, &order.ID, nil, entry{models.AccountClearing, "CNY", 2500}, entry{models.AccountRefunds, "CNY", -2500})
		w.move(t, variant, order.ID, 2, models.StockOrderCancelled)
	}
	w.tell(t, order.ID, models.OrderWasPlaced)
	if cancelled {
		w.tell(t, order.ID, models.OrderWasCancelled, models.OrderWasRefunded)
	}
	for _, event := range events {
		fixture.Create(t, w.db, &models.OutboxEvent{
			BrandID: w.brand.ID, ID: fixture.ID(), Type: event, SubjectType: "Order", SubjectID: order.ID,
			Payload: []byte(`{}`), RecordedAt: at,
		})
	}
	return order.ID
}

func (w *world) tell(t *testing.T, order uuid.UUID, steps ...models.OrderEventType) {
	t.Helper()
	for _, step := range steps {
		fixture.Create(t, w.db, &models.OrderEvent{BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order, Type: step, RecordedAt: fixture.Start})
	}
}

// arrive has the two pieces of an order leave, be lost, and leave again; one
// comes back and goes into stock.
func (w *world) arrive(t *testing.T) {
	t.Helper()
	at, resent := fixture.Start.Add(time.Hour), models.LossResent
	var line models.OrderLine
	if err := w.db.Take(&line, "brand_id = ? and order_id = ?", w.brand.ID, w.shipped).Error; err != nil {
		t.Fatal(err)
	}
	ship := func(number string, s models.Shipment, events ...models.TrackingType) uuid.UUID {
		s.BrandID, s.ID, s.OrderID, s.WarehouseID, s.Carrier, s.Version = w.brand.ID, fixture.ID(), w.shipped, w.goods.Warehouse.ID, "SANDBOX", 1
		s.TrackingNumber, s.CreatedAt, s.DispatchedAt = &number, at, &at
		fixture.Create(t, w.db, &s, &models.ShipmentLine{BrandID: w.brand.ID, ShipmentID: s.ID, LineID: line.ID, Quantity: 2},
			&models.TrackingNumber{Carrier: "SANDBOX", Number: number, BrandID: w.brand.ID, ShipmentID: s.ID})
		for _, e := range events {
			fixture.Create(t, w.db, &models.ShipmentEvent{BrandID: w.brand.ID, ID: fixture.ID(), ShipmentID: s.ID, Type: e, HappenedAt: at, RecordedAt: at})
		}
		return s.ID
	}
	w.lost = ship("SBXL1", models.Shipment{Status: models.ShipmentLost, Resolution: &resent}, models.TrackingLabelled, models.TrackingAccepted, models.TrackingLost)
	w.move(t, w.goods.Variants[0], w.shipped, -2, models.StockOrderResent)
	ship("SBXN2", models.Shipment{Status: models.ShipmentDelivered, DeliveredAt: &at}, models.TrackingLabelled, models.TrackingAccepted, models.TrackingDelivered)
	w.back = fixture.ID()
	fixture.Create(t, w.db, &models.Return{BrandID: w.brand.ID, ID: w.back, OrderID: w.shipped, Status: models.ReturnCompleted, Reason: "too sweet",
		WarehouseID: &w.goods.Warehouse.ID, RequestedAt: at, UpdatedAt: at, Version: 1},
		&models.ReturnLine{BrandID: w.brand.ID, ReturnID: w.back, LineID: line.ID, Quantity: 2, Received: 1, Restocked: 1})
	w.move(t, w.goods.Variants[0], w.shipped, 1, models.StockReturned)
	w.tell(t, w.shipped, models.OrderShipmentMade, models.OrderShipmentMade, models.OrderWasCompleted, models.OrderReturnRequested)
	err := w.db.Exec("update orders set status = 'COMPLETED', fulfilment_status = 'DELIVERED', return_status = 'PARTIALLY_RETURNED' where brand_id = ? and id = ?",
		w.brand.ID, w.shipped).Error
	if err != nil {
		t.Fatal(err)
	}
}

// history is one imported sale with a line that was given back, at a price of three decimals.
func (w *world) history(t *testing.T) uuid.UUID {
	t.Helper()
	at := fixture.Start.Add(-time.Hour)
	batch := &models.ImportBatch{
		BrandID: w.brand.ID, ID: fixture.ID(), Kind: models.ImportSales, FileName: "sales.csv", FileSHA256: []byte{1},
		LinesBooked: 2, BookedMinor: -1, StartedAt: at, FinishedAt: &at,
	}
	order := &models.Order{
		BrandID: w.brand.ID, ID: fixture.ID(), Number: "536370", Source: models.OrderFromImport, Kind: models.OrderSale,
		StorefrontID: w.shop.ID, BatchID: &batch.ID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown,
		FulfilmentStatus: models.Fulfilled, ReturnStatus: models.NoReturn, Currency: "CNY", GoodsMinor: -1, TotalMinor: -1, SellerName: w.brand.Name,
		PlacedAt: at, RecordedAt: at, Version: 1,
	}
	fixture.Create(t, w.db, batch, order)
	for i, l := range []struct {
		quantity, goods int64
		price           string
		kind            models.FactKind
	}{{5, 1, "0.002", models.FactSale}, {-5, -2, "0.003", models.FactRefund}} {
		line := &models.OrderLine{
			BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order.ID, Ordinal: int32(i + 1), DefaultLanguage: "en",
			Texts: models.Texts[models.LineText]{"en": {Title: "Bead"}}, Options: []models.SelectedOption{}, Quantity: l.quantity,
			UnitPrice: decimal.RequireFromString(l.price), Currency: "CNY", GoodsMinor: l.goods, BatchID: &batch.ID,
		}
		fixture.Create(t, w.db, line, &models.Charge{BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order.ID, LineID: &line.ID,
			Kind: models.ChargeGoods, Currency: "CNY", AmountMinor: l.goods})
		w.fact(t, order, line, l.kind)
	}
	return order.ID
}

// refund gives back all of an order.
func (w *world) refund(t *testing.T, order *models.Order, line *models.OrderLine, charges ...*models.Charge) *models.OrderRefund {
	t.Helper()
	refund := &models.OrderRefund{BrandID: w.brand.ID, ID: fixture.ID(), OrderID: order.ID, Currency: "CNY", AmountMinor: order.TotalMinor,
		Reason: "cancelled", RecordedAt: order.PlacedAt, Status: models.RefundSucceeded}
	fixture.Create(t, w.db, refund, &models.OrderRefundLine{BrandID: w.brand.ID, ID: fixture.ID(), RefundID: refund.ID, LineID: line.ID,
		Quantity: line.Quantity, Withdrawn: line.Quantity, Currency: "CNY", AmountMinor: order.TotalMinor})
	for _, c := range charges {
		fixture.Create(t, w.db, &models.OrderRefundPart{BrandID: w.brand.ID, RefundID: refund.ID, LineID: line.ID, ChargeID: c.ID, AmountMinor: c.AmountMinor})
	}
	return refund
}

func (w *world) fact(t *testing.T, order *models.Order, line *models.OrderLine, kind models.FactKind) {
	t.Helper()
	f := &models.SalesFact{
		BrandID: w.brand.ID, ID: fixture.ID(), Kind: kind, Source: order.Source, EventAt: order.PlacedAt, RecordedAt: order.PlacedAt,
		OrderID: order.ID, LineID: line.ID, StorefrontID: w.shop.ID, Market: w.shop.Country, Currency: order.Currency,
	}
	if kind == models.FactSale {
		f.UnitsSold, f.GrossMinor, f.ShippingMinor = line.Quantity, line.GoodsMinor, order.ShippingMinor
		if f.OpensOrder = line.Ordinal == 1; !f.OpensOrder {
			f.RepeatsOrigin = 3
		}
	} else {
		f.UnitsReturned, f.RefundMinor = max(line.Quantity, -line.Quantity), max(line.GoodsMinor, -line.GoodsMinor)
		f.ShippingMinor = -order.ShippingMinor
	}
	if order.ShippingMinor > 0 {
		f.ShippingMinor = map[models.FactKind]int64{models.FactSale: 100, models.FactRefund: -100}[kind]
	}
	f.CommissionMinor = map[models.FactKind]int64{models.FactSale: order.CommissionMinor, models.FactRefund: -order.CommissionMinor}[kind]
	fixture.Create(t, w.db, f)
}

func (w *world) move(t *testing.T, v *models.Variant, order uuid.UUID, delta int64, reason models.StockReason) {
	t.Helper()
	fixture.Create(t, w.db, &models.StockAdjustment{
		BrandID: w.brand.ID, ID: fixture.ID(), VariantID: v.ID, WarehouseID: w.goods.Warehouse.ID, Delta: delta, Reason: reason,
		OrderID: &order, RecordedAt: fixture.Start,
	})
	err := w.db.Exec("update stock_levels set on_hand = on_hand + ? where brand_id = ? and variant_id = ?", delta, w.brand.ID, v.ID).Error
	if err != nil {
		t.Fatal(err)
	}
}

type entry struct {
	account  models.LedgerAccount
	currency string
	minor    int64
}

func (w *world) book(t *testing.T, kind models.LedgerKind, order, payout *uuid.UUID, entries ...entry) {
	t.Helper()
	booked := &models.LedgerTransaction{BrandID: w.brand.ID, ID: fixture.ID(), Kind: kind, OrderID: order, PayoutID: payout, RecordedAt: fixture.Start}
	fixture.Create(t, w.db, booked)
	for i, e := range entries {
		fixture.Create(t, w.db, &models.LedgerEntry{BrandID: w.brand.ID, TransactionID: booked.ID, Ordinal: int32(i + 1), Account: e.account,
			Currency: e.currency, AmountMinor: e.minor, RecordedAt: booked.RecordedAt})
	}
}

// paidOut is an order whose money was sent in another currency, and the month closed after it.
func (w *world) paidOut(t *testing.T) uuid.UUID {
	t.Helper()
	order := w.order(t, "PAIDOUT001", false)
	if err := w.db.Exec("update orders set payable_due = null where brand_id = ? and id = ?", w.brand.ID, order).Error; err != nil {
		t.Fatal(err)
	}
	rate := decimal.RequireFromString("0.1401")
	payout := &models.Payout{BrandID: w.brand.ID, ID: fixture.ID(), Status: models.PayoutSent, Currency: "CNY", AmountMinor: 2380,
		PaidCurrency: "USD", PaidMinor: 333, Rate: &rate, RateSource: new("a bank"), RatedOn: &fixture.Start, Holder: "Acme", BankName: "First",
		LastDigits: "6789", CreatedAt: fixture.Start}
	fixture.Create(t, w.db, payout)
	w.book(t, models.LedgerRelease, &order, nil, entry{models.AccountPayable, "CNY", 2380}, entry{models.AccountPending, "CNY", -2380})
	w.book(t, models.LedgerPayout, nil, &payout.ID, entry{models.AccountPayable, "CNY", -2380}, entry{models.AccountFX, "CNY", 2380},
		entry{models.AccountPayout, "USD", 333}, entry{models.AccountFX, "USD", -333})
	for account, minor := range map[entry]int64{
		{models.AccountPending, "CNY", 0}: 4760, {models.AccountPayable, "CNY", 0}: 0, {models.AccountCommission, "CNY", 0}: 360,
		{models.AccountClearing, "CNY", 0}: -7500, {models.AccountRefunds, "CNY", 0}: 0, {models.AccountFX, "CNY", 0}: 2380, {models.AccountFX, "USD", 0}: -333,
		{models.AccountPayout, "USD", 0}: 333,
	} {
		fixture.Create(t, w.db, &models.LedgerClosing{BrandID: w.brand.ID, Until: fixture.Start.AddDate(0, 1, 0), Account: account.account,
			Currency: account.currency, BalanceMinor: minor, ClosedAt: fixture.Start.AddDate(0, 2, 0)})
	}
	return payout.ID
}
