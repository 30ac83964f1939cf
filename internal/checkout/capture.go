package checkout

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

const paymentField = "input.paymentId"

// maxParts is how many orders a purchase has at most.
const maxParts = 100

// CaptureInput asks to take what was authorised.
type CaptureInput struct {
	IdempotencyKey string `json:"-"`
	PaymentID      uuid.UUID
	// Storefronts are those whose orders are wanted, nil for all.
	Storefronts []models.Key
}

// Capture takes the money of a purchase that was authorised first: all of it,
// or that of the orders of some storefronts. The others are then given up:
// their stock is released, and the provider releases their part. An order is
// paid in full or not at all.
func (s *Service) Capture(ctx context.Context, in CaptureInput) (*models.Payment, error) {
	if err := auth.Require(ctx, auth.PaymentWrite); err != nil {
		return nil, err
	}
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	if len(in.Storefronts) > maxParts {
		refused.Add("input.storefrontIds", problem.TooLong, fmt.Sprintf("give at most %d storefronts", maxParts))
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	if _, err := s.payment(ctx, in.PaymentID); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "paymentCapture", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	key := models.Key{ID: in.PaymentID}
	_, err := idempotency.Once(ctx, s.db, call, key, func(tx *gorm.DB) (*models.Key, error) {
		return &key, captureTx(tx, in, call.Now)
	}, func(_ *gorm.DB, key models.Key) (*models.Key, error) { return &key, nil })
	if err != nil {
		return nil, err
	}
	return s.payments.Drive(ctx, in.PaymentID)
}

// captureTx asks for the capture, and cuts the purchase to what is captured.
func captureTx(tx *gorm.DB, in CaptureInput, now time.Time) error {
	p, err := payment.LockTx(tx, in.PaymentID)
	if err != nil {
		return err
	}
	purchase, err := lockTx(tx, p.PurchaseID)
	if err != nil {
		return err
	}
	if purchase.Status != models.PurchaseAwaiting {
		return problem.At(paymentField, problem.Conflict, "the purchase does not await its payment any more")
	}
	wanted, others, err := split(purchase.Draft, in.Storefronts)
	if err != nil {
		return err
	}
	amount := purchase.Total()
	for _, d := range others {
		b, err := book(d, now)
		if err != nil {
			return err
		}
		amount.Minor -= b.Order.TotalMinor
	}
	if err := payment.CaptureTx(tx, p.ID, amount, now); err != nil {
		return ofPayment(err)
	}
	if len(others) == 0 {
		return nil
	}
	return cutTx(tx, purchase, wanted, others, amount.Minor, now)
}

// split parts the orders of the wanted storefronts from the others.
func split(drafts []models.Draft, storefronts []models.Key) (wanted, others []models.Draft, err error) {
	if storefronts == nil {
		return drafts, nil, nil
	}
	var refused problem.List
	for i, k := range storefronts {
		if !slices.ContainsFunc(drafts, func(d models.Draft) bool { return storefrontOf(d) == k }) {
			refused.Add("input.storefrontIds."+strconv.Itoa(i), problem.NotFound, "the purchase has no order of this storefront")
		}
	}
	if len(storefronts) == 0 {
		refused.Add("input.storefrontIds", problem.Required, "name a storefront, or void the payment")
	}
	for _, d := range drafts {
		if slices.Contains(storefronts, storefrontOf(d)) {
			wanted = append(wanted, d)
		} else {
			others = append(others, d)
		}
	}
	return wanted, others, refused.Err()
}

func storefrontOf(d models.Draft) models.Key {
	return models.Key{BrandID: d.Order.BrandID, ID: d.Order.StorefrontID}
}

// cutTx gives some orders of a purchase up, with their stock and promotions.
func cutTx(tx *gorm.DB, purchase *models.Purchase, wanted, others []models.Draft, total int64, now time.Time) error {
	held, err := heldTx(tx, purchase)
	if err != nil {
		return err
	}
	kept := func(order uuid.UUID) bool {
		return slices.ContainsFunc(wanted, func(d models.Draft) bool { return d.Order.ID == order })
	}
	held = slices.DeleteFunc(held, func(r models.StockReservation) bool { return kept(r.OrderID) })
	if err := promotion.ReleaseSomeTx(tx, purchase.ID, without(wanted, others)); err != nil {
		return err
	}
	writes := database.NewBatch(tx)
	disallow(writes, purchase, now, others...)
	purchase.Draft, purchase.TotalMinor = wanted, total
	if err := tx.Model(purchase).Select("draft", "total_minor").UpdateColumns(purchase).Error; err != nil {
		return fmt.Errorf("cut a purchase: %w", err)
	}
	inventory.Releasing(writes, held, now)
	return writes.Send()
}

// without are the promotions from which none of the wanted orders gains, and
// others do.
func without(wanted, others []models.Draft) (unused []models.Key) {
	gains := map[models.Key]bool{}
	for _, d := range wanted {
		for _, p := range d.Promotions {
			gains[models.Key{BrandID: d.Order.BrandID, ID: p.ID}] = true
		}
	}
	for _, d := range others {
		for _, p := range d.Promotions {
			if key := (models.Key{BrandID: d.Order.BrandID, ID: p.ID}); !gains[key] {
				gains[key], unused = true, append(unused, key)
			}
		}
	}
	return unused
}

// Void gives up what is not captured, and cancels its purchase. Voiding again
// changes nothing.
func (s *Service) Void(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	if err := auth.Require(ctx, auth.PaymentWrite); err != nil {
		return nil, err
	}
	p, err := s.payment(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.giveUp(ctx, p.PurchaseID, models.PurchaseCancelled); err != nil {
		return nil, ofPayment(err)
	}
	return s.payment(ctx, id)
}

func (s *Service) payment(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	found, err := s.payments.ByIDs(ctx, []uuid.UUID{id})
	if err == nil && len(found) == 0 {
		err = problem.At(paymentField, problem.NotFound, "there is no such payment, or you may not see it")
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// ofPayment says that a refusal is about the payment.
func ofPayment(err error) error {
	refused := problem.From(err)
	if refused == nil {
		return err
	}
	for i, p := range refused {
		refused[i] = problem.At(paymentField, p.Code, p.Message)
	}
	return refused
}
