package demo

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/order"
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

func (w *world) bookedAt(at time.Time) func() uuid.UUID {
	return func() uuid.UUID { return idOf(at, w.booked) }
}
