package apitest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestCatalogueMutationsByOthers sends every mutation of products and stock on
// a brand's rows as people who may not: they learn nothing and change nothing.
func TestCatalogueMutationsByOthers(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	goods := fixture.Sell(t, db, c.shop, "honey", 5, 100, 200)
	product, variant := goods.Product.GlobalID(), goods.Variants[0].GlobalID()
	shop, listing, warehouse := c.shop.GlobalID(), goods.Listing.GlobalID(), goods.Warehouse.GlobalID()
	prices := []map[string]any{{"variantId": variant, "amount": "1"}}
	type call struct {
		object string
		field  string
		input  map[string]any
	}
	calls := map[string]call{
		"productCreate":            {"product", "brandId", map[string]any{"brandId": c.brand.GlobalID(), "translations": english("Mine")}},
		"productUpdate":            {"product", "productId", map[string]any{"productId": product, "vendor": "Mine"}},
		"productTranslationSet":    {"product", "productId", map[string]any{"productId": product, "translation": english("Mine")[0]}},
		"productTranslationRemove": {"product", "productId", map[string]any{"productId": product, "language": "zh-CN"}},
		"productArchive":           {"product", "productId", map[string]any{"productId": product}},
		"productRestore":           {"product", "productId", map[string]any{"productId": product}},
		"variantCreate":            {"variant", "productId", map[string]any{"productId": product, "variant": map[string]any{"options": []string{"9"}}}},
		"variantUpdate":            {"variant", "variantId", map[string]any{"variantId": variant, "sku": "Mine"}},
		"variantArchive":           {"variant", "variantId", map[string]any{"variantId": variant}},
		"variantRestore":           {"variant", "variantId", map[string]any{"variantId": variant}},
		"listingPricesSet":         {"listing", "productId", map[string]any{"productId": product, "storefrontId": shop, "prices": prices}},
		"listingPublish":           {"listing", "productId", map[string]any{"productId": product, "storefrontId": shop}},
		"listingUnpublish":         {"listing", "listingId", map[string]any{"listingId": listing}},
		"warehouseCreate": {"warehouse", "brandId", map[string]any{"brandId": c.brand.GlobalID(), "code": "MINE", "name": "Mine",
			"kind": "ORIGIN", "country": "US"}},
		"warehouseUpdate": {"warehouse", "warehouseId", map[string]any{"warehouseId": warehouse, "active": false}},
		"stockAdjust": {"stockLevel", "variantId", map[string]any{"idempotencyKey": "k", "variantId": variant, "warehouseId": warehouse,
			"delta": 1, "reason": "LOST"}},
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, f := range schema.Mutation.Fields {
		for _, prefix := range []string{"product", "variant", "listing", "warehouse", "stock"} {
			if _, covered := calls[f.Name]; strings.HasPrefix(f.Name, prefix) && !covered {
				t.Errorf("%s is not covered", f.Name)
			}
		}
	}
	snapshot := func() string {
		var all []string
		for _, table := range []string{"products", "variants", "media", "listings", "prices", "search_entries", "warehouses", "stock_levels", "stock_adjustments"} {
			var rows string
			db.Raw("select coalesce(json_agg(r order by r::text), '[]') from " + table + " r where brand_id is not null").Scan(&rows)
			all = append(all, rows)
		}
		return strings.Join(all, "\n")
	}
	before := snapshot()
	analyst := c.api.As(fixture.Member(t, db, c.brand.ID, models.RoleAnalyst))
	shopper := c.api.As(fixture.Shopper(t, db, "Li Wei"))
	reporter := c.api.As(fixture.Reporter(t, db))
	for name, call := range calls {
		mutation := "mutation($input: " + schema.Mutation.Fields.ForName(name).Arguments.ForName("input").Type.String() + ") { " + name +
			"(input: $input) { " + call.object + " { __typename } userErrors { code } } }"
		for who, c := range map[string]struct {
			client *apitest.Client
			code   string
		}{"nobody": {c.public, "UNAUTHENTICATED"}, "shopper": {shopper, "FORBIDDEN"}, "analyst": {analyst, "FORBIDDEN"}, "reporter": {reporter, "FORBIDDEN"}} {
			if answer := c.client.Post(t, mutation, map[string]any{"input": call.input}); answer.Code() != c.code {
				t.Errorf("%s by %s: %s", name, who, answer.Raw)
			}
		}
		refused := apitest.Refused(c.stranger.Mutate(t, name, call.object+" { __typename }", call.input, nil))
		if want := "NOT_FOUND input." + call.field; refused != want {
			t.Errorf("%s by another brand: %q, want %q", name, refused, want)
		}
		// An id of their own brand with a row of ours, and one of another type.
		if parsed, err := globalid.Parse(call.input[call.field].(string)); err == nil && parsed.Type != globalid.Brand {
			forged := clone(call.input, call.field, globalid.EncodeOf(parsed.Type, parsed.Brand, fixture.ID()))
			refused = apitest.Refused(c.staff.Mutate(t, name, call.object+" { __typename }", forged, nil))
			if want := "NOT_FOUND input." + call.field; refused != want {
				t.Errorf("%s of a row that is not there: %q, want %q", name, refused, want)
			}
			forged[call.field] = globalid.EncodeOf(parsed.Type, c.other.ID, parsed.Row)
			refused = apitest.Refused(c.stranger.Mutate(t, name, call.object+" { __typename }", forged, nil))
			if !strings.Contains(refused, "NOT_FOUND input.") {
				t.Errorf("%s of a row under another brand: %q", name, refused)
			}
		}
		wrong := clone(call.input, call.field, globalid.Encode(globalid.Category, fixture.ID()))
		if refused = apitest.Refused(c.staff.Mutate(t, name, call.object+" { __typename }", wrong, nil)); refused != "INVALID input."+call.field {
			t.Errorf("%s of another type: %q", name, refused)
		}
	}
	if after := snapshot(); after != before {
		t.Errorf("something was written:\n%s\nwas\n%s", after, before)
	}
}

func clone(input map[string]any, field string, value any) map[string]any {
	text, _ := json.Marshal(input)
	var copied map[string]any
	_ = json.Unmarshal(text, &copied)
	copied[field] = value
	return copied
}
