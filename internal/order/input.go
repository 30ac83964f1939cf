package order

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/recipient"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of an order.
const (
	maxLines  = 100
	maxPieces = 10_000
)

// PlaceInput asks to buy from one storefront at once.
type PlaceInput struct {
	IdempotencyKey string `json:"-"`
	Storefront     models.Key
	Lines          []LineInput
	Recipient      models.Recipient
	Payment        PaymentInput
}

// LineInput asks for pieces of a variant.
type LineInput struct {
	Variant  models.Key
	Quantity int64
}

// PaymentInput names a payment that was made at the provider.
type PaymentInput struct {
	Reference string
	Amount    decimal.Decimal
	Currency  money.Currency
}

// Validate trims the texts and collects what is wrong.
func (in *PlaceInput) Validate() error {
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	switch n := len(in.Lines); {
	case n == 0:
		refused.Add("input.lines", problem.Required, "give at least one line")
	case n > maxLines:
		refused.Add("input.lines", problem.TooLong, fmt.Sprintf("give at most %d lines", maxLines))
	default:
		for i, l := range in.Lines {
			refused.Number(lineField(i)+".quantity", l.Quantity, 1, maxPieces)
		}
	}
	recipient.Check(&refused, "input.recipient", &in.Recipient)
	in.Payment.Reference = refused.Line("input.payment.reference", in.Payment.Reference, 1, 100)
	if _, err := in.paid(); err != nil {
		refused.Add("input.payment.amount", problem.Invalid,
			fmt.Sprintf("%s has %d decimals, and an amount must not be negative", in.Payment.Currency, in.Payment.Currency.Digits()))
	}
	return refused.Err()
}

// paid is the amount that was paid, exactly.
func (in *PlaceInput) paid() (money.Money, error) {
	if in.Payment.Amount.IsNegative() {
		return money.Money{}, money.ErrOverflow
	}
	return money.FromDecimal(in.Payment.Amount, in.Payment.Currency)
}

func lineField(i int) string { return fmt.Sprintf("input.lines.%d", i) }
