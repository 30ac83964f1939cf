package models

import "github.com/google/uuid"

// LineStanding counts where the pieces of an order's line are. Each piece is
// in one place: withdrawn, waiting, planned, sent, delivered, lost or gone.
type LineStanding struct {
	LineID    uuid.UUID
	VariantID *uuid.UUID
	Ordered   int64
	// Refunded pieces had their money given back; those Withdrawn among them
	// never left.
	Refunded  int64
	Withdrawn int64
	// Planned pieces are in shipments that have not left.
	Planned   int64
	Sent      int64
	Delivered int64
	// Lost pieces wait for what is to become of them, Gone ones were refunded.
	Lost int64
	Gone int64
	// Returning pieces are in returns that are not at their end, Returned ones
	// in those that are.
	Returning int64
	Returned  int64
}

// Waiting counts the pieces that are still to be put into a shipment.
func (l LineStanding) Waiting() int64 {
	return l.Ordered - l.Withdrawn - l.Planned - l.Left()
}

// Left counts the pieces that have left and are not sent again.
func (l LineStanding) Left() int64 { return l.Sent + l.Delivered + l.Lost + l.Gone }

// Refundable counts the pieces whose money may be given back.
func (l LineStanding) Refundable() int64 { return l.Ordered - l.Refunded }

// Kept counts the pieces that have left and whose money was not given back.
func (l LineStanding) Kept() int64 { return l.Left() - (l.Refunded - l.Withdrawn) }

// Standing is what the statuses of an order follow from.
type Standing struct {
	Lines []LineStanding
	// Requested and Open count returns that wait for an answer, and those that
	// are on their way.
	Requested, Open int64
}

func (s Standing) sum(of func(LineStanding) int64) (n int64) {
	for _, l := range s.Lines {
		n += of(l)
	}
	return n
}

// Withdrawn tells whether no piece is left of the order.
func (s Standing) Withdrawn() bool {
	return s.sum(func(l LineStanding) int64 { return l.Ordered - l.Withdrawn }) == 0
}

// Status of the order as a whole.
func (s Standing) Status() OrderStatus {
	open := s.sum(func(l LineStanding) int64 { return l.Waiting() + l.Planned + l.Sent + l.Lost })
	switch {
	case s.Withdrawn():
		return OrderCancelled
	case open == 0:
		return OrderCompleted
	}
	return OrderPlaced
}

// Fulfilment says whether the goods have left and arrived. Lost pieces have left.
func (s Standing) Fulfilment() FulfilmentStatus {
	delivered := s.sum(func(l LineStanding) int64 { return l.Delivered })
	left := s.sum(LineStanding.Left)
	due := s.sum(func(l LineStanding) int64 { return l.Ordered - l.Withdrawn })
	switch {
	case left == 0 && s.sum(func(l LineStanding) int64 { return l.Planned }) > 0:
		return Preparing
	case left == 0:
		return Unfulfilled
	case delivered > 0 && delivered == due-s.sum(func(l LineStanding) int64 { return l.Gone }):
		return Delivered
	case delivered > 0:
		return PartiallyDelivered
	case left == due:
		return Fulfilled
	}
	return PartiallyFulfilled
}

// Returns says whether goods come back.
func (s Standing) Returns() OrderReturnStatus {
	returned := s.sum(func(l LineStanding) int64 { return l.Returned })
	switch {
	case s.Requested > 0:
		return ReturnsRequested
	case s.Open > 0:
		return ReturnsInProgress
	case returned == 0:
		return NoReturn
	case returned == s.sum(func(l LineStanding) int64 { return l.Delivered }):
		return Returned
	}
	return PartiallyReturned
}

// Payment says how much of an order's money was given back. Nothing is given
// back of a free order, unless it is cancelled.
func (o Order) Payment() OrderPaymentStatus {
	switch {
	case o.Source == OrderFromImport:
		return OrderPaymentUnknown
	case o.RefundedMinor < o.TotalMinor && o.RefundedMinor > 0:
		return OrderPartiallyRefunded
	case o.RefundedMinor < o.TotalMinor || o.TotalMinor == 0 && o.Status != OrderCancelled:
		return OrderPaid
	}
	return OrderRefunded
}
