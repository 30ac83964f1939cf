package apitest_test

import (
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// line is the id of the first line of the world's order.
func (w *shopWorld) line() *models.OrderLine {
	var l models.OrderLine
	if err := w.api.DB.Gorm.Where("brand_id = ? and order_id = ?", w.brand.ID, w.order.ID).Order("ordinal").Take(&l).Error; err != nil {
		panic(err)
	}
	return &l
}

// parcel puts a piece of the world's order into a shipment.
func (w *shopWorld) parcel(status models.ShipmentStatus) *models.Shipment {
	number, at := "SBX"+fixture.ID().String(), fixture.Start
	s := &models.Shipment{
		BrandID: w.brand.ID, ID: fixture.ID(), OrderID: w.order.ID, WarehouseID: w.goods.Warehouse.ID, Status: status, Carrier: "SANDBOX",
		TrackingNumber: &number, CreatedAt: at, Version: 1,
	}
	if status == models.ShipmentDelivered {
		// Whatever the clock of the test says, it is within the window.
		now := w.api.Now
		s.DeliveredAt = &now
	}
	w.create(s, &models.ShipmentLine{BrandID: w.brand.ID, ShipmentID: s.ID, LineID: w.line().ID, Quantity: 1})
	fulfilment := models.Preparing
	switch status {
	case models.ShipmentDispatched, models.ShipmentLost:
		fulfilment = models.Fulfilled
	case models.ShipmentDelivered:
		fulfilment = models.Delivered
	case models.ShipmentPlanned, models.ShipmentLabelled, models.ShipmentCancelled:
	}
	w.set("update orders set fulfilment_status = ? where brand_id = ? and id = ?", fulfilment, w.brand.ID, w.order.ID)
	return s
}

func (w *shopWorld) create(rows ...any) {
	for _, row := range rows {
		if err := w.api.DB.Gorm.Create(row).Error; err != nil {
			panic(err)
		}
	}
}

// sentBack is a return of a piece of the world's order.
func (w *shopWorld) sentBack(status models.ReturnStatus) *models.Return {
	w.parcel(models.ShipmentDelivered)
	r := &models.Return{BrandID: w.brand.ID, ID: fixture.ID(), OrderID: w.order.ID, Status: status, Reason: "too sweet",
		WarehouseID: &w.goods.Warehouse.ID, RequestedAt: fixture.Start, UpdatedAt: fixture.Start, Version: 1}
	l := &models.ReturnLine{BrandID: w.brand.ID, ReturnID: r.ID, LineID: w.line().ID, Quantity: 1}
	of := models.ReturnsInProgress
	switch status {
	case models.ReturnRequested:
		of = models.ReturnsRequested
	case models.ReturnReceived:
		l.Received = 1
	case models.ReturnInspected:
		l.Received, l.WrittenOff = 1, 1
	case models.ReturnApproved, models.ReturnRejected, models.ReturnCancelled, models.ReturnCompleted:
	}
	w.create(r, l)
	w.set("update orders set return_status = ? where brand_id = ? and id = ?", of, w.brand.ID, w.order.ID)
	return r
}

// bareLine is the opaque id of the world's order line.
func (w *shopWorld) bareLine() string {
	return globalid.EncodeOf(globalid.OrderLine, w.brand.ID, w.line().ID)
}

// shipping are good inputs of shipments and returns.
var shipping = map[string][]goodInput{
	"orderRefund": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"idempotencyKey": "r1", "orderId": w.order.GlobalID(), "reason": "broken",
			"lines": list(object{"lineId": w.bareLine(), "quantity": "1"}), "carriage": false,
		}
	}},
	"shipmentCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"idempotencyKey": "s1", "orderId": w.order.GlobalID(), "warehouseId": w.goods.Warehouse.GlobalID(),
			"lines": list(object{"lineId": w.bareLine(), "quantity": "1"}),
		}
	}},
	"shipmentsCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"idempotencyKey": "s2", "orderIds": list(w.order.GlobalID()), "warehouseId": w.goods.Warehouse.GlobalID()}
	}},
	"shipmentDispatch": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"shipmentId": w.parcel(models.ShipmentLabelled).GlobalID()}
	}},
	"shipmentDeliver": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"shipmentId": w.parcel(models.ShipmentDispatched).GlobalID()}
	}},
	"shipmentLose": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"shipmentId": w.parcel(models.ShipmentDispatched).GlobalID()}
	}},
	"shipmentCancel": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"shipmentId": w.parcel(models.ShipmentLabelled).GlobalID()}
	}},
	"shipmentLossResolve": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"idempotencyKey": "l1", "shipmentId": w.parcel(models.ShipmentLost).GlobalID(), "resolution": "RESEND"}
	}},
	"returnRequest": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.parcel(models.ShipmentDelivered)
		return w.shopper, object{
			"idempotencyKey": "b1", "orderId": w.order.GlobalID(), "reason": "too sweet",
			"lines": list(object{"lineId": w.bareLine(), "quantity": "1"}),
		}
	}},
	"returnApprove": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"returnId": w.sentBack(models.ReturnRequested).GlobalID()}
	}},
	"returnReject": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"returnId": w.sentBack(models.ReturnRequested).GlobalID(), "note": "it was opened"}
	}},
	"returnCancel": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.shopper, object{"returnId": w.sentBack(models.ReturnApproved).GlobalID()}
	}},
	"returnReceive": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"returnId": w.sentBack(models.ReturnApproved).GlobalID(), "warehouseId": w.goods.Warehouse.GlobalID(),
			"lines": list(object{"lineId": w.bareLine(), "quantity": "1"}),
		}
	}},
	"returnInspect": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{
			"idempotencyKey": "i1", "returnId": w.sentBack(models.ReturnReceived).GlobalID(),
			"lines": list(object{"lineId": w.bareLine(), "restocked": "1", "writtenOff": "0"}),
		}
	}},
	"returnRefund": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"idempotencyKey": "f1", "returnId": w.sentBack(models.ReturnInspected).GlobalID(), "carriage": false}
	}},
}
