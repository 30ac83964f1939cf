package checkout

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

var _ payment.Settler = (*Service)(nil)

// PaidTx places the orders of a purchase whose money is there. The stock that
// was held is taken. Where it was released, since the payment came late, stock
// and promotions are taken again if all of them can still be had; if not, or if
// the purchase was paid before, or another amount was taken, the money is given
// back at once.
func (s *Service) PaidTx(tx *gorm.DB, p *models.Payment) error {
	purchase, err := lockTx(tx, p.PurchaseID)
	if err != nil {
		return err
	}
	now := s.now()
	if p.Status != models.PaymentCaptured {
		return authorisedTx(tx, purchase, p, now)
	}
	switch purchase.Status {
	case models.PurchaseCompleted:
		return refundTx(tx, p, "the purchase was paid before", now)
	case models.PurchaseRefunded:
		return refundTx(tx, p, "the purchase was given back before", now)
	case models.PurchaseAwaiting, models.PurchaseFailed, models.PurchaseCancelled, models.PurchaseExpired:
	}
	held, err := heldTx(tx, purchase)
	if err != nil {
		return err
	}
	reason := "the goods were sold, a promotion used up, or who buys forgotten, before the payment came"
	if p.CapturedMinor != purchase.TotalMinor {
		reason = "another amount was taken than the orders cost"
	} else if err = s.placeTx(tx, purchase, p, held, now); problem.From(err) == nil {
		return err
	}
	if err := endTx(tx, purchase, models.PurchaseRefunded, now); err != nil {
		return err
	}
	return refundTx(tx, p, reason, now)
}

// authorisedTx holds the stock while the promised money is reviewed. What is
// promised for a purchase that has ended is released.
func authorisedTx(tx *gorm.DB, purchase *models.Purchase, p *models.Payment, now time.Time) error {
	if purchase.Status != models.PurchaseAwaiting {
		return payment.VoidTx(tx, p.ID, now)
	}
	until := now.Add(ReviewHold)
	return tx.Model(purchase).UpdateColumns(map[string]any{"expires_at": until}).Error
}

// placeTx books the orders; it refuses where their stock is gone or their
// promotions are used up, and has then changed nothing.
func (s *Service) placeTx(tx *gorm.DB, purchase *models.Purchase, p *models.Payment, held []models.StockReservation, now time.Time) error {
	err := database.InBatch(tx.Statement.Context, tx, func(tx *gorm.DB) error {
		if purchase.Status != models.PurchaseAwaiting {
			if err := useTx(tx, purchase, now); err != nil {
				return err
			}
			if err := s.allowAgainTx(tx, purchase, now); err != nil {
				return err
			}
		}
		writes := database.NewBatch(tx)
		for _, d := range purchase.Draft {
			b, err := book(d, now)
			if err != nil {
				return err
			}
			if err := s.orders.Add(writes, b, purchase.ID, p.ID, now); err != nil {
				return err
			}
			if d.LandedCost != nil {
				writes.Insert(&models.OrderLandedCost{BrandID: d.Order.BrandID, OrderID: d.Order.ID, Record: *d.LandedCost, RecordedAt: now})
			}
		}
		writes.Exec("update purchases set status = $2, draft = '[]', expires_at = null, completed_at = $3 where id = $1",
			purchase.ID, models.PurchaseCompleted, now)
		if purchase.CartID != nil {
			s.carts.Ordered(writes, *purchase.CartID, bought(purchase.Draft))
		}
		if purchase.CrossBorder() {
			allowance.Taking(writes, purchase.ID, now)
		}
		if purchase.Status == models.PurchaseAwaiting {
			inventory.Taking(writes, held, &purchase.ShopperID, now)
		} else if err := take(tx, writes, purchase, now); err != nil {
			return err
		}
		switch err := writes.Send(); {
		case inventory.Short(err):
			return database.Again(problem.New(problem.OutOfStock, "the goods are gone"))
		case database.Violates(err, "order_numbers_pk"), database.Violates(err, "orders_number_key"):
			return database.Again(err)
		default:
			return err
		}
	})
	if err != nil && problem.From(err) == nil {
		return fmt.Errorf("place the orders of a purchase: %w", err)
	}
	return err
}

func bought(drafts []models.Draft) (all []cart.Bought) {
	for _, d := range drafts {
		for _, l := range d.Lines {
			all = append(all, cart.Bought{
				Storefront: models.Key{BrandID: d.Order.BrandID, ID: d.Order.StorefrontID}, VariantID: *l.VariantID, Quantity: l.Quantity,
			})
		}
	}
	return all
}

// take takes stock that is not held, the last in the batch.
func take(tx *gorm.DB, writes *database.Batch, purchase *models.Purchase, now time.Time) error {
	supplies, err := supplyTx(tx, purchase.Draft)
	if err != nil {
		return err
	}
	for _, d := range purchase.Draft {
		moves, err := supplies[d.Order.BrandID].Take(goodsOf(d))
		if err != nil {
			return err
		}
		order := d.Order.ID
		inventory.Moving(writes, d.Order.BrandID, inventory.Moved{Moves: moves, As: models.StockAdjustment{
			Reason: models.StockOrderPlaced, OrderID: &order, ActorID: &purchase.ShopperID, RecordedAt: now,
		}})
	}
	return nil
}

// FailedTx releases what a purchase held whose payment has failed.
func (s *Service) FailedTx(tx *gorm.DB, p *models.Payment) error {
	purchase, err := lockTx(tx, p.PurchaseID)
	if err != nil || purchase.Status != models.PurchaseAwaiting {
		return err
	}
	now, as := s.now(), models.PurchaseFailed
	if !purchase.ExpiresAt.After(now) {
		as = models.PurchaseExpired
	}
	return endTx(tx, purchase, as, now)
}

// endTx ends a purchase without orders, and releases the stock and the
// promotions that it holds. The draft and who buys stay: its payment may still
// come, but where it has and is given back.
func endTx(tx *gorm.DB, purchase *models.Purchase, as models.PurchaseStatus, now time.Time) error {
	held, err := heldTx(tx, purchase)
	if err != nil {
		return err
	}
	if err := unuseTx(tx, purchase); err != nil {
		return err
	}
	writes := database.NewBatch(tx)
	writes.Exec("update purchases set status = $2, expires_at = null where id = $1", purchase.ID, as)
	disallow(writes, purchase, now)
	if as == models.PurchaseRefunded && purchase.CrossBorder() {
		consumerid.Forgetting(writes, now, purchase.ID)
	}
	inventory.Releasing(writes, held, now)
	if err := writes.Send(); err != nil {
		return fmt.Errorf("end a purchase: %w", err)
	}
	purchase.Status, purchase.ExpiresAt = as, nil
	return nil
}

func heldTx(tx *gorm.DB, purchase *models.Purchase) ([]models.StockReservation, error) {
	if purchase.Status != models.PurchaseAwaiting {
		return nil, nil
	}
	var brands []uuid.UUID
	for _, d := range purchase.Draft {
		brands = append(brands, d.Order.BrandID)
	}
	return inventory.HeldTx(tx, slices.Compact(brands), purchase.ID)
}

// refundTx gives all of a payment back that never became an order.
func refundTx(tx *gorm.DB, p *models.Payment, reason string, now time.Time) error {
	left := p.Amount()
	left.Minor = p.CapturedMinor - p.RefundingMinor
	_, err := payment.RefundTx(tx, payment.RefundRequest{PaymentID: p.ID, Amount: left, Reason: reason, Key: "checkout", At: now})
	if err != nil {
		return errors.Join(errors.New("give a payment back"), err)
	}
	return nil
}
