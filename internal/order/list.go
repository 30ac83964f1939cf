package order

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// Where narrows lists of orders. Nil and empty fields do not.
type Where struct {
	Storefront *models.Key
	Status     []models.OrderStatus
	Payment    []models.OrderPaymentStatus
	Fulfilment []models.FulfilmentStatus
	Returns    []models.OrderReturnStatus
	Refunds    []models.RefundStatus
	Dispute    []models.DisputeStatus
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
	conditions, sort := Listed(auth.From(ctx), where, reverse)
	purpose := database.ShopperOrders
	if auth.From(ctx).HoldsEverywhere(auth.OrderRead) {
		purpose = database.OperatorReports
	}
	query := s.db.WithContext(database.AcrossBrands(ctx, purpose)).Model(&models.Order{})
	return paging.Find(conditions.Narrow(query), args, sort)
}

// Listed says which orders List gives, and how it sorts them.
func Listed(actor *auth.Actor, where Where, reverse bool) (database.Conditions, paging.Sort[models.Order]) {
	conditions := where.Conditions()
	if actor.HoldsEverywhere(auth.OrderRead) {
		return conditions, Newest("all", where, reverse)
	}
	if own := actor.AccountID(); own != nil {
		conditions.Add("orders.shopper_id = ?", *own)
	} else {
		conditions.Add("false")
	}
	return conditions, Newest("own", where, reverse)
}

// OfBrands lists the orders of brands, given by keys without a row, newest
// first. A brand whose orders the caller may not read has none.
func (s *Service) OfBrands(
	ctx context.Context, brands []models.Key, where Where, args paging.Args, reverse bool,
) (func(models.Key) *paging.Connection[models.Order], error) {
	actor := auth.From(ctx)
	brands = slices.DeleteFunc(slices.Clone(brands), func(k models.Key) bool { return !actor.HoldsFor(auth.OrderRead, k.BrandID) })
	query := where.Conditions().Narrow(s.db.WithContext(ctx).Model(&models.Order{}))
	return paging.Each(query, args, Newest("brand", where, reverse), "orders",
		paging.Parents[models.Order, models.Key]{
			Keys: brands, Columns: []string{"brand_id"}, IDs: func(k models.Key) []uuid.UUID { return []uuid.UUID{k.BrandID} },
			Of: func(o *models.Order) models.Key { return models.Key{BrandID: o.BrandID} },
		})
}

// OfShoppers lists those orders of shoppers, given by keys without a brand,
// that the caller may see, newest first: to staff of a brand, that brand's alone.
func (s *Service) OfShoppers(ctx context.Context, shoppers []models.Key, args paging.Args) (func(models.Key) *paging.Connection[models.Order], error) {
	query := s.scoped(ctx, s.everywhere(ctx).Model(&models.Order{}))
	return paging.Each(query, args, Newest("shopper", Where{}, false), "orders", paging.Parents[models.Order, models.Key]{
		Keys: shoppers, Columns: []string{"shopper_id"}, IDs: func(k models.Key) []uuid.UUID { return []uuid.UUID{k.ID} },
		Of: func(o *models.Order) models.Key { return models.Key{ID: *o.ShopperID} },
	})
}

// Newest sorts a list of orders by when they were placed. Its name keeps
// cursors of one list from another.
func Newest(list string, where Where, reverse bool) paging.Sort[models.Order] {
	return paging.Sort[models.Order]{
		Name: "orders", Filter: []any{list, where}, Desc: !reverse,
		Columns: []paging.Column[models.Order]{
			{Expr: "orders.placed_at", Type: "timestamptz", Value: func(o *models.Order) any { return o.PlacedAt }},
			{Expr: "orders.id", Type: "uuid", Value: func(o *models.Order) any { return o.ID }},
		},
	}
}

// Conditions of the orders it lets pass.
func (w Where) Conditions() database.Conditions {
	var c database.Conditions
	if w.Storefront != nil {
		c.Add("orders.brand_id = ? and orders.storefront_id = ?", w.Storefront.BrandID, w.Storefront.ID)
	}
	if len(w.Status) > 0 {
		c.Add("orders.status in ?", w.Status)
	}
	if len(w.Payment) > 0 {
		c.Add("orders.payment_status in ?", w.Payment)
	}
	if len(w.Fulfilment) > 0 {
		c.Add("orders.fulfilment_status in ?", w.Fulfilment)
	}
	if len(w.Returns) > 0 {
		c.Add("orders.return_status in ?", w.Returns)
	}
	if len(w.Refunds) > 0 {
		c.Add("exists (select 1 from order_refunds where order_refunds.brand_id = orders.brand_id and order_refunds.order_id = orders.id"+
			" and order_refunds.status in ?)", w.Refunds)
	}
	if len(w.Dispute) > 0 {
		c.Add("coalesce(orders.dispute, 'NONE') in ?", w.Dispute)
	}
	if w.Source != nil {
		c.Add("orders.source = ?", *w.Source)
	}
	if w.From != nil {
		c.Add("orders.placed_at >= ?", *w.From)
	}
	if w.To != nil {
		c.Add("orders.placed_at < ?", *w.To)
	}
	if w.Number != nil {
		c.Add("orders.number = ?", *w.Number)
	}
	return c
}
