package ledger

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// measures are what facts say of an order, each its own account's.
type measures struct {
	// brand is goods less discounts, and carriage; the commission is of it.
	brand, commission, duty, tax, fee money.Money
}

// measured sums facts: of sales as they were sold, of refunds as they were
// given back, both as positive amounts.
func measured(currency string, facts []models.SalesFact) (m measures, err error) {
	c := money.Currency(currency)
	zero := money.New(0, c)
	m = measures{zero, zero, zero, zero, zero}
	add := func(to *money.Money, minor int64) {
		if err == nil {
			*to, err = to.Add(money.New(minor, c))
		}
	}
	for i := range facts {
		f := &facts[i]
		sign := int64(1)
		if f.Kind == models.FactRefund {
			sign = -1
		}
		add(&m.brand, f.GrossMinor-f.DiscountMinor+f.RefundMinor)
		add(&m.brand, sign*f.ShippingMinor)
		add(&m.commission, sign*f.CommissionMinor)
		add(&m.duty, sign*f.DutyMinor)
		add(&m.tax, sign*f.TaxMinor)
		add(&m.fee, sign*f.FeeMinor)
	}
	return m, err
}

// Sale books an order by its facts of sales: what the shopper pays is the
// brand's but for the commission, duties, taxes and fees.
// It is with the provider already where paid, else yet to be paid.
func Sale(o *models.Order, facts []models.SalesFact, paid bool, newID func() uuid.UUID) (Posting, error) {
	m, err := measured(o.Currency, facts)
	if err != nil {
		return Posting{}, err
	}
	b := post(models.LedgerSale, o.BrandID, o.RecordedAt, newID).ofOrder(o)
	brand, err := m.brand.Sub(m.commission)
	b.err = err
	b.credit(models.AccountPending, brand)
	b.credit(models.AccountCommission, m.commission)
	b.collected(m, 1)
	if paid {
		b.balance(models.AccountClearing, m.brand.Currency)
	} else {
		b.balance(models.AccountReceivable, m.brand.Currency)
	}
	return b.done()
}

func (b *builder) collected(m measures, sign int64) {
	b.credit(models.AccountDuty, money.New(sign*m.duty.Minor, m.duty.Currency))
	b.credit(models.AccountTax, money.New(sign*m.tax.Minor, m.tax.Currency))
	b.credit(models.AccountFee, money.New(sign*m.fee.Minor, m.fee.Currency))
}

// Payment books that an amount of what the shopper owed is with the provider.
func Payment(o *models.Order, amount money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerPayment, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountReceivable, amount)
	b.balance(models.AccountClearing, amount.Currency)
	return b.done()
}

// Standing is what a refund must know of an order's books.
type Standing struct {
	// Released tells that its money became payable.
	Released bool
	// Unpaid tells that the shopper has not paid: what is refunded is no longer owed.
	Unpaid bool
}

// Given is where refunded money is.
type Given int

const (
	// Promised is yet to leave: RefundPaid follows.
	Promised Given = iota
	// TakenBack was taken by the shopper's bank, in a dispute that is lost.
	TakenBack
)

// Refund books what facts of refunds give back to the shopper: from the
// brand's balance, pending or payable, and from the commission, duties, taxes
// and fees. The reference names the refund.
func Refund(o *models.Order, facts []models.SalesFact, was Standing, where Given, reference string, newID func() uuid.UUID) (Posting, error) {
	m, err := measured(o.Currency, facts)
	if err != nil || len(facts) == 0 {
		return Posting{}, err
	}
	b := post(models.LedgerRefund, o.BrandID, facts[0].RecordedAt, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	account := models.AccountPending
	if was.Released {
		account = models.AccountPayable
	}
	brand, err := m.commission.Sub(m.brand)
	b.err = err
	b.credit(account, brand)
	b.credit(models.AccountCommission, money.New(-m.commission.Minor, m.commission.Currency))
	b.collected(m, -1)
	switch {
	case was.Unpaid:
		b.balance(models.AccountReceivable, m.brand.Currency)
	case where == TakenBack:
		b.balance(models.AccountDisputes, m.brand.Currency)
	default:
		b.balance(models.AccountRefunds, m.brand.Currency)
	}
	return b.done()
}

// RefundPaid books that a promised refund has left the provider.
func RefundPaid(o *models.Order, amount money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerRefundPaid, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountClearing, amount)
	b.balance(models.AccountRefunds, amount.Currency)
	return b.done()
}

// RefundFailed books that a refund which had left the provider came back: it
// is still promised.
func RefundFailed(o *models.Order, amount money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerRefundFailed, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountRefunds, amount)
	b.balance(models.AccountClearing, amount.Currency)
	return b.done()
}

// GatewayFee books what the provider kept of an order's money. The platform
// bears it: its commission is meant to cover it.
func GatewayFee(o *models.Order, fee money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerGatewayFee, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountClearing, fee)
	b.balance(models.AccountGatewayFee, fee.Currency)
	return b.done()
}
