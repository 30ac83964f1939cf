package resolvers

import (
	"context"

	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/models"
)

func warehouseKey(w *models.Warehouse) models.Key { return models.Key{BrandID: w.BrandID, ID: w.ID} }

// warehouseOf loads the warehouse of a row, for its whole group at once.
func warehouseOf[P any](ctx context.Context, r *Resolver, row *P, key func(*P) models.Key) (*models.Warehouse, error) {
	return loaders.One(ctx, row, "warehouse",
		func(row *P) (models.Key, bool) { return key(row), true }, r.Inventory.WarehousesByKeys, warehouseKey)
}
