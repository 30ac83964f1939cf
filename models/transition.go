package models

import "slices"

// Life names something that has a status.
type Life string

// What has a status. Those of an order are derived; shipments and returns are moved by people and carriers.
const (
	LifeOfOrder      Life = "order"
	LifeOfPayment    Life = "order, payment"
	LifeOfFulfilment Life = "order, fulfilment"
	LifeOfReturns    Life = "order, return"
	LifeOfShipment   Life = "shipment"
	LifeOfReturn     Life = "return"
)

// Transition is a change of a status that may happen, and when it does.
type Transition struct {
	Of       Life
	From, To string
	When     string
}

// Transitions lists all that may happen. The guide of orders prints it.
var Transitions = []Transition{
	{LifeOfOrder, "PLACED", "COMPLETED", "each piece has arrived, was taken off the order, or was lost and refunded"},
	{LifeOfOrder, "PLACED", "CANCELLED", "it is cancelled, or all its pieces are taken off it by refunds"},

	{LifeOfPayment, "PAID", "PARTIALLY_REFUNDED", "a part is given back"},
	{LifeOfPayment, "PAID", "REFUNDED", "all is given back at once"},
	{LifeOfPayment, "PARTIALLY_REFUNDED", "REFUNDED", "the rest is given back"},

	{LifeOfFulfilment, "UNFULFILLED", "PREPARING", "a shipment is made"},
	{LifeOfFulfilment, "PREPARING", "UNFULFILLED", "the shipment is cancelled"},
	{LifeOfFulfilment, "PREPARING", "PARTIALLY_FULFILLED", "some pieces leave"},
	{LifeOfFulfilment, "PREPARING", "FULFILLED", "all pieces leave"},
	{LifeOfFulfilment, "PREPARING", "PARTIALLY_DELIVERED", "the carrier tells of an arrival before it told of the way"},
	{LifeOfFulfilment, "PREPARING", "DELIVERED", "the carrier tells of an arrival before it told of the way"},
	{LifeOfFulfilment, "PARTIALLY_FULFILLED", "FULFILLED", "the rest leaves, or is taken off the order"},
	{LifeOfFulfilment, "PARTIALLY_FULFILLED", "PARTIALLY_DELIVERED", "some pieces arrive"},
	{LifeOfFulfilment, "PARTIALLY_FULFILLED", "DELIVERED", "all arrive that were not lost and refunded"},
	{LifeOfFulfilment, "PARTIALLY_FULFILLED", "PREPARING", "what was lost is to be sent again; another shipment is being made"},
	{LifeOfFulfilment, "PARTIALLY_FULFILLED", "UNFULFILLED", "what was lost is to be sent again"},
	{LifeOfFulfilment, "FULFILLED", "PARTIALLY_DELIVERED", "some pieces arrive"},
	{LifeOfFulfilment, "FULFILLED", "DELIVERED", "all pieces arrive"},
	{LifeOfFulfilment, "FULFILLED", "PARTIALLY_FULFILLED", "what was lost is to be sent again"},
	{LifeOfFulfilment, "FULFILLED", "UNFULFILLED", "what was lost is to be sent again"},
	{LifeOfFulfilment, "PARTIALLY_DELIVERED", "DELIVERED", "the rest arrives, is taken off the order, or is refunded after it was lost"},

	{LifeOfReturns, "NONE", "REQUESTED", "the shopper asks to send goods back"},
	{LifeOfReturns, "REQUESTED", "IN_PROGRESS", "the brand agrees"},
	{LifeOfReturns, "REQUESTED", "NONE", "the brand rejects it, or the shopper calls it off"},
	{LifeOfReturns, "REQUESTED", "PARTIALLY_RETURNED", "it is rejected or called off; other goods came back before"},
	{LifeOfReturns, "REQUESTED", "RETURNED", "it is rejected or called off; all goods came back before"},
	{LifeOfReturns, "IN_PROGRESS", "REQUESTED", "the shopper asks for another return"},
	{LifeOfReturns, "IN_PROGRESS", "NONE", "the shopper calls it off"},
	{LifeOfReturns, "IN_PROGRESS", "PARTIALLY_RETURNED", "it ends, or is called off where other goods came back before"},
	{LifeOfReturns, "IN_PROGRESS", "RETURNED", "it ends, and all that was delivered came back"},
	{LifeOfReturns, "PARTIALLY_RETURNED", "REQUESTED", "the shopper asks for another return"},
	{LifeOfReturns, "RETURNED", "REQUESTED", "more was delivered, and the shopper asks for another return"},
	{LifeOfReturns, "RETURNED", "PARTIALLY_RETURNED", "more is delivered"},

	{LifeOfShipment, "PLANNED", "LABELLED", "the carrier gives its label"},
	{LifeOfShipment, "PLANNED", "CANCELLED", "staff cancel it"},
	{LifeOfShipment, "LABELLED", "CANCELLED", "staff cancel it"},
	{LifeOfShipment, "LABELLED", "DISPATCHED", "staff hand it over, or the carrier has it"},
	{LifeOfShipment, "LABELLED", "DELIVERED", "the carrier tells of the arrival before it told of the way"},
	{LifeOfShipment, "LABELLED", "LOST", "the carrier tells of the loss before it told of the way"},
	{LifeOfShipment, "DISPATCHED", "DELIVERED", "it arrives"},
	{LifeOfShipment, "DISPATCHED", "LOST", "the carrier or staff give it up"},
	{LifeOfShipment, "LOST", "DELIVERED", "it arrives after all, before its loss was made good"},

	{LifeOfReturn, "REQUESTED", "APPROVED", "staff agree"},
	{LifeOfReturn, "REQUESTED", "REJECTED", "staff do not agree, and say why"},
	{LifeOfReturn, "REQUESTED", "CANCELLED", "the shopper calls it off"},
	{LifeOfReturn, "APPROVED", "CANCELLED", "the shopper calls it off"},
	{LifeOfReturn, "APPROVED", "RECEIVED", "the goods come in"},
	{LifeOfReturn, "RECEIVED", "INSPECTED", "staff put each piece back into stock or write it off"},
	{LifeOfReturn, "INSPECTED", "COMPLETED", "the money is given back"},
}

// MayBecome tells whether a status may follow another; it may always stay.
func MayBecome[S ~string](of Life, from, to S) bool {
	return from == to || slices.ContainsFunc(Transitions, func(t Transition) bool {
		return t.Of == of && t.From == string(from) && t.To == string(to)
	})
}
