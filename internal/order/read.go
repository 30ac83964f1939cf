package order

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByKeys gives the orders that the caller may see, in any order.
func (s *Service) ByKeys(ctx context.Context, keys []models.Key) ([]*models.Order, error) {
	return database.Find[models.Order](s.scoped(ctx, byKeys(s.db.WithContext(ctx), keys)), "orders")
}

// ByKey gives an order, or NOT_FOUND where there is none or the caller may not see it.
func (s *Service) ByKey(ctx context.Context, key models.Key) (*models.Order, error) {
	return one(s.scoped(ctx, byKeys(s.db.WithContext(ctx), []models.Key{key})))
}

// ByNumber is ByKey by the number of an order placed here, as people write it.
func (s *Service) ByNumber(ctx context.Context, number string) (*models.Order, error) {
	return one(s.scoped(ctx, s.db.WithContext(ctx)).
		Where("(orders.brand_id, orders.id) in (select brand_id, order_id from order_numbers where number = ?)", ReadNumber(number)))
}

// OfPurchases gives the orders of purchases, as far as the caller may see
// them, each purchase's in the order in which they were booked.
func (s *Service) OfPurchases(ctx context.Context, purchases []uuid.UUID) ([]*models.Order, error) {
	return database.Find[models.Order](s.scoped(ctx, s.everywhere(ctx)).Where("orders.purchase_id in ?", purchases).Order("orders.id"), "orders")
}

// LinesOf gives the lines of orders that the caller has read, each order's in order.
func (s *Service) LinesOf(ctx context.Context, orders []models.Key) ([]*models.OrderLine, error) {
	return database.Find[models.OrderLine](of(s.db.WithContext(ctx), orders).Order("order_id, ordinal"), "order lines")
}

// LinesByKeys gives lines of orders that the caller may see, in any order.
func (s *Service) LinesByKeys(ctx context.Context, keys []models.Key) ([]*models.OrderLine, error) {
	seen, args := auth.Where(auth.From(ctx), "orders", "", s.now())
	return database.Find[models.OrderLine](s.db.WithContext(ctx).Where("(order_lines.brand_id, order_lines.id) in ?", models.Pairs(keys)).
		Where("exists (select 1 from orders where orders.brand_id = order_lines.brand_id and orders.id = order_lines.order_id and "+
			seen+")", args...), "order lines")
}

// ChargesOf gives the charges of orders that the caller has read, each order's in order.
func (s *Service) ChargesOf(ctx context.Context, orders []models.Key) ([]*models.Charge, error) {
	return database.Find[models.Charge](of(s.db.WithContext(ctx), orders).Order("order_id, id"), "charges")
}

// EventsOf gives the history of orders that the caller has read, oldest first.
func (s *Service) EventsOf(ctx context.Context, orders []models.Key) ([]*models.OrderEvent, error) {
	return database.Find[models.OrderEvent](of(s.db.WithContext(ctx), orders).Order("order_id, recorded_at, id"), "order events")
}

// ShoppersByIDs gives the caller itself, and those who placed orders that the
// caller may see, in any order.
func (s *Service) ShoppersByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.Shopper, error) {
	seen, args := auth.Where(auth.From(ctx), "orders", "", s.now())
	self := uuid.Nil
	if id := auth.From(ctx).AccountID(); id != nil {
		self = *id
	}
	return database.Find[models.Shopper](s.everywhere(ctx).Where("accounts.id in ?", ids).
		Where("accounts.id = ? or exists (select 1 from orders where orders.shopper_id = accounts.id and "+seen+")",
			append([]any{self}, args...)...), "shoppers")
}

// everywhere begins a query that follows a shopper over all brands.
func (s *Service) everywhere(ctx context.Context) *gorm.DB {
	return s.db.WithContext(database.AcrossBrands(ctx, database.ShopperOrders))
}
