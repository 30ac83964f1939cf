// Package command holds the bodies of the command line.
package command

import (
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
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
	parcels "github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/internal/takehome"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// Wire builds the domain as WireCarried does, with the sandbox that nobody
// hears of as its carrier.
func Wire(db *gorm.DB, now func() time.Time, gateways ...payment.Gateway) *resolvers.Resolver {
	return WireCarried(db, now, parcels.New(db, now, parcels.Options{}), gateways...)
}

// WireCarried builds the domain on a database, a clock, a carrier and the
// payment providers, the first of which takes new payments: the sandbox where
// none is named.
func WireCarried(db *gorm.DB, now func() time.Time, carrier fulfilment.Carrier, gateways ...payment.Gateway) *resolvers.Resolver {
	if len(gateways) == 0 {
		gateways = []payment.Gateway{play.New(db, now, play.Options{})}
	}
	var made order.Provider = payment.Sandbox{}
	if gateways[0].Name() != made.Name() {
		made = payment.Nowhere{}
	}
	rules := customs.NewService(db, now)
	doors, yearly := doorprice.NewService(db, rules, now), allowance.NewService(db, rules, now)
	tariffs := tariff.NewService(db, doors, rules, now)
	orders, carts := order.NewService(db, made, now), cart.NewService(db, doors, now)
	consumers := consumerid.NewService(db, carts, now)
	carts.AllowBy(yearly)
	people, reports := identity.NewService(db, now), report.NewService(db, now)
	insights, programmes := insight.NewService(db, now), programme.NewService(db, now)
	payments := payment.NewService(db, now, slog.Default(), gateways...)
	orders.PayBackBy(payments)
	return &resolvers.Resolver{
		Identity:     people,
		Brands:       brand.NewService(db, now),
		Storefronts:  storefront.NewService(db, now),
		Categories:   category.NewService(db, now),
		Catalog:      catalog.NewService(db, rules, now),
		Inventory:    inventory.NewService(db, now),
		Orders:       orders,
		Payments:     payments,
		Ledger:       ledger.NewService(db, now),
		Fulfilment:   fulfilment.NewService(db, carrier, payments, now),
		Returns:      returns.NewService(db, payments, now),
		Deliveries:   delivery.NewService(db, now),
		Promotions:   promotion.NewService(db, now),
		Doors:        doors,
		TakeHomes:    takehome.NewService(db, doors, fx.NewService(db, now), now),
		Customs:      rules,
		Rates:        fx.NewService(db, now),
		Carts:        carts,
		Checkout:     checkout.NewService(db, carts, orders, payments, yearly, now),
		Allowance:    yearly,
		Consumers:    consumers,
		Declarations: declaration.NewService(db, consumers, now),
		Reports:      reports,
		Insights:     insights,
		Programmes:   programmes,
		Tariffs:      tariffs,
		Exports:      exportjob.NewService(db, now, Sources(reports, insights, programmes, tariffs), people.Rights),
		Search:       search.NewService(db, now),
	}
}

// Plan makes the planner of reads beside the resolvers, which give it the
// schema, searches and reports that are not in its options.
func Plan(api *resolvers.Resolver, o plan.Options) (*plan.Planner, error) {
	o.Schema, o.Search, o.Reports, o.Customs = graph.Schema(), api.Search, api.Reports, api.Customs
	return plan.New(o)
}
