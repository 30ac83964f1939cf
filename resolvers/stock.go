package resolvers

import (
	"context"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/models"
)

func warehouseKey(w *models.Warehouse) models.Key { return models.Key{BrandID: w.BrandID, ID: w.ID} }

// warehouseOf loads the warehouse of a row, for its whole group at once.
func warehouseOf[P any](ctx context.Context, r *Resolver, row *P, key func(*P) models.Key) (*models.Warehouse, error) {
	return loaders.One(ctx, row, "warehouse",
		func(row *P) (models.Key, bool) { return key(row), true }, r.Inventory.WarehousesByKeys, warehouseKey)
}

func (r *Resolver) warehouseCreate(ctx context.Context, input api.WarehouseCreateInput) (*models.Warehouse, error) {
	var in ids
	brand := in.row("input.brandId", globalid.Brand, input.BrandID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Inventory.CreateWarehouse(ctx, brand.Row, inventory.WarehouseDraft{
		Code: input.Code, Name: input.Name, Kind: input.Kind, Country: input.Country, Region: given(input.Region),
		Priority: or(given(input.Priority), 0),
	})
}

func (r *Resolver) stockAdjust(ctx context.Context, input api.StockAdjustInput) (*models.StockLevel, error) {
	var in ids
	adjustment := inventory.Adjustment{
		IdempotencyKey: input.IdempotencyKey,
		Variant:        in.key("input.variantId", globalid.Variant, input.VariantID),
		Warehouse:      in.key("input.warehouseId", globalid.Warehouse, input.WarehouseID),
		Delta:          given(input.Delta), SetTo: given(input.SetTo), ChangeFrom: given(input.ChangeFrom),
		Reason: input.Reason, Note: text(input.Note),
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Inventory.Adjust(ctx, adjustment)
}
