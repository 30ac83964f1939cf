package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

// Book is an order with all the rows that belong to it alone.
type Book struct {
	Order   models.Order
	Lines   []models.OrderLine
	Charges []models.Charge
	Events  []models.OrderEvent
	Facts   []models.SalesFact
	Refunds []Refund
	// Standing says where its pieces are, Balance how its money stands.
	Standing models.Standing
	Balance  ledger.Standing
	// Postings are its movements of money; imported history has none.
	Postings []ledger.Posting
}

// NewBook completes an order and its lines, whose texts, prices and references
// the caller has set: it gives ids where there are none, ordinals, amounts and
// totals, and makes charges, events and facts. Charges beside those of goods,
// such as carriage and discounts, are the caller's: each has a kind and an
// amount, and the id of its line unless it is on the order as a whole. The
// market is the country of the storefront; newID makes ids, and decides
// whether the same input gives the same book. It reports money.ErrOverflow.
//
// It is pure: orders placed here, imported history and demonstration data are
// all booked by it.
func NewBook(o models.Order, lines []models.OrderLine, others []models.Charge, market string, newID func() uuid.UUID) (*Book, error) {
	b := &Book{Order: o, Lines: lines}
	b.complete(newID)
	for i := range b.Lines {
		l := &b.Lines[i]
		goods, err := money.RoundHalfUp(l.UnitPrice.Mul(decimal.NewFromInt(l.Quantity)), money.Currency(b.Order.Currency))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", l.Ordinal, err)
		}
		l.GoodsMinor = goods.Minor
		line := l.ID
		b.Charges = append(b.Charges, models.Charge{Kind: models.ChargeGoods, LineID: &line, AmountMinor: goods.Minor})
	}
	b.Charges = append(b.Charges, others...)
	for i := range b.Charges {
		c := &b.Charges[i]
		c.BrandID, c.ID, c.OrderID, c.Currency = b.Order.BrandID, newID(), b.Order.ID, b.Order.Currency
	}
	if err := b.total(); err != nil {
		return nil, err
	}
	b.begin(newID)
	b.Facts = sales.Facts(&b.Order, b.Lines, b.Charges, market, newID)
	return b, nil
}

// Post freezes the commission of a plan, nil for none, and books the sale of
// an order that is placed here.
func (b *Book) Post(plan *models.CommissionPlan, newID func() uuid.UUID) error {
	if err := ledger.Freeze(&b.Order, plan); err != nil {
		return err
	}
	sales.Keep(b.Facts, b.Order.Commission())
	return b.posted(ledger.Sale(&b.Order, b.Facts, b.Order.PaymentStatus == models.OrderPaid, newID))
}

// Release makes the brand's part of the order payable at a time.
func (b *Book) Release(at time.Time, newID func() uuid.UUID) error {
	b.Order.PayableDue = nil
	pending, err := ledger.Pending(&b.Order, b.Postings)
	if err != nil {
		return err
	}
	return b.posted(ledger.Release(&b.Order, pending, at, newID))
}

func (b *Book) posted(p ledger.Posting, err error) error {
	if err == nil && !p.Empty() {
		b.Postings = append(b.Postings, p)
	}
	return err
}

func (b *Book) complete(newID func() uuid.UUID) {
	o := &b.Order
	if o.ID == uuid.Nil {
		o.ID = newID()
	}
	payment, fulfilment := models.OrderPaid, models.Unfulfilled
	if o.Source == models.OrderFromImport {
		payment, fulfilment = models.OrderPaymentUnknown, models.Fulfilled
	}
	if o.PaymentStatus == "" {
		o.PaymentStatus = payment
	}
	if o.FulfilmentStatus == "" {
		o.FulfilmentStatus = fulfilment
	}
	if o.Kind == "" {
		o.Kind = models.OrderSale
	}
	o.Status, o.ReturnStatus, o.Version = models.OrderPlaced, models.NoReturn, 1
	for i := range b.Lines {
		l := &b.Lines[i]
		if l.ID == uuid.Nil {
			l.ID = newID()
		}
		if l.Options == nil {
			l.Options = []models.SelectedOption{}
		}
		l.BrandID, l.OrderID, l.Ordinal, l.Currency = o.BrandID, o.ID, int32(i+1), o.Currency
	}
}

