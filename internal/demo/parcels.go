package demo

import (
	"context"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// Orders of so long ago have arrived.
const arrivedAfter = 10 * 24 * time.Hour

// way is how a parcel goes, each step so long after its order.
var way = []struct {
	what  models.TrackingType
	place string
	after time.Duration
}{
	{models.TrackingLabelled, "", 20 * time.Hour}, {models.TrackingAccepted, "", 26 * time.Hour}, {models.TrackingInTransit, "Los Angeles", 50 * time.Hour},
	{models.TrackingAtCustoms, "Shanghai", 5 * 24 * time.Hour}, {models.TrackingDelivered, "", 8 * 24 * time.Hour},
}

// parcels are what has left and arrived.
type parcels struct {
	shipments []models.Shipment
	lines     []models.ShipmentLine
	events    []models.ShipmentEvent
	numbers   []models.TrackingNumber
}

// deliver has all of an order arrive in one parcel, and completes it.
func (w *world) deliver(all *parcels, b *order.Book, p plan) error {
	o := &b.Order
	at := func(i int) *time.Time { return new(p.at.Add(way[i].after)) }
	last := len(way) - 1
	s := models.Shipment{
		BrandID: o.BrandID, ID: idOf(*at(0), w.booked), OrderID: o.ID, WarehouseID: p.shop.warehouse.ID, Status: models.ShipmentDelivered,
		Carrier: (&sandbox.Carrier{}).Name(), CreatedAt: *at(0), DispatchedAt: at(1), DeliveredAt: at(last), Version: 1,
	}
	label, err := (&sandbox.Carrier{}).Label(context.Background(), &s, o.Recipient)
	if err != nil {
		return err
	}
	s.TrackingNumber, s.LabelURL = &label.TrackingNumber, &label.URL
	all.shipments = append(all.shipments, s)
	all.numbers = append(all.numbers, models.TrackingNumber{Carrier: s.Carrier, Number: label.TrackingNumber, BrandID: s.BrandID, ShipmentID: s.ID})
	for i := range b.Lines {
		all.lines = append(all.lines, models.ShipmentLine{BrandID: s.BrandID, ShipmentID: s.ID, LineID: b.Lines[i].ID, Quantity: b.Lines[i].Quantity})
	}
	for i, e := range way {
		all.events = append(all.events, models.ShipmentEvent{
			BrandID: s.BrandID, ID: idOf(*at(i), w.booked), ShipmentID: s.ID, Type: e.what, Place: models.Optional(e.place), HappenedAt: *at(i), RecordedAt: *at(i),
		})
	}
	o.Status, o.FulfilmentStatus = models.OrderCompleted, models.Delivered
	for _, step := range []struct {
		what models.OrderEventType
		at   int
		note *string
	}{
		{models.OrderShipmentMade, 0, nil}, {models.OrderWasDispatched, 1, s.TrackingNumber}, {models.OrderWasDelivered, last, s.TrackingNumber},
		{models.OrderWasCompleted, last, nil},
	} {
		b.Events = append(b.Events, models.OrderEvent{
			BrandID: o.BrandID, ID: idOf(*at(step.at), w.booked), OrderID: o.ID, Type: step.what, Note: step.note, RecordedAt: *at(step.at),
		})
	}
	return nil
}
