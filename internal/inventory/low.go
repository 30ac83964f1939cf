package inventory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// LowStock is how many pieces are few where nobody says otherwise.
const LowStock int32 = 5

const mostLow = 1_000_000

// OldestVariant sorts the variants of which few are left.
var OldestVariant = paging.Sort[models.Variant]{Name: "lowStock", Columns: []paging.Column[models.Variant]{
	{Expr: "variants.id", Type: "uuid", Value: func(v *models.Variant) any { return v.ID }},
}}

// Low are the conditions of variants of which no more than some pieces are
// left: tracked ones that are not archived.
func Low(atMost int32) (c database.Conditions, err error) {
	if atMost < 0 || atMost > mostLow {
		return c, &problem.BadInput{Argument: "atMost", Message: "give 0 to 1,000,000 pieces"}
	}
	c.Add(`variants.archived_at is null and variants.track_stock and coalesce((
  select sum(stock_levels.on_hand - stock_levels.reserved)
  from stock_levels
  join warehouses on warehouses.brand_id = stock_levels.brand_id and warehouses.id = stock_levels.warehouse_id
  where stock_levels.brand_id = variants.brand_id and stock_levels.variant_id = variants.id and warehouses.active), 0) <= ?`, atMost)
	return c, nil
}

// LowStockOf lists the variants of brands of which no more than some pieces
// are left. A brand whose stock the caller may not read has none.
func (s *Service) LowStockOf(
	ctx context.Context, brands []uuid.UUID, atMost int32, args paging.Args,
) (func(uuid.UUID) *paging.Connection[models.Variant], error) {
	low, err := Low(atMost)
	if err != nil {
		return nil, err
	}
	actor := auth.From(ctx)
	brands = slices.DeleteFunc(slices.Clone(brands), func(id uuid.UUID) bool { return !actor.HoldsFor(auth.StockRead, id) })
	query := low.Narrow(s.db.WithContext(ctx).Model(&models.Variant{}))
	return paging.Each(query, args, OldestVariant, "variants", paging.Parents[models.Variant, uuid.UUID]{
		Keys: brands, Columns: []string{"brand_id"}, IDs: func(id uuid.UUID) []uuid.UUID { return []uuid.UUID{id} },
		Of: func(v *models.Variant) uuid.UUID { return v.BrandID },
	})
}
