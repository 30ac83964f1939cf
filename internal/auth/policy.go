package auth

import "github.com/tradewind-commerce/tradewind/models"

// Permission is something a caller may be allowed to do.
type Permission string

// Permissions of the API; the schema's enum of the same name describes them.
const (
	SignedIn         Permission = "SIGNED_IN"
	BrandRead        Permission = "BRAND_READ"
	BrandWrite       Permission = "BRAND_WRITE"
	BrandPrivateRead Permission = "BRAND_PRIVATE_READ"
	BrandOwn         Permission = "BRAND_OWN"
	BrandReview      Permission = "BRAND_REVIEW"
	StorefrontWrite  Permission = "STOREFRONT_WRITE"
	CategoryWrite    Permission = "CATEGORY_WRITE"
	ProductWrite     Permission = "PRODUCT_WRITE"
	StockRead        Permission = "STOCK_READ"
	StockWrite       Permission = "STOCK_WRITE"
	OrderPlace       Permission = "ORDER_PLACE"
	OrderRead        Permission = "ORDER_READ"
	OrderCancel      Permission = "ORDER_CANCEL"
	FulfilmentWrite  Permission = "FULFILMENT_WRITE"
	ReportRead       Permission = "REPORT_READ"
	PromotionWrite   Permission = "PROMOTION_WRITE"
	BalanceRead      Permission = "BALANCE_READ"
	LedgerWrite      Permission = "LEDGER_WRITE"
	PaymentWrite     Permission = "PAYMENT_WRITE"
	RulesWrite       Permission = "RULES_WRITE"
	IdentityReveal   Permission = "IDENTITY_REVEAL"
	DeclarationWrite Permission = "DECLARATION_WRITE"
	ProgrammeRead    Permission = "PROGRAMME_READ"
	ProgrammeWrite   Permission = "PROGRAMME_WRITE"
)

// Permissions in order of the schema.
var Permissions = []Permission{
	SignedIn, BrandRead, BrandWrite, BrandPrivateRead, BrandOwn, BrandReview, StorefrontWrite, CategoryWrite,
	ProductWrite, StockRead, StockWrite, OrderPlace, OrderRead, OrderCancel, FulfilmentWrite, ReportRead, PromotionWrite, BalanceRead, LedgerWrite, PaymentWrite, RulesWrite, IdentityReveal, DeclarationWrite, ProgrammeRead, ProgrammeWrite,
}

// What everybody who signed in may do, for themselves.
var accountPermissions = []Permission{SignedIn, OrderPlace, OrderRead, OrderCancel}

var platformPermissions = map[models.PlatformRole][]Permission{
	models.RoleOperator: {
		BrandRead, BrandWrite, BrandPrivateRead, BrandOwn, BrandReview, StorefrontWrite, CategoryWrite, ProductWrite,
		StockRead, StockWrite, OrderRead, OrderCancel, FulfilmentWrite, ReportRead, PromotionWrite, BalanceRead, LedgerWrite, PaymentWrite, RulesWrite, IdentityReveal, DeclarationWrite, ProgrammeRead, ProgrammeWrite,
	},
	models.RoleReporting: {BrandRead, ReportRead, ProgrammeRead},
}

var brandPermissions = map[models.BrandRole][]Permission{
	models.RoleOwner: {
		BrandRead, BrandWrite, BrandPrivateRead, BrandOwn, StorefrontWrite, ProductWrite, StockRead, StockWrite,
		OrderRead, OrderCancel, FulfilmentWrite, ReportRead, PromotionWrite, BalanceRead,
	},
	models.RoleManager: {
		BrandRead, BrandWrite, BrandPrivateRead, StorefrontWrite, ProductWrite, StockRead, StockWrite, OrderRead,
		OrderCancel, FulfilmentWrite, ReportRead, PromotionWrite, BalanceRead,
	},
	models.RoleStaff:   {BrandRead, ProductWrite, StockRead, StockWrite, OrderRead, OrderCancel, FulfilmentWrite},
	models.RoleAnalyst: {BrandRead, StockRead, OrderRead, ReportRead, BalanceRead},
}

