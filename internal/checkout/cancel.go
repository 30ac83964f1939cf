package checkout

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Cancel gives a purchase up that its shopper has not paid: the stock is
// released and the payment voided. Cancelling again changes nothing. Where the
// money turns out to be on its way, PaidTx decides.
func (s *Service) Cancel(ctx context.Context, id uuid.UUID) (*models.Purchase, error) {
	if err := auth.Require(ctx, auth.OrderPlace); err != nil {
		return nil, err
	}
	if _, err := s.own(ctx, id); err != nil {
		return nil, err
	}
	err := s.giveUp(ctx, id, models.PurchaseCancelled)
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// giveUp ends a purchase that awaits its payment, and voids that.
func (s *Service) giveUp(ctx context.Context, id uuid.UUID, as models.PurchaseStatus) error {
	paid, err := s.paymentOf(ctx, id)
	if err != nil {
		return err
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := payment.VoidTx(tx, paid, s.now()); err != nil && problem.From(err) == nil {
			return err // a refusal means that it was paid, which the purchase tells, too
		}
		purchase, err := lockTx(tx, id)
		if err != nil {
			return err
		}
		switch purchase.Status {
		case as:
			return nil
		case models.PurchaseAwaiting:
			return endTx(tx, purchase, as, s.now())
		case models.PurchaseCompleted, models.PurchaseFailed, models.PurchaseCancelled, models.PurchaseExpired, models.PurchaseRefunded:
		}
		return problem.At(purchaseField, problem.Conflict, "the purchase does not await its payment any more")
	})
	if err != nil {
		return err
	}
	_, err = s.payments.Drive(ctx, paid)
	return err
}

// Expire gives up what nobody has paid in time and whose provider has not said
// so either. It tells how many purchases that were.
func (s *Service) Expire(ctx context.Context) (n int, err error) {
	var late []uuid.UUID
	err = s.db.WithContext(ctx).Raw("select id from purchases where status = ? and expires_at <= ? order by expires_at limit 1000",
		models.PurchaseAwaiting, s.now().Add(-Grace)).Scan(&late).Error
	if err != nil {
		return 0, fmt.Errorf("find purchases that nobody paid: %w", err)
	}
	for _, id := range late {
		if err := s.giveUp(ctx, id, models.PurchaseExpired); problem.From(err) != nil {
			continue // paid at the last moment
		} else if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (s *Service) paymentOf(ctx context.Context, purchase uuid.UUID) (id uuid.UUID, err error) {
	err = s.db.WithContext(ctx).Raw("select id from payments where purchase_id = ?", purchase).Row().Scan(&id)
	if err != nil {
		return id, fmt.Errorf("find the payment of a purchase: %w", err)
	}
	return id, nil
}
