package resolvers

import (
	"context"
	"slices"
	"strconv"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

func shipmentKey(s *models.Shipment) models.Key { return models.Key{BrandID: s.BrandID, ID: s.ID} }

func returnKey(r *models.Return) models.Key { return models.Key{BrandID: r.BrandID, ID: r.ID} }

func refundKey(r *models.OrderRefund) models.Key { return models.Key{BrandID: r.BrandID, ID: r.ID} }

// bought loads the order line that a row names, for its whole group at once.
func bought[P any](ctx context.Context, r *Resolver, row *P, key func(*P) models.Key) (*models.OrderLine, error) {
	return loaders.One(ctx, row, "line", func(row *P) (models.Key, bool) { return key(row), true }, r.Orders.LinesByKeys, lineKey)
}

// actorOf tells who did something, for its whole group at once.
func actorOf(ctx context.Context, r *Resolver, e *models.OrderEvent) (models.OrderActor, error) {
	if e.ActorID == nil {
		return models.OrderBySystem, nil
	}
	o, err := loaders.One(ctx, e, "order",
		func(e *models.OrderEvent) (models.Key, bool) {
			return models.Key{BrandID: e.BrandID, ID: e.OrderID}, true
		},
		r.Orders.ByKeys, orderKey)
	if err == nil && o != nil && o.ShopperID != nil && *o.ShopperID == *e.ActorID {
		return models.OrderByShopper, nil
	}
	return models.OrderByStaff, err
}

func linePath(i int) string { return "input.lines." + strconv.Itoa(i) + ".lineId" }

// warehouse reads an optional id.
func (r *ids) warehouse(id *string) *models.Key {
	if id == nil {
		return nil
	}
	key := r.key("input.warehouseId", globalid.Warehouse, *id)
	return &key
}

func refundInput(in api.OrderRefundInput) (order.RefundInput, error) {
	var ids ids
	out := order.RefundInput{
		IdempotencyKey: in.IdempotencyKey, Order: ids.key("input.orderId", globalid.Order, in.OrderID),
		Carriage: or(given(in.Carriage), false), Reason: in.Reason,
	}
	for i, l := range in.Lines.Value() {
		out.Lines = append(out.Lines, order.PiecesInput{Line: ids.key(linePath(i), globalid.OrderLine, l.LineID), Quantity: l.Quantity})
	}
	return out, ids.err()
}

func shipmentInput(in api.ShipmentCreateInput) (fulfilment.CreateInput, error) {
	var ids ids
	out := fulfilment.CreateInput{
		IdempotencyKey: in.IdempotencyKey, Order: ids.key("input.orderId", globalid.Order, in.OrderID),
		Warehouse: ids.warehouse(given(in.WarehouseID)),
	}
	for i, l := range in.Lines.Value() {
		out.Lines = append(out.Lines, fulfilment.Line{Line: ids.key(linePath(i), globalid.OrderLine, l.LineID), Quantity: l.Quantity})
	}
	return out, ids.err()
}

// shipmentsCreate gives what became of each order, and all refusals by the
// path of the order they concern.
func (r *Resolver) shipmentsCreate(
	ctx context.Context, in api.ShipmentsCreateInput,
) (results []*api.ShipmentsCreateResult, all []*problem.Problem, err error) {
	var ids ids
	orders := make([]models.Key, len(in.OrderIds))
	for i, id := range in.OrderIds {
		orders[i] = ids.key("input.orderIds."+strconv.Itoa(i), globalid.Order, id)
	}
	warehouse := ids.warehouse(given(in.WarehouseID))
	if err := ids.err(); err != nil {
		return nil, nil, err
	}
	made, err := r.Fulfilment.CreateMany(ctx, in.IdempotencyKey, orders, warehouse)
	if err != nil {
		return nil, nil, err
	}
	results = make([]*api.ShipmentsCreateResult, len(made))
	var shipments []*models.Shipment
	for i, m := range made {
		refused, err := api.Refused(m.Err)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range refused {
			if slices.Equal(p.Field, []string{"input", "orderId"}) {
				p.Field = []string{"input", "orderIds", strconv.Itoa(i)}
			}
		}
		all = append(all, refused...)
		results[i] = &api.ShipmentsCreateResult{OrderID: in.OrderIds[i], Shipment: m.Shipment, UserErrors: refused}
		if m.Shipment != nil {
			shipments = append(shipments, m.Shipment)
		}
	}
	loaders.Together(ctx, shipments)
	return results, all, nil
}

func returnInput(in api.ReturnRequestInput) (returns.RequestInput, error) {
	var ids ids
	out := returns.RequestInput{
		IdempotencyKey: in.IdempotencyKey, Order: ids.key("input.orderId", globalid.Order, in.OrderID), Reason: in.Reason,
	}
	for i, l := range in.Lines {
		out.Lines = append(out.Lines, returns.Line{Line: ids.key(linePath(i), globalid.OrderLine, l.LineID), Quantity: l.Quantity})
	}
	return out, ids.err()
}

func receiveInput(in api.ReturnReceiveInput) (returns.ReceiveInput, error) {
	var ids ids
	out := returns.ReceiveInput{
		Return:    ids.key("input.returnId", globalid.Return, in.ReturnID),
		Warehouse: ids.key("input.warehouseId", globalid.Warehouse, in.WarehouseID),
	}
	for i, l := range in.Lines.Value() {
		out.Lines = append(out.Lines, returns.Line{Line: ids.key(linePath(i), globalid.OrderLine, l.LineID), Quantity: l.Quantity})
	}
	return out, ids.err()
}

func inspectInput(in api.ReturnInspectInput) (returns.InspectInput, error) {
	var ids ids
	out := returns.InspectInput{IdempotencyKey: in.IdempotencyKey, Return: ids.key("input.returnId", globalid.Return, in.ReturnID)}
	for i, l := range in.Lines {
		out.Lines = append(out.Lines, returns.Inspected{
			Line: ids.key(linePath(i), globalid.OrderLine, l.LineID), Restocked: or(given(l.Restocked), 0), WrittenOff: or(given(l.WrittenOff), 0),
		})
	}
	return out, ids.err()
}
