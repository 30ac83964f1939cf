package apitest_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestChangedProductsAreFound changes everything a product is found by and
// searches for it before and after.
func TestChangedProductsAreFound(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	category := func(parent *models.Category, slug, english, chinese string) *models.Category {
		row := &models.Category{ID: fixture.ID(), Slug: slug, Path: slug, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
			Texts: models.Texts[models.CategoryText]{"en": {Name: english}, "zh-CN": {Name: chinese}}}
		if parent != nil {
			row.ParentID, row.Path = &parent.ID, parent.Path+"/"+slug
		}
		fixture.Create(t, c.api.DB.Gorm, row)
		return row
	}
	food := category(nil, "food", "Groceries", "食品")
	spreads := category(food, "spreads", "Breakfast spreads", "果酱")
	p := c.create(t, "Prairie Gold", map[string]any{"variants": []map[string]any{{"sku": "PG-0001"}}})
	c.create(t, "Something else", nil)
	c.publish(t, p, "10")
	found := func(words string) bool {
		t.Helper()
		var data struct {
			Products struct{ Nodes []struct{ ID string } }
		}
		c.public.Do(t, `query($q: String) { products(query: $q) { nodes { id } } }`, map[string]any{"q": words}, &data)
		return len(data.Products.Nodes) == 1 && data.Products.Nodes[0].ID == p.ID
	}
	update := func(more map[string]any) {
		t.Helper()
		more["productId"] = p.ID
		if _, refused := c.change(t, "productUpdate", more); refused != "" {
			t.Fatal(refused)
		}
	}
	variant := p.Variants.Nodes[0].ID
	for _, step := range []struct {
		change     func()
		come, gone []string
	}{
		{func() {}, []string{"gold", "PG-0", "prairie"}, nil},
		{func() { update(map[string]any{"vendor": "Lindenhof"}) }, []string{"lindenhof"}, nil},
		{func() { update(map[string]any{"vendor": nil, "productType": "Nectar"}) }, []string{"nectar"}, []string{"lindenhof"}},
		{func() { update(map[string]any{"tags": []string{"wildflower"}}) }, []string{"wildflower"}, nil},
		{func() { update(map[string]any{"categoryId": spreads.GlobalID()}) }, []string{"breakfast", "groceries", "果酱", "食品"}, nil},
		{func() { update(map[string]any{"categoryId": nil}) }, nil, []string{"breakfast", "食品"}},
		{func() {
			c.change(t, "productTranslationSet", map[string]any{"productId": p.ID, "translation": map[string]any{
				"language": "zh-CN", "title": "草原蜂蜜", "description": "天然"}})
		}, []string{"蜂蜜", "天然"}, nil},
		{func() {
			c.change(t, "productTranslationRemove", map[string]any{"productId": p.ID, "language": "zh-CN"})
		}, []string{"gold"}, []string{"蜂蜜"}},
		{func() {
			c.staff.Mutate(t, "variantUpdate", "variant { id }", map[string]any{"variantId": variant, "sku": "ZZ-9"}, nil)
		}, []string{"ZZ-9"}, []string{"PG-0001"}},
		{func() { c.change(t, "productArchive", map[string]any{"productId": p.ID}) }, nil, []string{"gold", "ZZ-9"}},
		{func() { c.change(t, "productRestore", map[string]any{"productId": p.ID}) }, []string{"gold", "ZZ-9"}, nil},
	} {
		for _, words := range step.come {
			if words != "gold" && words != "ZZ-9" && words != "prairie" && words != "PG-0" && found(words) {
				t.Errorf("%s is found too early", words)
			}
		}
		step.change()
		for _, words := range step.come {
			if !found(words) {
				t.Errorf("%s is not found", words)
			}
		}
		for _, words := range step.gone {
			if found(words) {
				t.Errorf("%s is still found", words)
			}
		}
	}
	if got := apitest.Refused(c.staff.Mutate(t, "productArchive", "product { id }", map[string]any{"productId": p.ID, "expectedVersion": 1}, nil)); got != "VERSION_CONFLICT input.expectedVersion" {
		t.Error(got)
	}
}
