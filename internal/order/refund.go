package order

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

// RefundRequest asks to give money of an order back.
type RefundRequest struct {
	Order models.Key
	Lines []RefundLine
	// Whole is for an order that is cancelled: all that is left of it.
	Whole bool
	// TakenBack is for a dispute that was lost: the shopper's bank has taken so
	// much. Where that is all that is left, pieces that wait are taken off the
	// order; those in shipments that have not left stay there. A part is taken
	// of all that is left in proportion, and no pieces with it: nobody knows
	// which it is for.
	TakenBack int64
	// AtMost is for what may have gone back already: where nothing is left of
	// it, ErrNothingLeft is reported.
	AtMost bool
	// Carriage gives back, too, what is left of the carriage, its insurance and
	// the fees of the order as a whole.
	Carriage bool
	// Asked is when goods that came back were asked to be sent back; nil for all
	// other refunds.
	Asked  *time.Time
	Reason string
	Actor  *uuid.UUID
	At     time.Time
	// Field is the path of the input that refusals of the refund as a whole name.
	Field string
}

// ErrNothingLeft is that all which a refund asks for has gone back before.
var ErrNothingLeft = errors.New("nothing is left to give back")

// RefundLine asks for the money of pieces of a line: what was charged for
// them, to the cent, and for its last pieces the remainder.
type RefundLine struct {
	LineID   uuid.UUID
	Quantity int64
	// Left says that these are pieces that have left. Otherwise those that
	// wait to be shipped are taken off the order first, and go back to stock.
	Left bool
	// Field is the path of the input that refusals name.
	Field string
}

// Refund is money given back, with its rows.
type Refund struct {
	models.OrderRefund
	Lines []models.OrderRefundLine
	Parts []models.OrderRefundPart
}

// withLine is a share's key: of a charge, the part of a line.
type withLine struct{ line, charge uuid.UUID }

// Refund books a refund: its rows, facts and event, and what the order's
// amounts and its standing become. It refuses to give back more pieces or more
// money than there are; nothing is booked then.
func (b *Book) Refund(r RefundRequest, newID func() uuid.UUID) (*Refund, error) {
	standing := b.Standing
	standing.Lines = slices.Clone(standing.Lines)
	var lines map[uuid.UUID]*wanted
	var back map[uuid.UUID][]sales.Share
	if left := b.Order.TotalMinor - b.Order.RefundedMinor; r.TakenBack > 0 && r.TakenBack < left {
		back = b.proportion(r.TakenBack, left)
	} else {
		var err error
		if lines, err = r.lines(standing); err != nil {
			return nil, err
		}
		back = b.back(r, lines, standing)
	}
	refund, err := b.refunded(r, lines, back, newID)
	if err != nil {
		return nil, err
	}
	b.Standing = standing
	return refund, b.note(refund, back, newID)
}

// back is what of each line's shares goes back with its pieces: of so many
// shares the part of their sum, rounded half up once, less what goes back of
// those before. So pieces of a line that is worth something never cost less
// than nothing, however many discounts are on it.
func (b *Book) back(r RefundRequest, lines map[uuid.UUID]*wanted, after models.Standing) map[uuid.UUID][]sales.Share {
	back := map[uuid.UUID][]sales.Share{}
	given := b.given()
	parts := map[uuid.UUID]*portion{}
	for id, l := range lines {
		parts[id] = &portion{of: l}
	}
	for _, share := range sales.Shares(b.Lines, b.Charges) {
		l := parts[share.LineID]
		left := share.Minor - given[withLine{share.LineID, share.Charge.ID}]
		if l == nil && !r.whole(after) || left == 0 && share.Minor != 0 {
			continue
		}
		if share.Minor = r.part(l, share, left, after); share.Minor != 0 {
			back[share.LineID] = append(back[share.LineID], share)
		}
	}
	return back
}

// portion is what goes back of a line's shares, so far.
type portion struct {
	of          *wanted
	sum, before int64
}

// next is what goes back of the next share, of which so much is left.
func (p *portion) next(left int64) int64 {
	p.sum += left
	upTo := portionOf(p.of.Quantity, p.sum, p.of.refundable)
	taken := upTo - p.before
	p.before = upTo
	return taken
}

