package models

// Relation says which fields of a model name a row of another. GORM guesses
// wrongly from keys that begin with brand_id, so they are declared, once; a
// test compares them with the foreign keys.
type Relation struct {
	From   any
	Fields []string
	To     any
	Keys   []string
}

var ofBrand = []string{"BrandID", "ID"}

func toBrand(from any) Relation { return Relation{from, []string{"BrandID"}, Brand{}, []string{"ID"}} }

func to(from any, field string, target any) Relation {
	return Relation{from, []string{"BrandID", field}, target, ofBrand}
}

// Relations with a foreign key behind them.
func Relations() []Relation {
	return []Relation{
		{PlatformGrant{}, []string{"AccountID"}, Account{}, []string{"ID"}},
		{Category{}, []string{"ParentID"}, Category{}, []string{"ID"}},
		{ReportSchedule{}, []string{"AccountID"}, Account{}, []string{"ID"}}, {ReportExport{}, []string{"AccountID"}, Account{}, []string{"ID"}},
		{ReportExport{}, []string{"ScheduleID"}, ReportSchedule{}, []string{"ID"}},
		{HSCode{}, []string{"Parent"}, HSCode{}, []string{"Code"}},
		toBrand(Membership{}), toBrand(BrandDocument{}), toBrand(PayoutAccount{}), toBrand(BrandJobReport{}),
		toBrand(BrandTransition{}), toBrand(Storefront{}), toBrand(Product{}), toBrand(Warehouse{}), toBrand(ImportBatch{}),
		toBrand(Order{}),
		{Refund{}, []string{"PaymentID"}, Payment{}, []string{"ID"}}, {Refund{}, []string{"RetryOf"}, Refund{}, []string{"ID"}},
		{PaymentDispute{}, []string{"PaymentID"}, Payment{}, []string{"ID"}}, {Refund{}, []string{"DisputeID"}, PaymentDispute{}, []string{"ID"}},
		to(OrderDispute{}, "OrderID", Order{}),
		{Product{}, []string{"CategoryID"}, Category{}, []string{"ID"}},
		to(Media{}, "ProductID", Product{}), to(Variant{}, "ProductID", Product{}),
		to(Listing{}, "StorefrontID", Storefront{}), to(Listing{}, "ProductID", Product{}),
		to(Price{}, "StorefrontID", Storefront{}), to(Price{}, "VariantID", Variant{}), to(Price{}, "ProductID", Product{}),
		to(SearchEntry{}, "ListingID", Listing{}),
		to(StockLevel{}, "VariantID", Variant{}), to(StockLevel{}, "WarehouseID", Warehouse{}),
		{
			StockAdjustment{}, []string{"BrandID", "VariantID", "WarehouseID"},
			StockLevel{}, []string{"BrandID", "VariantID", "WarehouseID"},
		},
		{
			StockReservation{}, []string{"BrandID", "VariantID", "WarehouseID"},
			StockLevel{}, []string{"BrandID", "VariantID", "WarehouseID"},
		},
		to(Order{}, "StorefrontID", Storefront{}), to(Order{}, "BatchID", ImportBatch{}),
		to(OrderLine{}, "OrderID", Order{}), to(OrderLine{}, "ProductID", Product{}), to(OrderLine{}, "VariantID", Variant{}),
		to(OrderLine{}, "BatchID", ImportBatch{}),
		to(Charge{}, "OrderID", Order{}), to(Charge{}, "LineID", OrderLine{}),
		to(CartTrace{}, "StorefrontID", Storefront{}),
		{CartLine{}, []string{"CartID"}, Cart{}, []string{"ID"}}, {Address{}, []string{"ShopperID"}, Account{}, []string{"ID"}},
		to(PaymentAllocation{}, "OrderID", Order{}), to(OrderEvent{}, "OrderID", Order{}), to(SalesFact{}, "OrderID", Order{}),
		to(OrderRefund{}, "OrderID", Order{}), to(OrderLandedCost{}, "OrderID", Order{}),
		to(OrderRefundLine{}, "RefundID", OrderRefund{}), to(OrderRefundLine{}, "LineID", OrderLine{}),
		to(OrderRefundPart{}, "RefundID", OrderRefund{}), to(OrderRefundPart{}, "LineID", OrderLine{}),
		to(OrderRefundPart{}, "ChargeID", Charge{}),
		to(Shipment{}, "OrderID", Order{}), to(Shipment{}, "WarehouseID", Warehouse{}),
		to(ShipmentLine{}, "ShipmentID", Shipment{}), to(ShipmentLine{}, "LineID", OrderLine{}),
		to(ShipmentEvent{}, "ShipmentID", Shipment{}),
		to(Return{}, "OrderID", Order{}), to(Return{}, "WarehouseID", Warehouse{}), to(Return{}, "RefundID", OrderRefund{}),
		to(ReturnLine{}, "ReturnID", Return{}), to(ReturnLine{}, "LineID", OrderLine{}),
		to(RefundAllocation{}, "OrderID", Order{}), to(RefundAllocation{}, "OrderRefundID", OrderRefund{}),
		{CommissionPlan{}, []string{"ForBrandID"}, Brand{}, []string{"ID"}},
		toBrand(Payout{}), toBrand(LedgerClosing{}),
		to(LedgerTransaction{}, "OrderID", Order{}), to(LedgerTransaction{}, "PayoutID", Payout{}),
		to(LedgerEntry{}, "TransactionID", LedgerTransaction{}),
		{Consumer{}, []string{"ShopperID"}, Account{}, []string{"ID"}}, {Consumer{}, []string{"CartID"}, Cart{}, []string{"ID"}},
		{Consumer{}, []string{"PurchaseID"}, Purchase{}, []string{"ID"}}, {Consumer{}, []string{"PaymentID"}, Payment{}, []string{"ID"}},
		{
			AllowanceEntry{}, []string{"Person", "Country", "Year", "Goods"}, AllowanceYear{}, []string{"Person", "Country", "Year", "Goods"},
		},
		to(Declaration{}, "OrderID", Order{}), to(Declaration{}, "ShipmentID", Shipment{}),
		toBrand(Promotion{}), to(Promotion{}, "StorefrontID", Storefront{}),
		to(PromotionCode{}, "PromotionID", Promotion{}), to(PromotionShopper{}, "PromotionID", Promotion{}),
		to(PromotionUse{}, "PromotionID", Promotion{}), to(DeliveryOption{}, "StorefrontID", Storefront{}),
	}
}
