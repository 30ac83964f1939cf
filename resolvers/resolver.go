// Package resolvers translates between the API and the domain: parse, one
// domain call, shape.
package resolvers

import (
	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/category"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/declaration"
	"github.com/tradewind-commerce/tradewind/internal/delivery"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/internal/takehome"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
)

// Resolver holds the domain.
type Resolver struct {
	Identity    *identity.Service
	Brands      *brand.Service
	Storefronts *storefront.Service
	Categories  *category.Service
	Catalog     *catalog.Service
	Inventory   *inventory.Service
	Orders      *order.Service
	Payments    *payment.Service
	Ledger      *ledger.Service
	Carts       *cart.Service
	Fulfilment  *fulfilment.Service
	Returns     *returns.Service
	Deliveries  *delivery.Service
	Promotions  *promotion.Service
	Rates       *fx.Service
	Doors       *doorprice.Service
	TakeHomes   *takehome.Service
	Customs     *customs.Service
	Checkout    *checkout.Service
	Consumers   *consumerid.Service
	Allowance   *allowance.Service
	// Declarations are what customs are told.
	Declarations *declaration.Service
	Reports      *report.Service
	Insights     *insight.Service
	Tariffs      *tariff.Service
	Programmes   *programme.Service
	// Exports are files of reports, and schedules of them.
	Exports *exportjob.Service
	Search  *search.Service
}