// Rule is what a type or field asks of its reader.
type Rule struct {
	// Needs is empty for what everybody may read.
	Needs Permission
	// Own is true where the field itself says so, not its type: then the
	// permission must be held for the brand of the row.
	Own bool
}

// Types says what each type asks of its readers; a field inherits it.
var Types = map[string]Permission{
	"Query": "", "Mutation": "", "PageInfo": "", "Money": "", "UserError": "", "Blocker": "", "Viewer": "",
	"Account": SignedIn, "Membership": SignedIn,
	"Brand": "", "BrandConnection": "", "BrandEdge": "",
	"BrandContact": BrandPrivateRead, "BrandDocument": BrandPrivateRead, "PayoutAccount": BrandPrivateRead,
	"BrandJobReport": BrandRead, "BrandTransition": BrandRead,
	"Storefront": "", "StorefrontConnection": "", "StorefrontEdge": "",
	"Category": "",
	"Product":  "", "ProductConnection": "", "ProductEdge": "", "ProductOption": "", "ProductTranslation": "",
	"SelectedOption": "", "SEO": "", "Media": "", "NetContent": "",
	"Variant": "", "VariantConnection": "", "VariantEdge": "",
	"Listing": "", "ListingConnection": "", "ListingEdge": "", "Price": "", "PriceRange": "",
	"Warehouse": StockRead, "StockLevel": StockRead, "StockAdjustment": StockRead,
	"StockAdjustmentConnection": StockRead, "StockAdjustmentEdge": StockRead,
	"Order": OrderRead, "OrderConnection": OrderRead, "OrderEdge": OrderRead, "OrderLine": OrderRead,
	"OrderEvent": OrderRead, "OrderDelivery": OrderRead, "Charge": OrderRead, "Recipient": "", "Shopper": OrderRead, "OrderRefund": OrderRead, "OrderRefundLine": OrderRead,
	"Shipment": OrderRead, "ShipmentLine": OrderRead, "ShipmentEvent": OrderRead, "Return": OrderRead, "ReturnLine": OrderRead,
	"ShipmentsCreateResult": OrderRead,
	"Cart":                  "", "CartGroup": "", "CartLine": "", "CartCharge": "", "CartProblem": "", "CartPromotion": "",
	"CartDiscountCode": "", "CartDeliveryOption": "", "Address": SignedIn,
	"Declaration": OrderRead, "DeclarationMismatch": OrderRead, "DeclaredSale": OrderRead, "DeclaredLine": OrderRead,
	"DeclaredPayment": OrderRead, "DeclaredLogistics": OrderRead,
	"ConsumerAllowance": SignedIn, "ConsumerIdentity": "", "ConsumerRead": IdentityReveal, "ConsumerReadConnection": IdentityReveal, "ConsumerReadEdge": IdentityReveal,
	"Purchase": OrderRead, "PurchaseConnection": OrderRead, "PurchaseEdge": OrderRead,
	"Payment": OrderRead, "NextAction": OrderRead, "PaymentFailure": OrderRead,
	"DeliveryOption": "", "DeliveryRate": "", "DeliveryWeight": "",
	"Promotion": BrandRead, "PromotionGoods": BrandRead, "PromotionGets": BrandRead, "PromotionConnection": BrandRead, "PromotionEdge": BrandRead,
	"PromotionCode": PromotionWrite, "PromotionCodeConnection": PromotionWrite, "PromotionCodeEdge": PromotionWrite,
	"Balance": BalanceRead, "LedgerTransaction": BalanceRead, "LedgerEntry": BalanceRead, "LedgerEntryConnection": BalanceRead,
	"LedgerEntryEdge": BalanceRead, "Statement": BalanceRead, "StatementSum": BalanceRead, "StatementLine": BalanceRead,
	"StatementLineConnection": BalanceRead, "StatementLineEdge": BalanceRead, "Payout": BalanceRead, "PayoutConnection": BalanceRead,
	"PayoutEdge": BalanceRead, "CommissionPlan": BalanceRead, "CommissionPlanConnection": BalanceRead, "CommissionPlanEdge": BalanceRead,
	"TakeHome": BalanceRead, "TakeHomeStep": BalanceRead,
	"LandedCost": "", "LandedCostLine": "", "LandedCostPart": "", "LandedCostFee": "", "LandedCostSource": "",
	"ExchangeRate": "", "HSEntry": "", "HSEntryConnection": "", "HSEntryEdge": "",
	"CustomsRule": RulesWrite, "CustomsRuleConnection": RulesWrite, "CustomsRuleEdge": RulesWrite, "CustomsRuleSet": RulesWrite,
	"CustomsThreshold": RulesWrite, "CustomsOrderLimit": RulesWrite, "CustomsTerms": RulesWrite, "CustomsListing": RulesWrite, "CustomsFee": RulesWrite,
	"Programme": ProgrammeRead, "ProgrammeConnection": ProgrammeRead, "ProgrammeEdge": ProgrammeRead, "ProgrammeProgress": ProgrammeRead,
	"ProgrammeMeasure": ProgrammeRead, "ProgrammeProjection": ProgrammeRead, "ProgrammeMilestone": ProgrammeRead, "ProgrammeBaseline": ProgrammeRead,
	"ProgrammePoint": ProgrammeRead, "ProgrammeCell": ProgrammeRead, "ProgrammeCohort": ProgrammeRead,
	"TariffScenario": ReportRead, "TariffScenarioRow": ReportRead, "TariffScenarioFigures": ReportRead, "TariffScenarioRegime": ReportRead,
	"TariffScenarioUnknown": ReportRead, "TariffScenarioValue": ReportRead,
	"SalesReport": ReportRead, "SalesReportRow": ReportRead, "SalesReportTotals": ReportRead, "DimensionValue": ReportRead,
	"FunnelReport": ReportRead, "FunnelRow": ReportRead, "FunnelTotals": ReportRead, "CohortReport": ReportRead, "Cohort": ReportRead,
	"CohortMonth": ReportRead, "CohortTotals": ReportRead, "GeographyReport": ReportRead, "GeographyRow": ReportRead,
	"GeographyTotals": ReportRead, "PaymentReport": ReportRead, "PaymentReportRow": ReportRead, "PaymentReportTotals": ReportRead,
	"RegimeReport": ReportRead, "RegimeReportRow": ReportRead, "RegimeReportTotals": ReportRead, "TurnoverReport": ReportRead,
	"TurnoverRow": ReportRead, "TurnoverTotals": ReportRead, "StatementReport": ReportRead, "StatementReportRow": ReportRead,
	"StatementReportTotals": ReportRead,
	"ReportExport":          ReportRead, "ReportExportConnection": ReportRead, "ReportExportEdge": ReportRead, "SignedLink": ReportRead,
	"ReportSchedule": ReportRead, "ReportScheduleConnection": ReportRead, "ReportScheduleEdge": ReportRead, "ReportChart": ReportRead,
}

