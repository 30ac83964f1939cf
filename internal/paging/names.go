package paging

import "github.com/tradewind-commerce/tradewind/models"

// Connections and edges by their names in the schema, to which they are bound.
type (
	BrandConnection           = Connection[models.Brand]
	BrandEdge                 = Edge[models.Brand]
	StorefrontConnection      = Connection[models.Storefront]
	StorefrontEdge            = Edge[models.Storefront]
	ProductConnection         = Connection[models.Product]
	ProductEdge               = Edge[models.Product]
	VariantConnection         = Connection[models.Variant]
	VariantEdge               = Edge[models.Variant]
	ListingConnection         = Connection[models.Listing]
	ListingEdge               = Edge[models.Listing]
	StockAdjustmentConnection = Connection[models.StockAdjustment]
	StockAdjustmentEdge       = Edge[models.StockAdjustment]
	OrderConnection           = Connection[models.Order]
	OrderEdge                 = Edge[models.Order]
	ConsumerReadConnection    = Connection[models.ConsumerRead]
	ConsumerReadEdge          = Edge[models.ConsumerRead]
	PurchaseConnection        = Connection[models.Purchase]
	PurchaseEdge              = Edge[models.Purchase]
	PromotionConnection       = Connection[models.Promotion]
	PromotionEdge             = Edge[models.Promotion]
	PromotionCodeConnection   = Connection[models.PromotionCode]
	PromotionCodeEdge         = Edge[models.PromotionCode]
	LedgerEntryConnection     = Connection[models.LedgerEntry]
	LedgerEntryEdge           = Edge[models.LedgerEntry]
	PayoutConnection          = Connection[models.Payout]
	PayoutEdge                = Edge[models.Payout]
	CommissionPlanConnection  = Connection[models.CommissionPlan]
	CommissionPlanEdge        = Edge[models.CommissionPlan]
	CustomsRuleConnection     = Connection[models.CustomsRule]
	CustomsRuleEdge           = Edge[models.CustomsRule]
	HSEntryConnection         = Connection[models.HSCode]
	HSEntryEdge               = Edge[models.HSCode]
)
