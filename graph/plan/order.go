package plan

import (
	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

func orders() []*Type {
	return []*Type{
		{Name: "Order", Model: models.Order{}, ID: globalid.Order, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{
			"brand":      one("Brand", "BrandID"),
			"storefront": one("Storefront", "StorefrontID"),
			"lines":      many(rows{typeName: "OrderLine", field: "OrderID", order: []string{"order_lines.ordinal"}}),
			"charges":    many(rows{typeName: "Charge", field: "OrderID", order: []string{"charges.id"}}),
			"goods":      sum("goods_minor"),
			"discount":   sum("discount_minor"),
			"shipping":   sum("shipping_minor"),
			"tax":        sum("tax_minor"),
			"total":      sum("total_minor"),
			"refunded":   sum("refunded_minor"),
			"refunds": many(rows{typeName: "OrderRefund", field: "OrderID",
				order: []string{"order_refunds.recorded_at", "order_refunds.id"}}),
			"shipments": many(rows{typeName: "Shipment", field: "OrderID", order: []string{"shipments.created_at", "shipments.id"}}),
			"returns":   many(rows{typeName: "Return", field: "OrderID", order: []string{"returns.requested_at", "returns.id"}}),
			"recipient": inside("Recipient", "%s.recipient"),
			"delivery":  inside("OrderDelivery", "%s.delivery"),
			"canCancel": expression("(%[1]s.source = 'SHOP' and %[1]s.status = 'PLACED'" +
				" and %[1]s.fulfilment_status = 'UNFULFILLED')"),
			// An operator sees a shopper by its orders, of whichever brand.
			"shopper":  across(linked("Shopper", "%[2]s.id = %[1]s.shopper_id", true)),
			"purchase": linked("Purchase", "%[2]s.id = %[1]s.purchase_id", true),
			"events":   many(rows{typeName: "OrderEvent", field: "OrderID", order: []string{"order_events.recorded_at", "order_events.id"}}),
		}},
		{Name: "OrderLine", Model: models.OrderLine{}, ID: globalid.OrderLine, Key: ofBrandKey, Tenant: "brand_id", Reach: ofOrder,
			Fields: map[string]Field{
				"title":   words("title", ownLanguage),
				"options": selectedOptions,
				"product": one("Product", "ProductID"),
				"variant": one("Variant", "VariantID"),
				"goods":   sum("goods_minor"),
			}},
		{Name: "Charge", Model: models.Charge{}, Fields: map[string]Field{
			"amount": sum("amount_minor"),
			"line":   linked("OrderLine", "%[2]s.brand_id = %[1]s.brand_id and %[2]s.id = %[1]s.line_id", false),
		}},
		{Name: "OrderEvent", Model: models.OrderEvent{}, Fields: map[string]Field{
			"by": expression("(case when %[1]s.actor_id is null then 'SYSTEM' when exists (select 1 from orders o where o.brand_id = %[1]s.brand_id" +
				" and o.id = %[1]s.order_id and o.shopper_id = %[1]s.actor_id) then 'SHOPPER' else 'STAFF' end)"),
		}},
		{Name: "Recipient", Fields: map[string]Field{
			"name":       recipient("name"),
			"phone":      recipient("phone"),
			"country":    recipient("country"),
			"region":     recipient("region"),
			"province":   recipient("province"),
			"city":       recipient("city"),
			"district":   recipient("district"),
			"street":     recipient("street"),
			"postalCode": recipient("postalCode"),
		}},
		{Name: "OrderDelivery", Fields: map[string]Field{
			"title": computed(func(alias string) func(*statement) {
				return wordsIn(alias+".delivery -> 'texts'", "("+alias+".delivery ->> 'defaultLanguage')", "title")
			}),
			"minDays": expression("cast(%s.delivery ->> 'minDays' as integer)"),
			"maxDays": expression("cast(%s.delivery ->> 'maxDays' as integer)"),
		}},
		{Name: "Shopper", Model: models.Shopper{}, ID: globalid.Shopper, Key: []string{"id"}, Reach: shopper, Fields: map[string]Field{
			"orders": across(pages("Order", ordersOfShopper)),
		}},
		{Name: "Warehouse", Model: models.Warehouse{}, ID: globalid.Warehouse, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{}},
		{Name: "StockLevel", Model: models.StockLevel{}, Fields: map[string]Field{
			"warehouse": one("Warehouse", "WarehouseID"),
			"available": expression("(%[1]s.on_hand - %[1]s.reserved)"),
		}},
		{Name: "StockAdjustment", Model: models.StockAdjustment{}, Fields: map[string]Field{
			"warehouse": linked("Warehouse", "%[2]s.brand_id = %[1]s.brand_id and %[2]s.id = %[1]s.warehouse_id", true),
			"order":     linked("Order", "%[2]s.brand_id = %[1]s.brand_id and %[2]s.id = %[1]s.order_id", true),
			// A shopper whose order took stock is no business of the brand's staff.
			"actor": linked("Account", "%[2]s.id = %[1]s.actor_id and %[1]s.reason in ("+quoted(models.StaffReasons)+")", false),
		}},
	}
}

func recipient(name string) Field {
	return expression("coalesce(%s.recipient ->> '" + name + "', '')")
}

func ofOrder(s *statement, alias string) {
	s.text("exists (select 1 from orders where orders.brand_id = " + alias + ".brand_id and orders.id = " + alias + ".order_id and ")
	s.scope("orders", "")
	s.text(")")
}

// shopper is seen by itself, and by whoever sees an order of it.
func shopper(s *statement, alias string) {
	s.text("(exists (select 1 from orders where orders.shopper_id = " + alias + ".id and ")
	s.scope("orders", "")
	s.text(")")
	if self := s.actor.AccountID(); self != nil {
		s.add(" or "+alias+".id = ?", *self)
	}
	s.text(")")
}

func orderArguments(s *statement, f *call) (order.Where, bool, error) {
	where, err := argument(f, s.run, "where", generated.OrderWhere)
	if err != nil {
		return order.Where{}, false, err
	}
	conditions, err := filter.Orders(where)
	if err != nil {
		return order.Where{}, false, err
	}
	reverse, err := f.reverse(s.run)
	return conditions, reverse, err
}

// ordersListed is a page of what the caller lists: its own as a shopper, all
// to operators.
func ordersListed(s *statement, _ string, f *call, _ paging.Args) (selection, error) {
	where, reverse, err := orderArguments(s, f)
	if err != nil {
		return selection{}, err
	}
	conditions, sort := order.Listed(s.actor, where, reverse)
	return selection{from: database.SQL{Text: "orders"}, conditions: conditions, order: sort.Order()}, nil
}

func ordersOfBrand(s *statement, alias string, f *call, _ paging.Args) (selection, error) {
	where, reverse, err := orderArguments(s, f)
	if err != nil {
		return selection{}, err
	}
	return selection{from: database.SQL{Text: "orders"}, on: "orders.brand_id = %s.id", alias: alias,
		conditions: where.Conditions(), order: order.Newest("brand", where, reverse).Order()}, nil
}

var shopperOrder = order.Newest("shopper", order.Where{}, false).Order()

func ordersOfShopper(_ *statement, alias string, _ *call, _ paging.Args) (selection, error) {
	return ofRow("orders", "orders.shopper_id = %s.id", alias, nil, shopperOrder), nil
}

func adjustmentsOfVariant(s *statement, alias string, _ *call, _ paging.Args) (selection, error) {
	found := selection{from: database.SQL{Text: "stock_adjustments"}, alias: alias, order: inventory.NewestChange.Order(),
		on: "stock_adjustments.brand_id = %s.brand_id and stock_adjustments.variant_id = %s.id"}
	seen, args := auth.Where(s.actor, "warehouses", "", s.now)
	found.conditions.Add("exists (select 1 from warehouses where warehouses.brand_id = stock_adjustments.brand_id"+
		" and warehouses.id = stock_adjustments.warehouse_id and "+seen+")", args...)
	return found, nil
}