// portionOf is an amount times part by whole, rounded half up.
func portionOf(part, amount, whole int64) int64 {
	return decimal.NewFromInt(part).Mul(decimal.NewFromInt(amount)).DivRound(decimal.NewFromInt(whole), 0).IntPart()
}

// proportion takes an amount of all that is left of the order, of each share
// in proportion: of so many shares the proportion of their sum, rounded half up
// once, less what was taken of those before. So the parts sum to the amount,
// and none is more than its share.
func (b *Book) proportion(taken, left int64) map[uuid.UUID][]sales.Share {
	back := map[uuid.UUID][]sales.Share{}
	given := b.given()
	var sum, before int64
	for _, share := range sales.Shares(b.Lines, b.Charges) {
		sum += share.Minor - given[withLine{share.LineID, share.Charge.ID}]
		upTo := portionOf(taken, sum, left)
		if share.Minor, before = upTo-before, upTo; share.Minor != 0 {
			back[share.LineID] = append(back[share.LineID], share)
		}
	}
	return back
}

// wanted is a line of a refund, and what became of its pieces.
type wanted struct {
	RefundLine
	withdrawn int64
	// refundable is how many pieces there were before.
	refundable int64
}

// lines checks what is asked for against the standing, and moves it there.
func (r *RefundRequest) lines(standing models.Standing) (map[uuid.UUID]*wanted, error) {
	asked := r.Lines
	if r.Whole || r.TakenBack > 0 {
		asked = nil
		for _, l := range standing.Lines {
			n := l.Refundable()
			if r.TakenBack > 0 {
				n = min(n, l.Waiting()+l.Kept())
			}
			asked = append(asked, RefundLine{LineID: l.LineID, Quantity: n})
		}
	}
	var refused problem.List
	lines := make(map[uuid.UUID]*wanted, len(asked))
	for _, l := range asked {
		at := slices.IndexFunc(standing.Lines, func(s models.LineStanding) bool { return s.LineID == l.LineID })
		if at < 0 {
			refused.Add(l.Field+".lineId", problem.NotFound, "the order has no such line")
			continue
		}
		if lines[l.LineID] != nil {
			refused.Add(l.Field+".lineId", problem.Invalid, "this line is named twice")
			continue
		}
		s := &standing.Lines[at]
		w := &wanted{RefundLine: l, refundable: s.Refundable()}
		if !l.Left {
			w.withdrawn = min(l.Quantity, s.Waiting())
		}
		switch rest := l.Quantity - w.withdrawn; {
		case l.Quantity > s.Refundable():
			refused.Add(l.Field+".quantity", problem.Conflict, fmt.Sprintf("the money of %d pieces can be given back", s.Refundable()))
		case rest > s.Kept():
			refused.Add(l.Field+".quantity", problem.Conflict, "these pieces are in a shipment that has not left: cancel it first")
		}
		s.Refunded, s.Withdrawn = s.Refunded+l.Quantity, s.Withdrawn+w.withdrawn
		lines[l.LineID] = w
	}
	return lines, refused.Err()
}

// whole tells whether carriage is given back, too: it was asked for, or there
// is nothing left to carry and never was.
func (r *RefundRequest) whole(after models.Standing) bool {
	return r.Whole || r.TakenBack > 0 || r.Carriage || after.Withdrawn()
}

// part is how much of what is left of a share goes back.
func (r *RefundRequest) part(l *portion, share sales.Share, left int64, after models.Standing) int64 {
	carriage := false
	if share.Charge.LineID == nil {
		switch share.Charge.Kind {
		case models.ChargeShipping, models.ChargeInsurance, models.ChargeFee:
			carriage = true
		case models.ChargeGoods, models.ChargeDiscount, models.ChargeDuty, models.ChargeConsumptionTax, models.ChargeVAT:
		}
	}
	switch {
	case r.TakenBack > 0, carriage && r.whole(after):
		return left
	case carriage || l == nil || l.of.Quantity == 0:
		return 0
	}
	return l.next(left)
}

// given sums what was given back of each share before.
func (b *Book) given() map[withLine]int64 {
	sums := map[withLine]int64{}
	for _, refund := range b.Refunds {
		for _, p := range refund.Parts {
			sums[withLine{p.LineID, p.ChargeID}] += p.AmountMinor
		}
	}
	return sums
}