func (b *Book) total() error {
	o := &b.Order
	sums, err := models.Sum(b.Charges, o.Currency)
	if err != nil {
		return err
	}
	o.GoodsMinor, o.DiscountMinor, o.ShippingMinor = sums.Goods.Minor, sums.Discount.Minor, sums.Shipping.Minor
	o.TaxMinor, o.TotalMinor = sums.Tax.Minor, sums.Total.Minor
	return nil
}

// begin writes the first entries of the order's history.
func (b *Book) begin(newID func() uuid.UUID) {
	if b.Order.Source == models.OrderFromImport {
		b.event(newID, models.OrderWasImported, nil, nil, b.Order.RecordedAt)
		return
	}
	b.event(newID, models.OrderWasPlaced, nil, b.Order.ShopperID, b.Order.PlacedAt)
	if b.Order.PaymentStatus == models.OrderPaid {
		b.event(newID, models.OrderWasPaid, nil, b.Order.ShopperID, b.Order.PlacedAt)
	}
}

// Cancel undoes the order at a time: what is left of its money goes back, and
// its statuses and events follow. Charges stay: they say what was asked for.
// Whether it may be cancelled is for the caller to know.
func (b *Book) Cancel(reason string, actor *uuid.UUID, at time.Time, newID func() uuid.UUID) (*Refund, error) {
	if b.Standing.Lines == nil {
		for i := range b.Lines {
			l := &b.Lines[i]
			b.Standing.Lines = append(b.Standing.Lines, models.LineStanding{LineID: l.ID, VariantID: l.VariantID, Ordered: l.Quantity})
		}
	}
	refund, err := b.Refund(RefundRequest{Whole: true, Reason: reason, Actor: actor, At: at, Field: "input.orderId"}, newID)
	if err != nil {
		return nil, err
	}
	if err := b.derive(reason, actor, at, newID); err != nil {
		return nil, err
	}
	b.event(newID, models.OrderWasRefunded, nil, actor, at)
	return refund, nil
}

// derive makes the statuses follow from the standing and what was given back.
func (b *Book) derive(reason string, actor *uuid.UUID, at time.Time, newID func() uuid.UUID) error {
	o, before := &b.Order, b.Order
	o.Status, o.FulfilmentStatus, o.ReturnStatus = b.Standing.Status(), b.Standing.Fulfilment(), b.Standing.Returns()
	o.PaymentStatus = o.Payment()
	switch o.Status {
	case before.Status, models.OrderPlaced:
	case models.OrderCancelled:
		o.CancelReason, o.CancelledAt, o.PayableDue = &reason, &at, nil
		b.event(newID, models.OrderWasCancelled, &reason, actor, at)
	case models.OrderCompleted:
		b.event(newID, models.OrderWasCompleted, nil, actor, at)
	}
	o.Version++
	if models.MayBecome(models.LifeOfOrder, before.Status, o.Status) &&
		models.MayBecome(models.LifeOfPayment, before.PaymentStatus, o.PaymentStatus) &&
		models.MayBecome(models.LifeOfFulfilment, before.FulfilmentStatus, o.FulfilmentStatus) &&
		models.MayBecome(models.LifeOfReturns, before.ReturnStatus, o.ReturnStatus) {
		return nil
	}
	return fmt.Errorf("order %s must not go from %s, %s, %s, %s to %s, %s, %s, %s", o.Number, before.Status, before.PaymentStatus,
		before.FulfilmentStatus, before.ReturnStatus, o.Status, o.PaymentStatus, o.FulfilmentStatus, o.ReturnStatus)
}

func (b *Book) event(newID func() uuid.UUID, what models.OrderEventType, note *string, actor *uuid.UUID, at time.Time) {
	b.Events = append(b.Events, models.OrderEvent{
		BrandID: b.Order.BrandID, ID: newID(), OrderID: b.Order.ID, Type: what, Note: note, ActorID: actor, RecordedAt: at,
	})
}
