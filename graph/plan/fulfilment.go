package plan

import (
	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// fulfilments are what was shipped of orders, given back and comes back.
func fulfilments() []*Type {
	bought := linked("OrderLine", "%[2]s.brand_id = %[1]s.brand_id and %[2]s.id = %[1]s.line_id", false)
	return []*Type{
		{Name: "OrderRefund", Model: models.OrderRefund{}, ID: globalid.OrderRefund, Key: ofBrandKey, Tenant: "brand_id", Reach: ofOrder,
			Fields: map[string]Field{
				"amount": sum("amount_minor"),
				"lines":  many(rows{typeName: "OrderRefundLine", field: "RefundID", order: []string{"order_refund_lines.id"}}),
			}},
		{Name: "OrderRefundLine", Model: models.OrderRefundLine{}, Fields: map[string]Field{"line": bought, "amount": sum("amount_minor")}},
		{Name: "Shipment", Model: models.Shipment{}, ID: globalid.Shipment, Key: ofBrandKey, Tenant: "brand_id", Reach: ofOrder,
			Fields: map[string]Field{
				"warehouse": one("Warehouse", "WarehouseID"),
				"lines":     many(rows{typeName: "ShipmentLine", field: "ShipmentID", order: []string{"shipment_lines.line_id"}}),
				"events": many(rows{typeName: "ShipmentEvent", field: "ShipmentID",
					order: []string{"shipment_events.happened_at", "shipment_events.id"}}),
			}},
		{Name: "ShipmentLine", Model: models.ShipmentLine{}, Fields: map[string]Field{"line": bought}},
		{Name: "ShipmentEvent", Model: models.ShipmentEvent{}, Fields: map[string]Field{}},
		{Name: "Return", Model: models.Return{}, ID: globalid.Return, Key: ofBrandKey, Tenant: "brand_id", Reach: ofOrder,
			Fields: map[string]Field{
				"lines": many(rows{typeName: "ReturnLine", field: "ReturnID", order: []string{"return_lines.line_id"}}),
			}},
		{Name: "ReturnLine", Model: models.ReturnLine{}, Fields: map[string]Field{"line": bought}},
	}
}

// lowStockOfBrand are the variants of a brand of which few are left.
func lowStockOfBrand(s *statement, alias string, f *call, _ paging.Args) (selection, error) {
	most, err := argument(f, s.run, "atMost", scalar.UnmarshalInt)
	if err != nil {
		return selection{}, err
	}
	atMost := inventory.LowStock
	if most != nil {
		atMost = *most
	}
	low, err := inventory.Low(atMost)
	return selection{from: database.SQL{Text: "variants"}, on: "variants.brand_id = %s.id", alias: alias, conditions: low,
		order: inventory.OldestVariant.Order()}, err
}