// Fields says what single fields ask beyond their type.
var Fields = map[string]Permission{
	"Viewer.account": "",

	"Query.customsRules": RulesWrite, "Query.customsRuleSets": RulesWrite,
	"Mutation.customsRuleAdd": RulesWrite, "Mutation.customsRuleEnd": RulesWrite,
	"Query.listingsToReview": BrandRead,
	"Query.orders":           OrderRead, "Query.purchases": OrderRead, "Query.salesReport": ReportRead, "Query.tariffScenario": ReportRead,
	"Query.programme": ProgrammeRead, "Query.programmes": ProgrammeRead, "Query.programmeProgress": ProgrammeRead,
	"Mutation.programmeCreate": ProgrammeWrite, "Mutation.programmeUpdate": ProgrammeWrite, "Mutation.programmeArchive": ProgrammeWrite,
	"Query.funnelReport": ReportRead, "Query.cohortReport": ReportRead, "Query.geographyReport": ReportRead, "Query.paymentReport": ReportRead,
	"Query.regimeReport": ReportRead, "Query.turnoverReport": ReportRead, "Query.statementReport": ReportRead,
	"Query.reportExport": ReportRead, "Query.reportExports": ReportRead, "Query.reportSchedules": ReportRead, "Query.reportChart": ReportRead,
	"Mutation.reportExportCreate": ReportRead, "Mutation.reportExportCancel": ReportRead, "Mutation.reportScheduleCreate": ReportRead,
	"Mutation.reportScheduleUpdate": ReportRead, "Mutation.reportSchedulePause": ReportRead, "Mutation.reportScheduleDelete": ReportRead,

	"Brand.statusReason": BrandRead, "Brand.contact": BrandPrivateRead, "Brand.jobsBefore": BrandRead,
	"Brand.jobsNow": BrandRead, "Brand.jobsHistory": BrandRead, "Brand.appliedAt": BrandRead,
	"Brand.documents": BrandPrivateRead, "Brand.payoutAccount": BrandPrivateRead,
	"Brand.approvalBlockers": BrandRead, "Brand.transitions": BrandRead, "Brand.members": BrandPrivateRead,
	"Brand.promotions": BrandRead, "Promotion.codes": PromotionWrite,
	"Shipment.labelUrl": FulfilmentWrite,
	"Brand.warehouses":  StockRead, "Brand.lowStock": StockRead, "Brand.orders": OrderRead,

	"Brand.balances": BalanceRead, "Brand.ledgerEntries": BalanceRead, "Brand.statements": BalanceRead, "Brand.payouts": BalanceRead,
	"Query.takeHomeQuote": BalanceRead, "Query.takeHomePrice": BalanceRead,
	"Brand.commissionPlans": BalanceRead, "Query.payout": BalanceRead, "Query.commissionPlans": LedgerWrite,

	"Product.createdAt": BrandRead, "Product.updatedAt": BrandRead,
	"Variant.stock": StockRead, "Variant.stockAdjustments": StockRead,
	"Listing.publicationBlockers": BrandRead, "Listing.publicationWarnings": BrandRead,

	"Mutation.membershipSet": BrandOwn, "Mutation.membershipRemove": BrandOwn,
	"Mutation.brandApply": SignedIn, "Mutation.brandUpdate": BrandWrite, "Mutation.brandContactConfirm": BrandReview,
	"Mutation.brandPayoutAccountSet": BrandOwn, "Mutation.brandDocumentSubmit": BrandWrite,
	"Mutation.brandDocumentReview": BrandReview, "Mutation.brandReviewStart": BrandReview,
	"Mutation.brandApprove": BrandReview, "Mutation.brandReject": BrandReview, "Mutation.brandSuspend": BrandReview,
	"Mutation.brandReinstate": BrandReview, "Mutation.brandClose": BrandOwn, "Mutation.brandJobsReport": BrandWrite,
	"Mutation.storefrontCreate": StorefrontWrite, "Mutation.storefrontUpdate": StorefrontWrite,
	"Mutation.storefrontOpen": StorefrontWrite, "Mutation.storefrontPause": StorefrontWrite,
	"Mutation.storefrontClose": StorefrontWrite,
	"Mutation.categoryCreate":  CategoryWrite, "Mutation.categoryUpdate": CategoryWrite,
	"Mutation.productCreate": ProductWrite, "Mutation.productUpdate": ProductWrite,
	"Mutation.productTranslationSet": ProductWrite, "Mutation.productTranslationRemove": ProductWrite,
	"Mutation.productArchive": ProductWrite, "Mutation.productRestore": ProductWrite,
	"Mutation.variantCreate": ProductWrite, "Mutation.variantUpdate": ProductWrite,
	"Mutation.variantArchive": ProductWrite, "Mutation.variantRestore": ProductWrite,
	"Mutation.listingPricesSet": ProductWrite, "Mutation.listingPublish": ProductWrite,
	"Mutation.listingUnpublish": ProductWrite,
	"Mutation.warehouseCreate":  StockWrite, "Mutation.warehouseUpdate": StockWrite, "Mutation.stockAdjust": StockWrite,
	"Mutation.cartCreate": "", "Mutation.cartLinesAdd": "", "Mutation.cartLinesUpdate": "", "Mutation.cartLinesRemove": "",
	"Mutation.cartMerge": SignedIn, "Mutation.cartAddressSet": "", "Mutation.cartPaymentMethodSet": "",
	"Mutation.cartDiscountCodesSet": "", "Mutation.cartProblemsAccept": "", "Mutation.cartDeliveryOptionSet": "",
	"Mutation.addressCreate": SignedIn, "Mutation.addressUpdate": SignedIn, "Mutation.addressDelete": SignedIn,
	"Mutation.deliveryOptionCreate": StorefrontWrite, "Mutation.deliveryOptionUpdate": StorefrontWrite,
	"Mutation.deliveryOptionArchive": StorefrontWrite,
	"Mutation.promotionCreate":       PromotionWrite, "Mutation.promotionUpdate": PromotionWrite,
	"Mutation.promotionEnd": PromotionWrite, "Mutation.promotionCodesAdd": PromotionWrite,
	"Mutation.promotionCodesRemove": PromotionWrite,
	"Query.consumerAllowance":       SignedIn, "Query.consumerReads": IdentityReveal, "Mutation.consumerIdentitySet": "", "Mutation.consumerIdentityErase": "",
	"Mutation.consumerIdentityReveal": IdentityReveal, "Mutation.paymentPayerSet": IdentityReveal,
	"Mutation.orderPlace": OrderPlace, "Mutation.orderCancel": OrderCancel,
	"Mutation.checkoutComplete": OrderPlace, "Mutation.purchaseCancel": OrderPlace, "Mutation.paymentConfirm": OrderPlace,
	"Mutation.declarationPrepare": FulfilmentWrite, "Mutation.declarationReport": DeclarationWrite,
	"Mutation.paymentCapture": PaymentWrite, "Mutation.paymentVoid": PaymentWrite,
	"Mutation.orderRefund": FulfilmentWrite, "Mutation.shipmentCreate": FulfilmentWrite, "Mutation.shipmentsCreate": FulfilmentWrite,
	"Mutation.shipmentDispatch": FulfilmentWrite, "Mutation.shipmentDeliver": FulfilmentWrite, "Mutation.shipmentLose": FulfilmentWrite,
	"Mutation.shipmentCancel": FulfilmentWrite, "Mutation.shipmentLossResolve": FulfilmentWrite,
	"Mutation.returnRequest": SignedIn, "Mutation.returnCancel": SignedIn, "Mutation.returnApprove": FulfilmentWrite,
	"Mutation.returnReject": FulfilmentWrite, "Mutation.returnReceive": FulfilmentWrite, "Mutation.returnInspect": FulfilmentWrite,
	"Mutation.returnRefund": FulfilmentWrite,
	"Mutation.payoutCreate": LedgerWrite, "Mutation.payoutReturn": LedgerWrite, "Mutation.refundRetry": FulfilmentWrite,
	"Mutation.commissionPlanCreate": LedgerWrite, "Mutation.commissionPlanEnd": LedgerWrite,
}

// RuleOf gives the rule of a field; known is false where neither it nor its
// type has one. Payloads of mutations are open: their parts are not.
func RuleOf(typeName, field string) (rule Rule, known bool) {
	if p, ok := Fields[typeName+"."+field]; ok {
		return Rule{Needs: p, Own: true}, true
	}
	p, ok := Types[typeName]
	if !ok && len(typeName) > len("Payload") && typeName[len(typeName)-len("Payload"):] == "Payload" {
		ok = true
	}
	return Rule{Needs: p}, ok
}
