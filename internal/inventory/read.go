package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// HasStock is true of a variant that can be had: its stock is not tracked, or
// an active warehouse has an unreserved piece.
const HasStock = `(not variants.track_stock or exists (
  select 1
  from stock_levels
  join warehouses on warehouses.brand_id = stock_levels.brand_id and warehouses.id = stock_levels.warehouse_id
  where stock_levels.brand_id = variants.brand_id and stock_levels.variant_id = variants.id
    and warehouses.active and stock_levels.on_hand > stock_levels.reserved))`

// AvailableVariants gives those of the variants that can be had.
func (s *Service) AvailableVariants(ctx context.Context, variants []models.Key) ([]models.Key, error) {
	return s.available(ctx, "id", variants)
}

// AvailableProducts gives those of the products of which a variant can be had.
func (s *Service) AvailableProducts(ctx context.Context, products []models.Key) ([]models.Key, error) {
	return s.available(ctx, "product_id", products)
}

func (s *Service) available(ctx context.Context, column string, keys []models.Key) ([]models.Key, error) {
	var found []models.Key
	err := s.db.WithContext(ctx).Table("variants").Distinct("variants.brand_id", "variants."+column+" as id").
		Where("(variants.brand_id, variants."+column+") in ?", models.Pairs(keys)).
		Where("variants.archived_at is null and " + HasStock).
		Scan(&found).Error
	return found, reading("availability", err)
}

// WarehousesByKeys gives the warehouses that the caller may see, in any order.
func (s *Service) WarehousesByKeys(ctx context.Context, keys []models.Key) ([]*models.Warehouse, error) {
	var rows []*models.Warehouse
	err := s.warehouses(ctx).Where("(warehouses.brand_id, warehouses.id) in ?", models.Pairs(keys)).Find(&rows).Error
	return rows, reading("warehouses", err)
}

// WarehousesOf gives the warehouses of brands that the caller may see, in the
// order in which stock is taken.
func (s *Service) WarehousesOf(ctx context.Context, brands []uuid.UUID) ([]*models.Warehouse, error) {
	var rows []*models.Warehouse
	err := s.warehouses(ctx).Where("warehouses.brand_id in ?", brands).Order("brand_id, priority, code, id").Find(&rows).Error
	return rows, reading("warehouses", err)
}

// LevelsOf gives the stock levels of variants in warehouses that the caller
// may see, in the order in which stock is taken.
func (s *Service) LevelsOf(ctx context.Context, variants []models.Key) ([]*models.StockLevel, error) {
	where, args := auth.Where(auth.From(ctx), "warehouses", "", s.now())
	var rows []*models.StockLevel
	err := s.db.WithContext(ctx).Select("stock_levels.*").
		Joins("join warehouses on warehouses.brand_id = stock_levels.brand_id and warehouses.id = stock_levels.warehouse_id").
		Where("(stock_levels.brand_id, stock_levels.variant_id) in ?", models.Pairs(variants)).
		Where(where, args...).
		Order("warehouses.priority, warehouses.code, warehouses.id").Find(&rows).Error
	return rows, reading("stock levels", err)
}

// NewestChange sorts the stock changes of a variant.
var NewestChange = paging.Sort[models.StockAdjustment]{Name: "stockAdjustments", Desc: true, Columns: []paging.Column[models.StockAdjustment]{
	{Expr: "stock_adjustments.recorded_at", Type: "timestamptz", Value: func(a *models.StockAdjustment) any { return a.RecordedAt }},
	{Expr: "stock_adjustments.id", Type: "uuid", Value: func(a *models.StockAdjustment) any { return a.ID }},
}}

// AdjustmentsOf gives a page of the stock changes of each variant, newest
// first, as far as the caller may see the warehouses.
func (s *Service) AdjustmentsOf(
	ctx context.Context, variants []models.Key, args paging.Args,
) (func(models.Key) *paging.Connection[models.StockAdjustment], error) {
	where, values := auth.Where(auth.From(ctx), "warehouses", "warehouses", s.now())
	query := s.db.WithContext(ctx).Model(&models.StockAdjustment{}).
		Where("exists (select 1 from warehouses where warehouses.brand_id = stock_adjustments.brand_id"+
			" and warehouses.id = stock_adjustments.warehouse_id and "+where+")", values...)
	return paging.Each(query, args, NewestChange, "stock_adjustments", paging.OfKeys(variants, "variant_id",
		func(a *models.StockAdjustment) models.Key { return models.Key{BrandID: a.BrandID, ID: a.VariantID} }))
}

func (s *Service) warehouses(ctx context.Context) *gorm.DB {
	where, args := auth.Where(auth.From(ctx), "warehouses", "", s.now())
	return s.db.WithContext(ctx).Where(where, args...)
}

func reading(what string, err error) error {
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}
