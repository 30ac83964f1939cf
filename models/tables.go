package models

// Tables lists a zero row of every model, for what goes over all of them.
func Tables() []any {
	return []any{
		Account{}, PlatformGrant{}, IdempotencyKey{}, Category{},
		Brand{}, Membership{}, BrandDocument{}, PayoutAccount{}, BrandJobReport{}, BrandTransition{}, Storefront{},
		Product{}, Media{}, Variant{}, Listing{}, Price{}, SearchEntry{}, Warehouse{}, StockLevel{}, StockAdjustment{}, StockReservation{},
		Purchase{}, Payment{}, PaymentAllocation{}, ImportBatch{}, Order{}, OrderNumber{}, OrderLine{}, Charge{}, OrderEvent{},
		SalesFact{}, OutboxEvent{}, Cart{}, CartLine{}, CartTrace{}, Address{}, OrderRefund{},
		OrderRefundLine{}, OrderRefundPart{},
		Shipment{}, ShipmentLine{}, ShipmentEvent{}, TrackingNumber{}, CarrierEvent{}, Return{}, ReturnLine{},
		Refund{}, RefundAllocation{}, PaymentEvent{}, PaymentDispute{}, OrderDispute{},
		CommissionPlan{}, Payout{}, LedgerTransaction{}, LedgerEntry{}, LedgerClosing{},
		Consumer{}, PersonKey{}, ConsumerRead{}, AllowanceYear{}, AllowanceEntry{}, Declaration{},
		Promotion{}, PromotionCode{}, PromotionShopper{}, PromotionUse{}, DeliveryOption{},
		ReportSchedule{}, ReportExport{},
		OrderLandedCost{}, ExchangeRate{}, HSCode{}, CustomsRuleSet{}, CustomsRule{}, Programme{},
	}
}
