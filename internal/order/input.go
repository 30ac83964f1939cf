package order

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
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
	checkRecipient(&refused, &in.Recipient)
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

var phoneForm = regexp.MustCompile(`^\+?[0-9 ().\-]*[0-9]$`)

func checkRecipient(refused *problem.List, r *models.Recipient) {
	const at = "input.recipient."
	r.Name = refused.Line(at+"name", r.Name, 1, 120)
	known := len(*refused)
	r.Phone = refused.Line(at+"phone", r.Phone, 5, 30)
	if len(*refused) == known && (!phoneForm.MatchString(r.Phone) || digits(r.Phone) < 5) {
		refused.Add(at+"phone", problem.Invalid, "must be a telephone number: digits, spaces, hyphens, points, brackets and a leading +")
	}
	inChina := 0
	if r.Country == "CN" {
		inChina = 1
	}
	r.Province = refused.Line(at+"province", r.Province, inChina, 120)
	r.City = refused.Line(at+"city", r.City, 1, 120)
	r.District = refused.Line(at+"district", r.District, 0, 120)
	r.Street = refused.Line(at+"street", r.Street, 1, 300)
	r.PostalCode = refused.Line(at+"postalCode", r.PostalCode, 0, 20)
}

func digits(s string) (n int) {
	for d := range strings.SplitSeq("0123456789", "") {
		n += strings.Count(s, d)
	}
	return n
}
