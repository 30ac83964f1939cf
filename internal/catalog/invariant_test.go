package catalog_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestWhatFollowsFromAProductStaysTrue does random things to a product and
// checks after each what is kept of it elsewhere: search tokens, price spans,
// what the public reads and finds.
func TestWhatFollowsFromAProductStaysTrue(t *testing.T) {
	t.Parallel()
	w := on(t, dbtest.New(t).Gorm, 100, 200, 300)
	paused := fixture.Storefront(t, w.db, w.brand, fixture.ID().String(), func(s *models.Storefront) {
		s.Country, s.Currency, s.Status = "JP", "JPY", models.StorefrontPaused
	})
	shops := []models.Key{{BrandID: w.brand.ID, ID: w.shop.ID}, {BrandID: w.brand.ID, ID: paused.ID}}
	words := []string{"Honey", "Raw", "蜂蜜", "Linden", ""}
	rapid.Check(t, func(t *rapid.T) {
		actions := map[string]func(*rapid.T){
			"title": func(t *rapid.T) {
				text := catalog.Text{Language: rapid.SampledFrom([]string{"en", "zh-CN", "fr"}).Draw(t, "language")}
				text.Title = rapid.SampledFrom(words).Draw(t, "title")
				_, err := w.service.SetTranslation(w.staff, w.product(), nil, text)
				refusedAtMost(t, err)
			},
			"translation": func(t *rapid.T) {
				_, err := w.service.RemoveTranslation(w.staff, w.product(), nil, rapid.SampledFrom([]string{"en", "zh-CN", "fr"}).Draw(t, "language"))
				refusedAtMost(t, err)
			},
			"update": func(t *rapid.T) {
				c := catalog.ProductChange{Vendor: patch.To(rapid.SampledFrom(words).Draw(t, "vendor"))}
				c.Tags = patch.To([]string{rapid.SampledFrom(words[:4]).Draw(t, "tag")})
				if rapid.Bool().Draw(t, "status too") {
					c.Status = patch.To(rapid.SampledFrom([]models.ProductStatus{models.ProductDraft, models.ProductActive}).Draw(t, "status"))
				}
				_, err := w.service.Update(w.staff, w.product(), c)
				refusedAtMost(t, err)
			},
			"archive": func(t *rapid.T) {
				do := rapid.SampledFrom([]func(context.Context, models.Key, *int32) (*models.Product, error){w.service.Archive, w.service.Restore}).Draw(t, "do")
				_, err := do(w.staff, w.product(), nil)
				refusedAtMost(t, err)
			},
			"variant": func(t *rapid.T) {
				key := w.variant(rapid.IntRange(0, 2).Draw(t, "variant"))
				var err error
				switch rapid.IntRange(0, 2).Draw(t, "do") {
				case 0:
					_, err = w.service.ArchiveVariant(w.staff, key, nil)
				case 1:
					_, err = w.service.RestoreVariant(w.staff, key, nil)
				case 2:
					_, err = w.service.UpdateVariant(w.staff, key, catalog.VariantChange{SKU: patch.To(rapid.SampledFrom([]string{"A-1", "B-2", ""}).Draw(t, "sku"))})
				}
				refusedAtMost(t, err)
			},
			"price": func(t *rapid.T) {
				shop := rapid.SampledFrom(shops).Draw(t, "shop")
				prices := []catalog.PriceDraft{{Variant: w.variant(rapid.IntRange(0, 2).Draw(t, "variant")),
					Amount: decimal.New(rapid.Int64Range(0, 99).Draw(t, "amount"), 0)}}
				_, err := w.service.SetPrices(w.staff, w.product(), shop, prices)
				refusedAtMost(t, err)
			},
			"publish": func(t *rapid.T) {
				at := w.now
				if rapid.Bool().Draw(t, "later") {
					at = at.AddDate(0, 0, 1)
				}
				_, err := w.service.Publish(w.staff, w.product(), rapid.SampledFrom(shops).Draw(t, "shop"), &at, nil)
				refusedAtMost(t, err)
			},
			"unpublish": func(t *rapid.T) {
				var l models.Listing
				shop := rapid.SampledFrom(shops).Draw(t, "shop")
				w.db.Where("brand_id = ? and storefront_id = ?", shop.BrandID, shop.ID).Limit(1).Find(&l)
				_, err := w.service.Unpublish(w.staff, models.Key{BrandID: shop.BrandID, ID: l.ID}, nil)
				refusedAtMost(t, err)
			},
		}
		// A few steps at a time: the product stays as the steps before left it.
		names := slices.Sorted(maps.Keys(actions))
		for range rapid.IntRange(1, 3).Draw(t, "steps") {
			actions[rapid.SampledFrom(names).Draw(t, "action")](t)
			w.hold(t)
		}
	})
}

