package demo

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/models"
)

// agree makes the commission plan of all brands: it holds from the beginning.
func (w *world) agree() {
	w.terms = models.CommissionPlan{
		ID: idOf(w.opened, w.booked), Name: "Standard", Rate: decimal.RequireFromString("0.05"), DaysAfterDelivery: 7, DaysAfterPlacement: 30,
		Source: "the demonstration's own terms", ValidFrom: w.opened, CreatedAt: w.opened,
	}
}

// post books what became of an order's money up to today.
func (w *world) post(b *order.Book, p plan) error {
	if err := b.Post(&w.terms, w.bookedAt(p.at)); err != nil {
		return err
	}
	due := *b.Order.PayableDue
	switch {
	case !p.cancelled.IsZero():
		if _, err := b.Cancel("changed my mind", &p.shopper.id, p.cancelled, w.ids(p.cancelled)); err != nil {
			return err
		}
		return b.Repaid(p.cancelled, w.bookedAt(p.cancelled))
	case due.Before(w.today):
		return b.Release(due, w.bookedAt(due))
	}
	return nil
}

// charge has the provider keep its fee of a payment. It does so of the last
// months' alone: a first start shall not take longer for books that are closed.
func (w *world) charge(b *order.Book, paid *models.Payment, at time.Time) error {
	if at.Before(w.today.AddDate(0, -chargedMonths, 0)) {
		return nil
	}
	paid.FeeMinor = sandbox.Fee(paid.CapturedMinor)
	posting, err := ledger.GatewayFee(&b.Order, paid.Fee(), paid.ID.String(), at, w.bookedAt(at))
	if err == nil && !posting.Empty() {
		b.Postings = append(b.Postings, posting)
	}
	return err
}

const chargedMonths = 3

func (w *world) bookedAt(at time.Time) func() uuid.UUID {
	return func() uuid.UUID { return idOf(at, w.booked) }
}
