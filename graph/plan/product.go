package plan

import (
	"fmt"

	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

const ownLanguage = "%s.default_language"

func products() []*Type {
	return []*Type{
		{Name: "Product", Model: models.Product{}, ID: globalid.Product, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{
			"brand":        one("Brand", "BrandID"),
			"category":     one("Category", "CategoryID"),
			"title":        words("title", ownLanguage),
			"description":  optionalWords("description", ownLanguage),
			"seo":          inside("SEO"),
			"language":     language(ownLanguage),
			"translations": items("ProductTranslation", "jsonb_each(%s.texts)", `%[1]s (key, value) order by %[1]s.key collate "C"`),
			"options":      objects("ProductOption", "options"),
			"media":        many(rows{typeName: "Media", field: "ProductID", order: []string{"media.position", "media.id"}}),
			"variants":     pages("Variant", variantsOfProduct),
			"listings": many(rows{typeName: "Listing", field: "ProductID", where: scoped("listings"),
				order: []string{"listings.created_at", "listings.id"}}),
			"listing": func(c *compiler, at row, f *call) (emitter, error) {
				return c.present(c.listingIn(at, f), f)
			},
			"priceRange": priceRangeIn,
			"available": expression("exists (select 1 from variants where variants.brand_id = %[1]s.brand_id and variants.product_id = %[1]s.id" +
				" and variants.archived_at is null and " + inventory.HasStock + ")"),
		}},
		{Name: "SEO", Fields: map[string]Field{
			"title":       computed(seoTitle),
			"description": optionalWords("seoDescription", ownLanguage),
		}},
		{Name: "ProductTranslation", Fields: map[string]Field{
			"language":       expression("%s.key"),
			"title":          expression("coalesce(%s.value ->> 'title', '')"),
			"description":    expression("nullif(%s.value ->> 'description', '')"),
			"seoTitle":       expression("nullif(%s.value ->> 'seoTitle', '')"),
			"seoDescription": expression("nullif(%s.value ->> 'seoDescription', '')"),
		}},
		{Name: "Media", Model: models.Media{}, ID: globalid.Media, Key: ofBrandKey, Reach: ofProduct, Fields: map[string]Field{}},
		{Name: "Variant", Model: models.Variant{}, ID: globalid.Variant, Key: ofBrandKey, Tenant: "brand_id", Reach: variantOfProduct,
			Fields: map[string]Field{
				"product":    one("Product", "ProductID"),
				"options":    selectedOptions,
				"title":      computed(variantTitle),
				"netContent": inside("NetContent", "%s.net_content", "%s.net_unit"),
				"price":      priceIn,
				"available": expression("exists (select 1 from variants where variants.brand_id = %[1]s.brand_id and variants.id = %[1]s.id" +
					" and variants.archived_at is null and " + inventory.HasStock + ")"),
				"stock": many(rows{typeName: "StockLevel", field: "VariantID",
					from:  "join warehouses on warehouses.brand_id = stock_levels.brand_id and warehouses.id = stock_levels.warehouse_id",
					where: scoped("warehouses"), order: []string{"warehouses.priority", "warehouses.code", "warehouses.id"}}),
				"stockAdjustments": pages("StockAdjustment", adjustmentsOfVariant),
			}},
		{Name: "NetContent", Fields: map[string]Field{
			"quantity": expression("%s.net_content"),
			"unit":     expression("%s.net_unit"),
		}},
		{Name: "Listing", Model: models.Listing{}, ID: globalid.Listing, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{
			"product":    one("Product", "ProductID"),
			"storefront": one("Storefront", "StorefrontID"),
			"visible": computed(func(alias string) func(*statement) {
				return func(s *statement) { s.add("coalesce("+alias+".visible_from <= ?, false)", s.now) }
			}),
			"publicationBlockers": publication(catalog.Publication.Blockers),
			"publicationWarnings": publication(catalog.Publication.Warnings),
			"priceRange":          inside("PriceRange", "%s.min_price_minor", "%s.max_price_minor"),
			"prices": many(rows{typeName: "Price",
				on:    "prices.brand_id = %s.brand_id and prices.storefront_id = %s.storefront_id and prices.product_id = %s.product_id",
				from:  "join variants on variants.brand_id = prices.brand_id and variants.id = prices.variant_id",
				where: scoped("variants"), order: []string{"variants.position", "variants.id"}}),
		}},
		{Name: "Price", Model: models.Price{}, Fields: map[string]Field{
			"variant":   one("Variant", "VariantID"),
			"amount":    sum("amount_minor"),
			"compareAt": sum("compare_at_minor"),
		}},
		{Name: "PriceRange", Fields: map[string]Field{
			"min": sum("min_price_minor"),
			"max": sum("max_price_minor"),
		}},
	}
}

var ofBrandKey = []string{"brand_id", "id"}

var selectedOptions = objects("SelectedOption", "options")

// scoped narrows a table, under its own name, to what the caller may see.
func scoped(table string) func(*statement) {
	return func(s *statement) { s.scope(table, "") }
}

func ofProduct(s *statement, alias string) {
	s.text("exists (select 1 from products where products.brand_id = " + alias + ".brand_id and products.id = " + alias + ".product_id and ")
	s.scope("products", "")
	s.text(")")
}

func variantOfProduct(s *statement, alias string) {
	s.scope("variants", alias)
	s.text(" and ")
	ofProduct(s, alias)
}

func seoTitle(alias string) func(*statement) {
	own, title := wordsOf(alias, "seoTitle", ownLanguage), wordsOf(alias, "title", ownLanguage)
	return func(s *statement) {
		s.text("coalesce(nullif(")
		own(s)
		s.text(", ''), ")
		title(s)
		s.text(")")
	}
}

// variantTitle is made of the options, of the product's title where there are none.
func variantTitle(alias string) func(*statement) {
	options := fmt.Sprintf("case when jsonb_array_length(%[1]s.options) > 0 then (select string_agg(o.value ->> 'value', ' / ' order by o.n)"+
		" from jsonb_array_elements(%[1]s.options) with ordinality as o (value, n)) else coalesce((select ", alias)
	title := wordsOf("p", "title", ownLanguage)
	from := fmt.Sprintf(" from products as p where p.brand_id = %[1]s.brand_id and p.id = %[1]s.product_id and ", alias)
	return func(s *statement) {
		s.text(options)
		title(s)
		s.text(from)
		s.scope("products", "p")
		s.text("), '') end")
	}
}

func variantsOfProduct(_ *statement, alias string, _ *call, _ paging.Args) (selection, error) {
	return ofRow("variants", "variants.brand_id = %s.brand_id and variants.product_id = %s.id", alias, nil, variantOrder), nil
}

var variantOrder = catalog.VariantsInOrder.Order()

// ofRow are the rows of a table that the caller may see and that belong to the
// row with the alias.
func ofRow(table, on, alias string, more database.Conditions, order paging.Order) selection {
	return selection{from: database.SQL{Text: table}, on: on, alias: alias, seen: table, conditions: more, order: order}
}

// productsByPermission are a brand's products; whoever sorts them by when they
// changed must hold for the brand what that tells.
func productsByPermission(c *compiler, at row, f *call) (emitter, error) {
	products, err := pages("Product", productsOfBrand)(c, at, f)
	return byPermission{f, products, ofBrand{search.UpdatedNeeds, at.column(at.typ.Tenant), products}}, err
}

type byPermission struct {
	call          *call
	open, guarded emitter
}

func (b byPermission) emit(o *output, row values) error {
	if b.call.enum(&o.run, "sortKey") == string(search.ByUpdated) {
		return b.guarded.emit(o, row)
	}
	return b.open.emit(o, row)
}

// productsOfBrand is a page of a brand's products.
func productsOfBrand(s *statement, alias string, f *call, args paging.Args) (selection, error) {
	r := search.BrandRequest{Sort: search.ByCreated, Page: args}
	query, err := f.string(s.run, "query")
	if err != nil {
		return selection{}, err
	}
	if query != nil {
		r.Query = *query
	}
	where, err := argument(f, s.run, "where", generated.BrandProductWhere)
	if err != nil {
		return selection{}, err
	}
	if r.Filter, err = filter.BrandProducts(where); err != nil {
		return selection{}, err
	}
	if key := f.enum(s.run, "sortKey"); key != "" {
		r.Sort = search.BrandSortKey(key)
	}
	if r.Reverse, err = f.reverse(s.run); err != nil {
		return selection{}, err
	}
	conditions, sort, err := search.ListedOf(r)
	return ofRow("products", "products.brand_id = %s.id", alias, conditions, sort.Order()), err
}

// marketplace is a page of what the marketplace sells.
func marketplace(s *statement, _ string, f *call, args paging.Args) (selection, error) {
	r := search.Request{Sort: search.ByRelevance, Page: args}
	query, err := f.string(s.run, "query")
	if err != nil {
		return selection{}, err
	}
	if query != nil {
		r.Query = *query
	}
	where, err := argument(f, s.run, "where", generated.ProductWhere)
	if err != nil {
		return selection{}, err
	}
	if r.Filter, err = filter.Products(where); err != nil {
		return selection{}, err
	}
	if key := f.enum(s.run, "sortKey"); key != "" {
		r.Sort = search.SortKey(key)
	}
	if r.Reverse, err = f.reverse(s.run); err != nil {
		return selection{}, err
	}
	listed, err := s.planner.search.Listed(database.AcrossBrands(market.With(s.ctx, s.market), database.MarketplaceSearch), r)
	if err != nil {
		return selection{}, err
	}
	found := selection{order: listed.Order()}
	if found.from, err = listed.From(); err != nil {
		return selection{}, err
	}
	count := listed.Count()
	found.count = &count
	return found, nil
}
