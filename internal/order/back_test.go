package order_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// Pieces of a line go back in any portions, each for what it cost: never less
// than nothing, however many discounts there are, and to the cent in the end.
func TestPiecesGoBackInAnyPortions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		newID := counted()
		pieces, price := rapid.Int64Range(1, 9).Draw(t, "pieces"), rapid.Int64Range(0, 12).Draw(t, "price")
		o, lines := draft()
		o.Currency, lines = "CNY", lines[:1]
		lines[0].Quantity, lines[0].UnitPrice, lines[0].ID = pieces, decimal.New(price, -2), newID()
		left := pieces * price
		var others []models.Charge
		for range rapid.IntRange(0, 4).Draw(t, "discounts") {
			off := rapid.Int64Range(0, left).Draw(t, "off")
			others = append(others, models.Charge{Kind: models.ChargeDiscount, LineID: &lines[0].ID, AmountMinor: -off})
			left -= off
		}
		if tax := rapid.Int64Range(0, 9).Draw(t, "tax"); left > 0 {
			others = append(others, models.Charge{Kind: models.ChargeVAT, LineID: &lines[0].ID, AmountMinor: tax})
			left += tax
		}
		b, err := order.NewBook(o, lines, others, "CN", newID)
		if err != nil {
			t.Fatal(err)
		}
		b.Standing.Lines = []models.LineStanding{{LineID: lines[0].ID, Ordered: pieces}}
		var sum int64
		for waiting := pieces; waiting > 0; {
			n := rapid.Int64Range(1, waiting).Draw(t, "back")
			refund, err := b.Refund(order.RefundRequest{
				Lines: []order.RefundLine{{LineID: lines[0].ID, Quantity: n}}, At: now, Field: "input.orderId",
			}, newID)
			if err != nil {
				t.Fatal(err)
			}
			sum, waiting = sum+refund.AmountMinor, waiting-n
			if refund.AmountMinor < 0 || sum > left {
				t.Fatalf("%d went back, %d in all of %d", refund.AmountMinor, sum, left)
			}
		}
		if sum != left {
			t.Fatalf("%d went back of %d", sum, left)
		}
	})
}
