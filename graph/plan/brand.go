package plan

import (
	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

func brands() []*Type {
	return []*Type{
		{Name: "Brand", Model: models.Brand{}, ID: globalid.Brand, Key: []string{"id"}, Tenant: "id", Fields: map[string]Field{
			"description": translated("description", ownLanguage, true),
			"contact":     inside("BrandContact", "%s.contact_name", "%s.contact_email"),
			"jobsHistory": many(rows{typeName: "BrandJobReport", field: "BrandID", limit: brand.PerBrand,
				order: []string{"brand_job_reports.reported_at desc", "brand_job_reports.id desc"}}),
			"documents": many(rows{typeName: "BrandDocument", field: "BrandID", where: scoped("brand_documents"),
				order: []string{"brand_documents.kind", "brand_documents.id"}}),
			"payoutAccount":    linked("PayoutAccount", "%[2]s.brand_id = %[1]s.id", false),
			"approvalBlockers": approvalBlockers,
			"transitions": many(rows{typeName: "BrandTransition", field: "BrandID", limit: brand.PerBrand,
				order: []string{"brand_transitions.recorded_at desc", "brand_transitions.id desc"}}),
			"members": many(rows{typeName: "Membership", field: "BrandID", limit: brand.PerBrand,
				order: []string{"memberships.created_at", "memberships.account_id"}}),
			"storefronts": pages("Storefront", storefrontsOfBrand),
			"products":    productsByPermission,
			"warehouses": many(rows{typeName: "Warehouse", field: "BrandID", where: scoped("warehouses"),
				order: []string{"warehouses.priority", "warehouses.code", "warehouses.id"}}),
			"orders":     pages("Order", ordersOfBrand),
			"promotions": pages("Promotion", promotionsOfBrand),
			"lowStock":   pages("Variant", lowStockOfBrand),

			"ledgerEntries":   pages("LedgerEntry", entriesOfBrand),
			"payouts":         pages("Payout", payoutsOfBrand),
			"commissionPlans": pages("CommissionPlan", plansOfBrand),
		}},
		{Name: "BrandContact", Fields: map[string]Field{
			"name":        expression("%s.contact_name"),
			"email":       expression("%s.contact_email"),
			"phone":       expression("%s.contact_phone"),
			"confirmedAt": expression("%s.contact_confirmed_at"),
		}},
		{Name: "BrandJobReport", Model: models.BrandJobReport{}, Fields: map[string]Field{}},
		{Name: "BrandDocument", Model: models.BrandDocument{}, ID: globalid.Document, Key: ofBrandKey, Tenant: "brand_id",
			Fields: map[string]Field{}},
		{Name: "BrandTransition", Model: models.BrandTransition{}, Fields: map[string]Field{
			"from": columnField("from_status"),
			"to":   columnField("to_status"),
		}},
		{Name: "PayoutAccount", Model: models.PayoutAccount{}, Tenant: "brand_id", Fields: map[string]Field{}},
		{Name: "Membership", Model: models.Membership{}, Tenant: "brand_id", Fields: map[string]Field{
			"brand":   one("Brand", "BrandID"),
			"account": linked("Account", "%[2]s.id = %[1]s.account_id", false),
		}},
		{Name: "Account", Model: models.Account{}, ID: globalid.Account, Key: []string{"handle"}, Fields: map[string]Field{
			"memberships": across(many(rows{typeName: "Membership", on: "memberships.account_id = %s.id", where: scoped("memberships"),
				order: []string{"memberships.created_at", "memberships.brand_id", "memberships.account_id"}})),
		}},
		{Name: "Storefront", Model: models.Storefront{}, ID: globalid.Storefront, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{
			"brand":       one("Brand", "BrandID"),
			"name":        translated("name", "(%s.languages[1])", false),
			"description": translated("description", "(%s.languages[1])", true),
			"listings":    pages("Listing", listingsOfStorefront),
			"deliveryOptions": many(rows{typeName: "DeliveryOption", field: "StorefrontID", where: scoped("delivery_options"),
				order: []string{"delivery_options.position", "delivery_options.id"}}),
		}},
		{Name: "Category", Model: models.Category{}, ID: globalid.Category, Key: []string{"id"}, Fields: map[string]Field{
			"name":     translated("name", "'en'", false),
			"parent":   one("Category", "ParentID"),
			"children": many(rows{typeName: "Category", field: "ParentID", order: []string{"categories.position", "categories.id"}}),
		}},
	}
}

func storefrontsOfBrand(_ *statement, alias string, _ *call, _ paging.Args) (selection, error) {
	return ofRow("storefronts", "storefronts.brand_id = %s.id", alias, nil, storefront.OfBrand.Order()), nil
}

func listingsOfStorefront(s *statement, alias string, f *call, _ paging.Args) (selection, error) {
	statuses, err := enums[models.ListingStatus](f, s.run, "status")
	conditions, sort := catalog.ListedIn(statuses)
	return ofRow("listings", "listings.brand_id = %s.brand_id and listings.storefront_id = %s.id", alias, conditions, sort.Order()), err
}

func brandsListed(s *statement, _ string, f *call, _ paging.Args) (selection, error) {
	where, err := argument(f, s.run, "where", generated.BrandWhere)
	if err != nil {
		return selection{}, err
	}
	key := brand.ByName
	if given := f.enum(s.run, "sortKey"); given != "" {
		key = brand.SortKey(given)
	}
	reverse, err := f.reverse(s.run)
	if err != nil {
		return selection{}, err
	}
	conditions, sort, err := brand.Listed(s.actor, filter.Brands(where), key, reverse)
	return selection{from: database.SQL{Text: "brands"}, seen: "brands", conditions: conditions, order: sort.Order()}, err
}

func storefrontsListed(s *statement, _ string, f *call, _ paging.Args) (selection, error) {
	where, err := argument(f, s.run, "where", generated.StorefrontWhere)
	if err != nil {
		return selection{}, err
	}
	key := storefront.ByName
	if given := f.enum(s.run, "sortKey"); given != "" {
		key = storefront.SortKey(given)
	}
	reverse, err := f.reverse(s.run)
	if err != nil {
		return selection{}, err
	}
	wanted, err := filter.Storefronts(where)
	if err != nil {
		return selection{}, err
	}
	conditions, sort, err := storefront.Listed(s.actor, wanted, key, reverse)
	return selection{from: database.SQL{Text: "storefronts"}, seen: "storefronts", conditions: conditions, order: sort.Order()}, err
}
