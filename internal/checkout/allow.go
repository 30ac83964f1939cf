package checkout

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// buyerTx gives who buys, where an order of a purchase is cross-border retail
// import: nil where none is.
func buyerTx(tx *gorm.DB, p *models.Purchase) (*models.Consumer, error) {
	if !p.CrossBorder() {
		return nil, nil //nolint:nilnil // nobody asks who buys
	}
	return consumerid.FreezeTx(tx, p.ID, p.ShopperID, *p.CartID, cartField)
}

// allowTx holds of a person's yearly allowance what a purchase counts for. It
// refuses where that is more than is left.
func (s *Service) allowTx(tx *gorm.DB, p *models.Purchase, person []byte, at time.Time) error {
	use := allowance.Use{Person: person, Purchase: p.ID, At: at, Field: cartField}
	for _, d := range p.Draft {
		if !d.CrossBorder() {
			continue
		}
		quote := d.LandedCost
		use.Country = quote.Country
		count := allowance.Count{Order: models.Key{BrandID: d.Order.BrandID, ID: d.Order.ID}, ReturnDays: quote.ReturnDays}
		if quote.CountsMinor > 0 {
			limit, err := s.limitTx(tx, quote)
			if err != nil {
				return err
			}
			count.Unit, count.Amount, count.Limit = string(limit.Currency), quote.CountsMinor, limit.Minor
			use.Counts = append(use.Counts, count)
		}
		for _, w := range quote.Weights() {
			count.Goods, count.Unit, count.Amount, count.Limit = w.Code, models.AllowanceGram, w.Grams, w.GramsPerYear
			use.Counts = append(use.Counts, count)
		}
	}
	return allowance.ReserveTx(tx, use)
}

func (s *Service) limitTx(tx *gorm.DB, quote *landedcost.Record) (limit money.Money, err error) {
	on, err := models.ParseDate(quote.On)
	if err != nil {
		return limit, fmt.Errorf("read the day of a quote: %w", err)
	}
	return s.allowance.LimitTx(tx, quote.Country, quote.Regime, on)
}

// allowAgainTx is allowTx for a payment that comes after what it held was
// released. It refuses where who buys was forgotten or erased since: customs
// could not be told.
func (s *Service) allowAgainTx(tx *gorm.DB, p *models.Purchase, at time.Time) error {
	if !p.CrossBorder() {
		return nil
	}
	buyer, err := database.Find[models.Consumer](tx.Where("purchase_id = ?", p.ID), "who buys")
	if err != nil {
		return err
	}
	if len(buyer) == 0 {
		return fmt.Errorf("nobody knows who buys with purchase %s", p.ID)
	}
	if buyer[0].ErasedAt != nil {
		return problem.At(cartField, problem.NotAllowed, "nobody remembers who buys")
	}
	return s.allowTx(tx, p, buyer[0].Person, at)
}

// disallow adds to a batch that some orders of a purchase are given up, or all
// where none are named: what they held of an allowance is free again.
func disallow(writes *database.Batch, p *models.Purchase, at time.Time, orders ...models.Draft) {
	if !p.CrossBorder() {
		return
	}
	ids := make([]uuid.UUID, len(orders))
	for i, d := range orders {
		ids[i] = d.Order.ID
	}
	allowance.Releasing(writes, p.ID, at, ids...)
}
