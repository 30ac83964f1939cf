package plan

import (
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// purchases are what shoppers paid for at once, and how.
func purchases() []*Type {
	return []*Type{
		{Name: "Purchase", Model: models.Purchase{}, ID: globalid.Purchase, Key: []string{"id"}, Fields: map[string]Field{
			"total": sum("total_minor"),
			"orders": across(many(rows{typeName: "Order", on: "orders.purchase_id = %s.id", order: []string{"orders.id"},
				where: func(s *statement) { s.scope("orders", "") }})),
			"payment": linked("Payment", "%[2]s.purchase_id = %[1]s.id", true),
		}},
		{Name: "Payment", Model: models.Payment{}, ID: globalid.Payment, Key: []string{"id"}, Fields: map[string]Field{
			"amount":     sum("amount_minor"),
			"authorised": sum("authorised_minor"),
			"captured":   sum("captured_minor"),
			"refunded":   sum("refunded_minor"),
			"nextAction": inside("NextAction", "%s.next_action"),
			"failure":    paymentFailure,
		}},
		{Name: "NextAction", Fields: map[string]Field{
			"type": expression("%s.next_action ->> 'type'"),
			"url":  expression("%s.next_action ->> 'url'"),
		}},
		{Name: "PaymentFailure", Fields: map[string]Field{
			"code":    textOf(func(f *models.PaymentFailure) string { return string(f.Code) }),
			"message": textOf((*models.PaymentFailure).Message),
		}},
	}
}

func purchasesListed(s *statement, _ string, f *call, _ paging.Args) (selection, error) {
	statuses, err := enums[models.PurchaseStatus](f, s.run, "status")
	conditions, sort := checkout.Listed(s.actor, statuses)
	return selection{from: database.SQL{Text: "purchases"}, conditions: conditions, order: sort.Order()}, err
}

// paymentFailure is told in our words, whatever its provider calls it.
func paymentFailure(c *compiler, at row, f *call) (emitter, error) {
	status, reason := at.column("status"), at.column("failure_code")
	fields, err := c.object(row{typ: c.types["PaymentFailure"]}, f.sets)
	return failure{status, reason, fields}, err
}

type failure struct {
	status, reason int
	fields         emitter
}

func (e failure) emit(o *output, row values) error {
	told := models.FailureOf(models.PaymentStatus(row[e.status]), string(row[e.reason]))
	if told == nil {
		o.text("null")
		return nil
	}
	return o.on(told, e.fields)
}