// refunded makes the rows of a refund, in the order of the lines.
func (b *Book) refunded(
	r RefundRequest, lines map[uuid.UUID]*wanted, back map[uuid.UUID][]sales.Share, newID func() uuid.UUID,
) (*Refund, error) {
	o := &b.Order
	refund := &Refund{OrderRefund: models.OrderRefund{
		BrandID: o.BrandID, ID: newID(), OrderID: o.ID, Currency: o.Currency, Reason: r.Reason, ActorID: r.Actor, RecordedAt: r.At,
		Status: models.RefundPending, Disputed: r.TakenBack > 0,
	}}
	sum := money.New(0, money.Currency(o.Currency))
	for i := range b.Lines {
		id := b.Lines[i].ID
		w := lines[id]
		if len(back[id]) == 0 && (w == nil || w.Quantity == 0) {
			continue
		}
		row := models.OrderRefundLine{BrandID: o.BrandID, ID: newID(), RefundID: refund.ID, LineID: id, Currency: o.Currency}
		if w != nil {
			row.Quantity, row.Withdrawn = w.Quantity, w.withdrawn
		}
		for _, share := range back[id] {
			refund.Parts = append(refund.Parts, models.OrderRefundPart{
				BrandID: o.BrandID, RefundID: refund.ID, LineID: id, ChargeID: share.Charge.ID, AmountMinor: share.Minor,
			})
			added, err := sum.Add(money.New(share.Minor, sum.Currency))
			if err != nil {
				return nil, fmt.Errorf("sum the refund: %w", err)
			}
			sum, row.AmountMinor = added, row.AmountMinor+share.Minor
		}
		refund.Lines = append(refund.Lines, row)
	}
	switch refund.AmountMinor = sum.Minor; {
	case len(refund.Lines) == 0 && r.AtMost:
		return nil, ErrNothingLeft
	case len(refund.Lines) == 0:
		return nil, problem.At(r.Field, problem.Conflict, "there is nothing left to give back")
	case sum.Minor < 0:
		return nil, problem.At(r.Field, problem.NotAllowed, "the discounts of these pieces are more than their price")
	case sum.Minor == 0, r.TakenBack > 0:
		refund.Status = models.RefundSucceeded
	}
	return refund, nil
}

// note books what follows from a refund: facts, the ledger and the order's amounts.
func (b *Book) note(refund *Refund, back map[uuid.UUID][]sales.Share, newID func() uuid.UUID) error {
	sold := map[uuid.UUID]models.SalesFact{}
	for _, f := range b.Facts {
		if f.Kind == models.FactSale {
			sold[f.LineID] = f
		}
	}
	known := len(b.Facts)
	for _, l := range refund.Lines {
		b.Facts = append(b.Facts, sales.Refund(sold[l.LineID], refund.ID, newID(), l.Quantity, back[l.LineID], refund.RecordedAt))
	}
	sales.GiveBack(b.Facts, known)
	b.Refunds = append(b.Refunds, *refund)
	b.Order.RefundedMinor += refund.AmountMinor
	where := ledger.Promised
	if refund.Disputed {
		where = ledger.TakenBack
	}
	return b.posted(ledger.Refund(&b.Order, b.Facts[known:], b.Balance, where, refund.ID.String(), newID))
}

// Repaid books that the money of the last refund has left.
func (b *Book) Repaid(at time.Time, newID func() uuid.UUID) error {
	r := &b.Refunds[len(b.Refunds)-1]
	r.Status = models.RefundSucceeded
	return b.posted(ledger.RefundPaid(&b.Order, r.Amount(), r.ID.String(), at, newID))
}

// withdrawn sums the pieces of each variant that a refund took off the order.
func (r *Refund) withdrawn(lines []models.OrderLine) map[uuid.UUID]int64 {
	pieces := map[uuid.UUID]int64{}
	for _, row := range r.Lines {
		for i := range lines {
			if lines[i].ID == row.LineID && lines[i].VariantID != nil {
				pieces[*lines[i].VariantID] += row.Withdrawn
			}
		}
	}
	maps.DeleteFunc(pieces, func(_ uuid.UUID, n int64) bool { return n == 0 })
	return pieces
}
