package demo

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// number is a random order number, as long as those of the shop.
func (w *world) number() string {
	var text [12]byte
	for i := range text {
		text[i] = crockford[w.random.IntN(len(crockford))]
	}
	return string(text[:])
}

// writeStock receives all that the orders will take and some more; a few
// items are sold out today.
func (w *world) writeStock(tx *gorm.DB) error {
	received := map[uuid.UUID]*models.StockLevel{}
	var levels []models.StockLevel
	var log []models.StockAdjustment
	for _, s := range w.shops {
		for _, i := range s.items {
			left := int64(20 + w.random.IntN(220))
			if w.random.IntN(40) == 0 {
				left = 0
			}
			if level := received[i.variant.ID]; level != nil {
				level.OnHand += i.sold
				continue
			}
			received[i.variant.ID] = &models.StockLevel{
				BrandID: s.brand.ID, VariantID: i.variant.ID, WarehouseID: s.warehouse.ID, OnHand: i.sold + left, UpdatedAt: w.today,
			}
		}
	}
	for _, s := range w.shops {
		for _, i := range s.items {
			level := received[i.variant.ID]
			if level == nil {
				continue
			}
			delete(received, i.variant.ID)
			if level.OnHand > 0 {
				log = append(log, models.StockAdjustment{
					BrandID: level.BrandID, ID: w.id(s.brand.CreatedAt), VariantID: level.VariantID, WarehouseID: level.WarehouseID,
					Delta: level.OnHand, Reason: models.StockReceived, RecordedAt: *s.brand.JoinedAt,
				})
			}
			left := *level
			left.OnHand -= w.sold(i.variant.ID)
			levels = append(levels, left)
		}
	}
	return copyAll(tx, rowsOf(levels), rowsOf(log))
}

func (w *world) sold(variant uuid.UUID) (pieces int64) {
	for _, s := range w.shops {
		for _, i := range s.items {
			if i.variant.ID == variant {
				pieces += i.sold
			}
		}
	}
	return pieces
}

// writeOrders writes orders with everything that placing and cancelling them
// would have left behind.
func (w *world) writeOrders(tx *gorm.DB, plans []plan) error {
	var purchases []models.Purchase
	var payments []models.Payment
	var orders []models.Order
	var numbers []models.OrderNumber
	var lines []models.OrderLine
	var charges []models.Charge
	var allocations []models.PaymentAllocation
	var returned []models.Refund
	var returnedTo []models.RefundAllocation
	var history []models.OrderEvent
	var facts []models.SalesFact
	var log []models.StockAdjustment
	var events []models.OutboxEvent
	var refunds []models.OrderRefund
	var refundLines []models.OrderRefundLine
	var refundParts []models.OrderRefundPart
	var journal []models.LedgerTransaction
	var entries []models.LedgerEntry
	var sent parcels
	for _, p := range plans {
		purchase, paymentID := w.id(p.at), w.id(p.at)
		b, err := w.book(p, w.number(), purchase)
		if err != nil {
			return err
		}
		o := &b.Order
		purchases = append(purchases, models.Purchase{
			ID: purchase, ShopperID: p.shopper.id, Status: models.PurchaseCompleted, Draft: []models.Draft{}, Currency: o.Currency, TotalMinor: o.TotalMinor,
			PlacedAt: p.at, CompletedAt: &p.at,
		})
		paid := models.CapturedPayment(paymentID, p.shopper.id, purchase, payment.Sandbox{}.Name(), "SANDBOX-OK-DEMO-"+o.Number, o.Total(), p.at)
		if err := w.charge(b, &paid, p.at); err != nil {
			return err
		}
		log = append(log, w.moves(p, o.ID, p.at, -1, models.StockOrderPlaced)...)
		events = append(events, w.event(o, "order.placed", p.at))
		if !p.cancelled.IsZero() {
			paid.RefundingMinor, paid.RefundedMinor, paid.UpdatedAt = o.TotalMinor, o.TotalMinor, p.cancelled
			back := models.Refund{
				ID: w.id(p.cancelled), PaymentID: paymentID, Key: o.ID.String(), Status: models.RefundSucceeded, Currency: o.Currency,
				AmountMinor: o.TotalMinor, Reason: *o.CancelReason, CreatedAt: p.cancelled, UpdatedAt: p.cancelled,
			}
			returned = append(returned, back)
			returnedTo = append(returnedTo, models.RefundAllocation{
				BrandID: o.BrandID, ID: w.id(p.cancelled), RefundID: back.ID, OrderID: o.ID, OrderRefundID: &b.Refunds[0].ID, Currency: o.Currency,
				AmountMinor: o.TotalMinor,
			})
			log = append(log, w.moves(p, o.ID, p.cancelled, 1, models.StockOrderCancelled)...)
			events = append(events, w.event(o, "order.cancelled", p.cancelled))
		}
		if p.cancelled.IsZero() && p.at.Before(w.today.Add(-arrivedAfter)) {
			if err := w.deliver(&sent, b, p); err != nil {
				return err
			}
			events = append(events, w.event(o, "order.completed", p.at.Add(way[len(way)-1].after)))
		}
		payments, orders = append(payments, paid), append(orders, *o)
		numbers = append(numbers, models.OrderNumber{Number: o.Number, BrandID: o.BrandID, OrderID: o.ID})
		allocations = append(allocations, models.PaymentAllocation{
			BrandID: o.BrandID, ID: w.id(p.at), PaymentID: paymentID, OrderID: o.ID, Currency: o.Currency, AmountMinor: o.TotalMinor,
		})
		lines, charges = append(lines, b.Lines...), append(charges, b.Charges...)
		history, facts = append(history, b.Events...), append(facts, b.Facts...)
		for _, r := range b.Refunds {
			refunds, refundLines, refundParts = append(refunds, r.OrderRefund), append(refundLines, r.Lines...), append(refundParts, r.Parts...)
		}
		for _, posting := range b.Postings {
			journal, entries = append(journal, posting.Transaction), append(entries, posting.Entries...)
		}
	}
	return copyAll(tx, rowsOf(purchases), rowsOf(payments), rowsOf(orders), rowsOf(numbers), rowsOf(lines), rowsOf(charges),
		rowsOf(allocations), rowsOf(refunds), rowsOf(returned), rowsOf(returnedTo), rowsOf(history), rowsOf(facts), rowsOf(log), rowsOf(events),
		rowsOf(refundLines), rowsOf(refundParts),
		rowsOf(sent.shipments), rowsOf(sent.lines), rowsOf(sent.events), rowsOf(sent.numbers),
		rowsOf(journal), rowsOf(entries))
}

func (w *world) moves(p plan, order uuid.UUID, at time.Time, sign int64, reason models.StockReason) (moves []models.StockAdjustment) {
	for _, l := range p.lines {
		moves = append(moves, models.StockAdjustment{
			BrandID: p.shop.brand.ID, ID: w.id(at), VariantID: l.item.variant.ID, WarehouseID: p.shop.warehouse.ID,
			Delta: sign * l.quantity, Reason: reason, OrderID: &order, ActorID: &p.shopper.id, RecordedAt: at,
		})
	}
	return moves
}

func (w *world) event(o *models.Order, what string, at time.Time) models.OutboxEvent {
	payload, _ := json.Marshal(map[string]any{"number": o.Number, "totalMinor": o.TotalMinor, "currency": o.Currency})
	return models.OutboxEvent{
		BrandID: o.BrandID, ID: w.id(at), Type: what, SubjectType: "Order", SubjectID: o.ID, Payload: payload, RecordedAt: at,
	}
}
