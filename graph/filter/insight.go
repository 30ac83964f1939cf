package filter

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/insight"
)

// rowsOf reads a list of ids, and gives the rows that they name.
func rowsOf(name string, t globalid.Type, given graphql.Omittable[[]string]) ([]uuid.UUID, error) {
	var rows []uuid.UUID
	for i, id := range given.Value() {
		parsed, err := ID(fmt.Sprintf("where.%s.%d", name, i), t, id)
		if err != nil {
			return nil, err
		}
		rows = append(rows, parsed.Row)
	}
	return rows, nil
}

// SalesInsight reads a filter of reports on sales.
func SalesInsight(where *api.SalesInsightWhere) (q insight.Query, err error) {
	if where == nil {
		return q, nil
	}
	q.From, q.To, q.Currencies = where.From.Value(), where.To.Value(), where.Currency.Value()
	if q.Brands, err = rowsOf("brandId", globalid.Brand, where.BrandID); err != nil {
		return q, err
	}
	q.Storefronts, err = rowsOf("storefrontId", globalid.Storefront, where.StorefrontID)
	return q, err
}

// ShopperInsight reads a filter of reports on carts and shoppers.
func ShopperInsight(where *api.ShopperInsightWhere) (q insight.Query, err error) {
	if where == nil {
		return q, nil
	}
	q.From, q.To = where.From.Value(), where.To.Value()
	if q.Brands, err = rowsOf("brandId", globalid.Brand, where.BrandID); err != nil {
		return q, err
	}
	q.Storefronts, err = rowsOf("storefrontId", globalid.Storefront, where.StorefrontID)
	return q, err
}

// StockInsight reads a filter of reports on stock.
func StockInsight(where *api.StockInsightWhere) (q insight.Query, err error) {
	if where == nil {
		return q, nil
	}
	q.From, q.To = where.From.Value(), where.To.Value()
	if q.Brands, err = rowsOf("brandId", globalid.Brand, where.BrandID); err != nil {
		return q, err
	}
	q.Warehouses, err = rowsOf("warehouseId", globalid.Warehouse, where.WarehouseID)
	return q, err
}

// StatementInsight reads a filter of reports on statements.
func StatementInsight(where *api.StatementInsightWhere) (q insight.Query, err error) {
	if where == nil {
		return q, nil
	}
	q.From, q.To, q.Currencies = where.From.Value(), where.To.Value(), where.Currency.Value()
	q.Brands, err = rowsOf("brandId", globalid.Brand, where.BrandID)
	return q, err
}
