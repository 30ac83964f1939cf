package order

import (
	"context"
	"slices"
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
		return page(query, "all", where, args, reverse)
	}
	own := actor.AccountID()
	if own == nil {
		return paging.Empty[models.Order](), nil
	}
	return page(s.everywhere(ctx).Where("orders.shopper_id = ?", *own), "own", where, args, reverse)
}

// OfBrands lists the orders of brands, given by keys without a row, newest
// first. A brand whose orders the caller may not read has none.
func (s *Service) OfBrands(
	ctx context.Context, brands []models.Key, where Where, args paging.Args, reverse bool,
) (func(models.Key) *paging.Connection[models.Order], error) {
	actor := auth.From(ctx)
	brands = slices.DeleteFunc(slices.Clone(brands), func(k models.Key) bool { return !actor.HoldsFor(auth.OrderRead, k.BrandID) })
	return paging.Each(where.narrow(s.db.WithContext(ctx)), args, newest("brand", where, reverse), "orders",
		paging.Parents[models.Order, models.Key]{
			Keys: brands, Columns: []string{"brand_id"}, IDs: func(k models.Key) []uuid.UUID { return []uuid.UUID{k.BrandID} },
			Of: func(o *models.Order) models.Key { return models.Key{BrandID: o.BrandID} },
		})
}

// OfShoppers lists those orders of shoppers, given by keys without a brand,
// that the caller may see, newest first: to staff of a brand, that brand's alone.
func (s *Service) OfShoppers(ctx context.Context, shoppers []models.Key, args paging.Args) (func(models.Key) *paging.Connection[models.Order], error) {
	query := s.scoped(ctx, s.everywhere(ctx).Model(&models.Order{}))
	return paging.Each(query, args, newest("shopper", Where{}, false), "orders", paging.Parents[models.Order, models.Key]{
		Keys: shoppers, Columns: []string{"shopper_id"}, IDs: func(k models.Key) []uuid.UUID { return []uuid.UUID{k.ID} },
		Of: func(o *models.Order) models.Key { return models.Key{ID: *o.ShopperID} },
	})
}

func page(query *gorm.DB, list string, where Where, args paging.Args, reverse bool) (*paging.Connection[models.Order], error) {
	return paging.Find(where.narrow(query), args, newest(list, where, reverse))
}

func newest(list string, where Where, reverse bool) paging.Sort[models.Order] {
	return paging.Sort[models.Order]{
		Name: "orders", Filter: []any{list, where}, Desc: !reverse,
		Columns: []paging.Column[models.Order]{
			{Expr: "orders.placed_at", Type: "timestamptz", Value: func(o *models.Order) any { return o.PlacedAt }},
			{Expr: "orders.id", Type: "uuid", Value: func(o *models.Order) any { return o.ID }},
		},
	}
}

func (w Where) narrow(query *gorm.DB) *gorm.DB {
	query = query.Model(&models.Order{})
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
