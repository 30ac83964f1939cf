package order

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// DisputedTx follows a dispute of a payment in each of its orders. While it is
// open the bank has the money, nothing of it becomes payable, and none is given
// back. One that is won ends as if it had not been; one that is lost is a
// refund of all that was left, which the bank has made. What the provider told
// late is caught up with.
func (*Service) DisputedTx(tx *gorm.DB, p *models.Payment, before models.DisputeStatus, at time.Time) error {
	orders, err := paidTx(tx, p.ID)
	if err != nil {
		return err
	}
	for _, paid := range orders {
		o := &paid.Order
		if before != models.DisputeOpen {
			if err := openTx(tx, o, p, at); err != nil {
				return err
			}
		}
		switch p.Dispute {
		case models.DisputeWon:
			err = wonTx(tx, o, p, at)
		case models.DisputeLost:
			err = lostTx(tx, o, at)
		case models.DisputeNone, models.DisputeOpen:
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func openTx(tx *gorm.DB, o *models.Order, p *models.Payment, at time.Time) error {
	taken := o.Total()
	taken.Minor -= o.RefundedMinor
	payable := money.New(0, taken.Currency)
	if o.PayableDue == nil {
		var err error
		if payable, err = ledger.SumTx(tx, o, models.AccountPayable, ""); err != nil {
			return err
		}
	}
	posting, err := ledger.Dispute(o, taken, payable, p.ID.String(), at, newID)
	if err != nil {
		return err
	}
	if payable.Minor != 0 {
		err := tx.Exec("update orders set payable_due = ? where brand_id = ? and id = ?", at, o.BrandID, o.ID).Error
		if err != nil {
			return fmt.Errorf("let an order's money wait: %w", err)
		}
		o.PayableDue = &at
	}
	return disputed(tx, o, models.DisputeOpen, models.OrderWasDisputed, posting, at)
}

func wonTx(tx *gorm.DB, o *models.Order, p *models.Payment, at time.Time) error {
	owed, err := ledger.SumTx(tx, o, models.AccountDisputes, "")
	if err != nil {
		return err
	}
	posting, err := ledger.DisputeWon(o, money.New(-owed.Minor, owed.Currency), p.ID.String(), at, newID)
	if err != nil {
		return err
	}
	return disputed(tx, o, models.DisputeWon, models.OrderDisputeWon, posting, at)
}

func lostTx(tx *gorm.DB, o *models.Order, at time.Time) error {
	if o.RefundedMinor < o.TotalMinor {
		_, _, err := RefundTx(tx, RefundRequest{
			Order: models.Key{BrandID: o.BrandID, ID: o.ID}, TakenBack: true, Reason: "the shopper's bank took the payment back", At: at,
		})
		if err != nil {
			return fmt.Errorf("book a lost dispute: %w", err)
		}
	}
	return disputed(tx, o, models.DisputeLost, models.OrderDisputeLost, ledger.Posting{}, at)
}

// disputed writes how a dispute of an order stands, with what follows.
func disputed(tx *gorm.DB, o *models.Order, as models.DisputeStatus, what models.OrderEventType, posting ledger.Posting, at time.Time) error {
	batch := database.NewBatch(tx)
	batch.Exec("update orders set dispute = $3, version = version + 1 where brand_id = $1 and id = $2", o.BrandID, o.ID, string(as))
	batch.Insert(posting.Rows()...)
	told := map[models.DisputeStatus]string{
		models.DisputeOpen: "order.dispute_opened", models.DisputeWon: "order.dispute_won", models.DisputeLost: "order.dispute_lost",
	}[as]
	if err := happened(batch, o, what, nil, nil, told, at); err != nil {
		return err
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("write a dispute: %w", err)
	}
	o.Dispute = &as
	return nil
}