// refusedAtMost lets refusals pass: they are answers. Faults are not.
func refusedAtMost(t *rapid.T, err error) {
	if err != nil && problem.From(err) == nil {
		t.Fatal(err)
	}
}

func (w *world) hold(t *rapid.T) {
	var p models.Product
	var variants []*models.Variant
	var listings []models.Listing
	var prices []models.Price
	var entries []models.SearchEntry
	for _, rows := range []any{&p, &variants, &listings, &prices, &entries} {
		query := w.db.Where("brand_id = ?", w.brand.ID)
		if err := query.Find(rows).Error; err != nil {
			t.Fatal(err)
		}
	}
	w.holdTokens(t, &p, variants)
	sold := map[uuid.UUID]bool{}
	for _, v := range variants {
		sold[v.ID] = v.ArchivedAt == nil
	}
	if len(sold) == 0 {
		t.Fatal("no variant is left")
	}
	earliest := p.VisibleFrom
	for _, l := range listings {
		var amounts []int64
		for _, price := range prices {
			if price.StorefrontID == l.StorefrontID && sold[price.VariantID] {
				amounts = append(amounts, price.AmountMinor)
			}
		}
		if l.PriceRange() == nil != (len(amounts) == 0) ||
			len(amounts) > 0 && (*l.MinPriceMinor != slices.Min(amounts) || *l.MaxPriceMinor != slices.Max(amounts)) {
			t.Fatalf("the listing spans %+v, its prices are %v", l.PriceRange(), amounts)
		}
		seen := p.Status == models.ProductActive && l.Status == models.ListingPublished
		if (l.VisibleFrom != nil) != seen || seen && !l.VisibleFrom.Equal(*l.PublishAt) {
			t.Fatalf("product %s, listing %+v", p.Status, l)
		}
		if seen && (earliest == nil || earliest.After(*l.VisibleFrom)) {
			t.Fatalf("the product appears %v, its listing %v", earliest, l.VisibleFrom)
		}
		i := slices.IndexFunc(entries, func(e models.SearchEntry) bool { return e.ListingID == l.ID })
		switch found := i >= 0; {
		case found != (seen && len(amounts) > 0):
			t.Fatalf("found: %t, listing %+v", found, l)
		case found && (entries[i].Title != p.Texts[p.DefaultLanguage].Title || entries[i].MinPriceMinor != *l.MinPriceMinor || entries[i].Tokens != p.Tokens):
			t.Fatalf("found as %+v", entries[i])
		}
	}
}

func (w *world) holdTokens(t *rapid.T, p *models.Product, variants []*models.Variant) {
	var same bool
	tokens := search.Tokens(p, variants, nil)
	err := w.db.Session(&gorm.Session{}).Raw("select tokens = cast(? as tsvector) from products where brand_id = ? and id = ?",
		tokens, p.BrandID, p.ID).Scan(&same).Error
	if err != nil {
		t.Fatal(err)
	}
	// The fixture's own product has no tokens before its first change.
	if !same && p.Version > 1 {
		t.Fatal(fmt.Sprintf("the product is found by %s, not by %s", p.Tokens, tokens))
	}
}
