package order

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// Where narrows lists of orders. Nil and empty fields do not.
type Where struct {
	Storefront *models.Key
	Status     []models.OrderStatus
	Source     *models.OrderSource
	// From is included, To is not.
	From, To *time.Time
	Number   *string
}

// List gives the caller's own orders as a shopper, and all orders to operators:
// newest first, or oldest first where reversed.
func (s *Service) List(ctx context.Context, where Where, args paging.Args, reverse bool) (*paging.Connection[models.Order], error) {
	if err := auth.Require(ctx, auth.OrderRead); err != nil {
		return nil, err
	}
	actor := auth.From(ctx)
	if actor.HoldsEverywhere(auth.OrderRead) {
		query := s.db.WithContext(database.AcrossBrands(ctx, database.OperatorReports))
		return s.page(query, "all", where, args, reverse)
	}
	own := actor.AccountID()
	if own == nil {
		return paging.Empty[models.Order](), nil
	}
	return s.page(s.everywhere(ctx).Where("orders.shopper_id = ?", *own), "own", where, args, reverse)
}

// OfBrand lists the orders of a brand, newest first.
func (s *Service) OfBrand(ctx context.Context, brand uuid.UUID, where Where, args paging.Args, reverse bool) (*paging.Connection[models.Order], error) {
	if err := auth.RequireFor(ctx, auth.OrderRead, brand, "brand"); err != nil {
		return nil, err
	}
	query := s.db.WithContext(ctx).Where("orders.brand_id = ?", brand)
	return s.page(query, "brand "+brand.String(), where, args, reverse)
}

// OfShoppers lists those orders of shoppers that the caller may see, newest
// first: to staff of a brand, that brand's alone. Shoppers have no brand in
// their keys.
func (s *Service) OfShoppers(ctx context.Context, shoppers []models.Key, args paging.Args) (func(models.Key) *paging.Connection[models.Order], error) {
	pages := make(map[models.Key]*paging.Connection[models.Order], len(shoppers))
	for _, shopper := range shoppers {
		query := s.scoped(ctx, s.everywhere(ctx).Where("orders.shopper_id = ?", shopper.ID))
		page, err := s.page(query, "shopper "+shopper.ID.String(), Where{}, args, false)
		if err != nil {
			return nil, err
		}
		pages[shopper] = page
	}
	return func(k models.Key) *paging.Connection[models.Order] { return pages[k] }, nil
}

func (s *Service) page(query *gorm.DB, list string, where Where, args paging.Args, reverse bool) (*paging.Connection[models.Order], error) {
	return paging.Find(where.narrow(query.Model(&models.Order{})), args, paging.Sort[models.Order]{
		Name: "orders", Filter: []any{list, where}, Desc: !reverse,
		Columns: []paging.Column[models.Order]{
			{Expr: "orders.placed_at", Type: "timestamptz", Value: func(o *models.Order) any { return o.PlacedAt }},
			{Expr: "orders.id", Type: "uuid", Value: func(o *models.Order) any { return o.ID }},
		},
	})
}

func (w Where) narrow(query *gorm.DB) *gorm.DB {
	if w.Storefront != nil {
		query = query.Where("orders.brand_id = ? and orders.storefront_id = ?", w.Storefront.BrandID, w.Storefront.ID)
	}
	if len(w.Status) > 0 {
		query = query.Where("orders.status in ?", w.Status)
	}
	if w.Source != nil {
		query = query.Where("orders.source = ?", *w.Source)
	}
	if w.From != nil {
		query = query.Where("orders.placed_at >= ?", *w.From)
	}
	if w.To != nil {
		query = query.Where("orders.placed_at < ?", *w.To)
	}
	if w.Number != nil {
		query = query.Where("orders.number = ?", *w.Number)
	}
	return query
}
