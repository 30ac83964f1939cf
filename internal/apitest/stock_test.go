package apitest_test

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

type level struct{ OnHand, Reserved, Available string }

func TestWarehouses(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	type warehouse struct {
		ID, Code, Name, Kind, Country, Region string
		Priority, Version                     int
		Active                                bool
	}
	const fields = "warehouse { id code name kind country region priority active version }"
	input := func(more map[string]any) map[string]any {
		all := map[string]any{"brandId": c.brand.GlobalID(), "code": "nb-1", "name": " Ningbo ", "kind": "BONDED", "country": "CN", "region": "ZJ"}
		maps.Copy(all, more)
		return all
	}
	var w warehouse
	if refused := c.staff.Mutate(t, "warehouseCreate", fields, input(nil), &w); len(refused) > 0 {
		t.Fatal(refused)
	}
	if got := fmt.Sprint(w.Code, w.Name, w.Kind, w.Country, w.Region, w.Priority, w.Active, w.Version); got != "NB-1NingboBONDEDCNZJ0 true 1" {
		t.Errorf("made %s", got)
	}

	t.Run("refuses", func(t *testing.T) {
		for want, change := range map[string]map[string]any{
			"TAKEN input.code":            {"code": "NB-1"},
			"REQUIRED input.code":         {"code": " "},
			"INVALID input.code":          {"code": "N B"},
			"TOO_LONG input.code":         {"code": "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"},
			"REQUIRED input.name":         {"name": ""},
			"OUT_OF_RANGE input.priority": {"priority": -2147483648},
			"NOT_FOUND input.brandId":     {"brandId": c.other.GlobalID()},
			"INVALID input.brandId":       {"brandId": w.ID},
		} {
			if got := apitest.Refused(c.staff.Mutate(t, "warehouseCreate", "warehouse { id }", input(change), nil)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})

	t.Run("change by version", func(t *testing.T) {
		change := func(client *apitest.Client, more map[string]any) (changed warehouse, refused string) {
			all := map[string]any{"warehouseId": w.ID}
			maps.Copy(all, more)
			refused = apitest.Refused(client.Mutate(t, "warehouseUpdate", fields, all, &changed))
			return changed, refused
		}
		changed, refused := change(c.staff, map[string]any{"expectedVersion": 1, "priority": -3, "active": false})
		if refused != "" || changed.Priority != -3 || changed.Active || changed.Version != 2 || changed.Name != "Ningbo" {
			t.Errorf("%+v %s", changed, refused)
		}
		if _, refused = change(c.staff, map[string]any{"expectedVersion": 1, "name": "Late"}); refused != "VERSION_CONFLICT input.expectedVersion" {
			t.Error(refused)
		}
		if _, refused = change(c.staff, map[string]any{"active": nil}); refused != "REQUIRED input.active" {
			t.Error(refused)
		}
		if _, refused = change(c.stranger, map[string]any{"name": "Mine"}); refused != "NOT_FOUND input.warehouseId" {
			t.Error(refused)
		}
	})

	t.Run("are read by the brand's people alone", func(t *testing.T) {
		const query = `query($id: ID!, $brand: ID!) { node(id: $id) { ... on Warehouse { code } } brand: node(id: $brand) { ... on Brand { warehouses { code } } } }`
		variables := map[string]any{"id": w.ID, "brand": c.brand.GlobalID()}
		if got := string(c.staff.Post(t, query, variables).Data); got != `{"node":{"code":"NB-1"},"brand":{"warehouses":[{"code":"NB-1"}]}}` {
			t.Error(got)
		}
		if answer := c.stranger.Post(t, query, variables); answer.Code() != "FORBIDDEN" {
			t.Errorf("%s", answer.Raw)
		}
		const alone = `query($id: ID!) { node(id: $id) { ... on Warehouse { code } } }`
		if got := string(c.stranger.Post(t, alone, map[string]any{"id": w.ID}).Data); got != `{"node":null}` {
			t.Error(got)
		}
	})
}

func TestStockAdjust(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	goods := fixture.Sell(t, db, c.shop, "honey", 10, 100)
	v, w := goods.Variants[0], goods.Warehouse
	theirs := fixture.Sell(t, db, c.theirs, "jeans", 10, 100)
	n := 0
	adjust := func(client *apitest.Client, more map[string]any) (got level, refused string) {
		t.Helper()
		n++
		input := map[string]any{"idempotencyKey": fmt.Sprint("key-", n), "variantId": v.GlobalID(), "warehouseId": w.GlobalID(), "reason": "COUNTED"}
		maps.Copy(input, more)
		refused = apitest.Refused(client.Mutate(t, "stockAdjust", "stockLevel { onHand reserved available }", input, &got))
		return got, refused
	}
	type step struct {
		change map[string]any
		onHand string
	}
	for _, s := range []step{
		{map[string]any{"delta": "5", "reason": "RECEIVED", "note": "Delivery 7"}, "15"},
		{map[string]any{"delta": -6, "reason": "DAMAGED"}, "9"},
		{map[string]any{"setTo": "12"}, "12"},
		{map[string]any{"setTo": "12"}, "12"},
		{map[string]any{"setTo": "8", "changeFrom": "12"}, "8"},
		{map[string]any{"delta": "-8"}, "0"},
		{map[string]any{"delta": "1000000000"}, "1000000000"},
		{map[string]any{"setTo": "3"}, "3"},
	} {
		if got, refused := adjust(c.staff, s.change); refused != "" || got.OnHand != s.onHand {
			t.Fatalf("%v: %+v %s", s.change, got, refused)
		}
	}

	t.Run("is logged with reason, note and who did it, newest first", func(t *testing.T) {
		var data struct {
			Node struct {
				Stock            []level
				StockAdjustments struct {
					TotalCount int
					Nodes      []struct {
						Delta, Reason, Note string
						Actor               *struct{ Name string }
						Warehouse           struct{ Code string }
					}
				}
			}
		}
		c.staff.Do(t, `query($id: ID!) { node(id: $id) { ... on Variant { stock { onHand }
			stockAdjustments { totalCount nodes { delta reason note actor { name } warehouse { code } } } } } }`, map[string]any{"id": v.GlobalID()}, &data)
		log := data.Node.StockAdjustments
		// The step that changed nothing is not logged; the first entry is the fixture's.
		if log.TotalCount != 8 || len(log.Nodes) != 8 || data.Node.Stock[0].OnHand != "3" {
			t.Fatalf("%+v", data)
		}
		first, received := log.Nodes[7], log.Nodes[6]
		if received.Delta != "5" || received.Reason != "RECEIVED" || received.Note != "Delivery 7" || received.Actor == nil ||
			received.Actor.Name != "staff" || received.Warehouse.Code != "MAIN" || first.Actor != nil {
			t.Errorf("%+v", log.Nodes)
		}
		var sum int64
		db.Raw("select sum(delta) from stock_adjustments where brand_id = ? and variant_id = ?", v.BrandID, v.ID).Scan(&sum)
		if sum != 3 {
			t.Errorf("the log adds up to %d", sum)
		}
	})

	t.Run("refuses", func(t *testing.T) {
		if err := db.Exec("update stock_levels set reserved = 2 where brand_id = ?", v.BrandID).Error; err != nil {
			t.Fatal(err)
		}
		for _, r := range []struct {
			want   string
			change map[string]any
		}{
			{"REQUIRED input.delta", nil},
			{"INVALID input.delta", map[string]any{"delta": 1, "setTo": 1}},
			{"OUT_OF_RANGE input.delta", map[string]any{"delta": 0}},
			{"OUT_OF_RANGE input.delta", map[string]any{"delta": "-9223372036854775808"}},
			{"OUT_OF_RANGE input.delta", map[string]any{"delta": "9223372036854775807"}},
			{"OUT_OF_RANGE input.delta", map[string]any{"delta": "1000000000"}},
			{"OUT_OF_RANGE input.setTo", map[string]any{"setTo": -1}},
			{"OUT_OF_STOCK input.delta", map[string]any{"delta": -2}},
			{"CONFLICT input.setTo", map[string]any{"setTo": 1}},
			{"CONFLICT input.changeFrom", map[string]any{"setTo": 9, "changeFrom": 4}},
			{"INVALID input.changeFrom", map[string]any{"delta": 1, "changeFrom": 3}},
			{"INVALID input.reason", map[string]any{"delta": 1, "reason": "ORDER_PLACED"}},
			{"INVALID input.reason", map[string]any{"delta": 1, "reason": "IMPORTED"}},
			{"REQUIRED input.idempotencyKey", map[string]any{"delta": 1, "idempotencyKey": ""}},
			{"NOT_FOUND input.warehouseId", map[string]any{"delta": 1, "warehouseId": theirs.Warehouse.GlobalID()}},
			{"NOT_FOUND input.warehouseId", map[string]any{"delta": 1, "warehouseId": globalid.EncodeOf(globalid.Warehouse, v.BrandID, fixture.ID())}},
			{"NOT_FOUND input.variantId", map[string]any{"delta": 1, "variantId": theirs.Variants[0].GlobalID(), "warehouseId": theirs.Warehouse.GlobalID()}},
			{"NOT_FOUND input.variantId", map[string]any{"delta": 1, "variantId": globalid.EncodeOf(globalid.Variant, v.BrandID, fixture.ID())}},
			{"INVALID input.variantId", map[string]any{"delta": 1, "variantId": w.GlobalID()}},
		} {
			if got, refused := adjust(c.staff, r.change); refused != r.want {
				t.Errorf("%v: %q, want %q (%+v)", r.change, refused, r.want, got)
			}
		}
		if _, refused := adjust(c.stranger, map[string]any{"delta": 1}); refused != "NOT_FOUND input.variantId" {
			t.Error(refused)
		}
		if err := db.Exec("update stock_levels set reserved = 0 where brand_id = ?", v.BrandID).Error; err != nil {
			t.Fatal(err)
		}
	})

	t.Run("happens once however often its key is sent, and at once", func(t *testing.T) {
		input := map[string]any{"idempotencyKey": "once", "delta": 4}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				input := map[string]any{"idempotencyKey": "once", "variantId": v.GlobalID(), "warehouseId": w.GlobalID(), "reason": "COUNTED", "delta": 4}
				var got level
				refused := c.staff.Mutate(t, "stockAdjust", "stockLevel { onHand reserved available }", input, &got)
				if len(refused) > 0 || got.OnHand != "7" {
					t.Errorf("%+v %v", got, refused)
				}
			})
		}
		all.Wait()
		input["delta"] = 5
		if _, refused := adjust(c.staff, input); refused != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
			t.Error(refused)
		}
	})

	t.Run("that was refused may be sent again", func(t *testing.T) {
		input := map[string]any{"idempotencyKey": "again", "delta": -8}
		if _, refused := adjust(c.staff, input); refused != "OUT_OF_STOCK input.delta" {
			t.Error(refused)
		}
		if _, refused := adjust(c.staff, map[string]any{"delta": 10}); refused != "" {
			t.Error(refused)
		}
		if got, refused := adjust(c.staff, input); refused != "" || got.OnHand != "9" {
			t.Errorf("%+v %s", got, refused)
		}
	})

	t.Run("concerns the brand's people alone", func(t *testing.T) {
		const query = `query($id: ID!) { node(id: $id) { ... on Variant { available stock { onHand } } } }`
		for name, client := range map[string]*apitest.Client{"public": c.public, "stranger": c.stranger,
			"shopper": c.api.As(fixture.Shopper(t, db, "Li Wei"))} {
			answer := client.Post(t, query, map[string]any{"id": v.GlobalID()})
			if code := answer.Code(); code != "FORBIDDEN" && code != "UNAUTHENTICATED" {
				t.Errorf("%s: %s", name, answer.Raw)
			}
		}
		analyst := c.api.As(fixture.Member(t, db, c.brand.ID, models.RoleAnalyst))
		answer := analyst.Post(t, `mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { stockLevel { onHand } } }`, map[string]any{
			"input": map[string]any{"idempotencyKey": "x", "variantId": v.GlobalID(), "warehouseId": w.GlobalID(), "reason": "LOST", "delta": -1}})
		if answer.Code() != "FORBIDDEN" {
			t.Errorf("analyst: %s", answer.Raw)
		}
	})
}
