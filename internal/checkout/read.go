package checkout

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// Get reads a purchase of the caller's, or reports NOT_FOUND.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*models.Purchase, error) {
	return s.own(ctx, id)
}

func (s *Service) own(ctx context.Context, id uuid.UUID) (*models.Purchase, error) {
	found, err := s.ByIDs(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, noSuchPurchase()
	}
	return found[0], nil
}

// ByIDs reads those of the purchases that the caller may see.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (found []*models.Purchase, err error) {
	actor := auth.From(ctx)
	seen, args := auth.Where(actor, "purchases", "", s.now())
	if err := s.db.WithContext(ctx).Where("id in ?", ids).Where(seen, args...).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read purchases: %w", err)
	}
	return found, nil
}

// List gives the caller's own purchases as a shopper, and all to operators:
// newest first, of any of the statuses; no statuses ask for nothing.
func (s *Service) List(ctx context.Context, statuses []models.PurchaseStatus, args paging.Args) (*paging.Connection[models.Purchase], error) {
	if err := auth.Require(ctx, auth.OrderRead); err != nil {
		return nil, err
	}
	conditions, sort := Listed(auth.From(ctx), statuses)
	return paging.Find(conditions.Narrow(s.db.WithContext(ctx).Model(&models.Purchase{})), args, sort)
}

// Listed says which purchases List gives, and how it sorts them.
func Listed(actor *auth.Actor, statuses []models.PurchaseStatus) (c database.Conditions, sort paging.Sort[models.Purchase]) {
	list := "all"
	if !actor.HoldsEverywhere(auth.OrderRead) {
		list = "own"
		if own := actor.AccountID(); own != nil {
			c.Add("purchases.shopper_id = ?", *own)
		} else {
			c.Add("false")
		}
	}
	if len(statuses) > 0 {
		c.Add("purchases.status in ?", statuses)
	}
	return c, paging.Sort[models.Purchase]{Name: "purchases", Filter: []any{list, statuses}, Desc: true, Columns: []paging.Column[models.Purchase]{
		{Expr: "purchases.placed_at", Type: "timestamptz", Value: func(p *models.Purchase) any { return p.PlacedAt }},
		{Expr: "purchases.id", Type: "uuid", Value: func(p *models.Purchase) any { return p.ID }},
	}}
}
