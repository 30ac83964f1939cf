package order

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Receipt is what a shopper has paid for, and what of it was given back.
type Receipt struct {
	models.Order

	Lines   []*models.OrderLine
	Refunds []*models.OrderRefund
	// Sums are the charges by kind, in the order of models.ChargeKinds.
	Sums []ReceiptSum
	// LandedCost is what it costs at the door as it was agreed, nil where no
	// duties and taxes were charged.
	LandedCost *landedcost.Record
	// Methods of its payments.
	Methods []string
}

// ReceiptSum is the sum of all charges of a kind; discounts are negative.
type ReceiptSum struct {
	Kind   models.ChargeKind
	Amount money.Money
}

// Receipt gives the receipt of an order placed here that the caller may see,
// by its number; NOT_FOUND for others.
func (s *Service) Receipt(ctx context.Context, number string) (*Receipt, error) {
	o, err := s.ByNumber(ctx, number)
	if err != nil {
		return nil, err
	}
	r, key := &Receipt{Order: *o}, []models.Key{{BrandID: o.BrandID, ID: o.ID}}
	if r.Lines, err = s.LinesOf(ctx, key); err != nil {
		return nil, err
	}
	if r.Refunds, err = s.RefundsOf(ctx, key); err != nil {
		return nil, err
	}
	agreed, err := database.Find[models.OrderLandedCost](of(s.db.WithContext(ctx), key), "what an order costs at the door")
	if err != nil {
		return nil, err
	}
	for _, kept := range agreed {
		r.LandedCost = &kept.Record
	}
	charges, err := s.ChargesOf(ctx, key)
	if err != nil {
		return nil, err
	}
	if r.Methods, err = methods(s.db.WithContext(ctx), key[0]); err != nil {
		return nil, err
	}
	return r, r.sum(charges)
}

func methods(db *gorm.DB, order models.Key) (methods []string, err error) {
	err = db.Raw(`
select distinct payments.method
from payment_allocations
join payments on payments.id = payment_allocations.payment_id
where payment_allocations.brand_id = ? and payment_allocations.order_id = ?
order by payments.method`, order.BrandID, order.ID).Scan(&methods).Error
	if err != nil {
		return nil, fmt.Errorf("read how an order was paid: %w", err)
	}
	return methods, nil
}

func (r *Receipt) sum(charges []*models.Charge) (err error) {
	sums := map[models.ChargeKind]money.Money{}
	for _, c := range charges {
		sum, known := sums[c.Kind]
		if !known {
			sum = money.New(0, money.Currency(r.Currency))
		}
		if sums[c.Kind], err = sum.Add(c.Amount()); err != nil {
			return err
		}
	}
	for _, kind := range models.ChargeKinds {
		if amount, known := sums[kind]; known {
			r.Sums = append(r.Sums, ReceiptSum{kind, amount})
		}
	}
	return nil
}

// Kept is what the shopper has paid, less what was given back.
func (r *Receipt) Kept() money.Money {
	return money.New(r.TotalMinor-r.RefundedMinor, money.Currency(r.Currency))
}
