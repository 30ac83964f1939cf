package search_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// shelf is a storefront of a brand in China, and the search over it.
type shelf struct {
	db      *gorm.DB
	service *search.Service
	brand   *models.Brand
	shop    *models.Storefront
	ctx     context.Context
	now     time.Time
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	tx := dbtest.Tx(t)
	s := &shelf{db: tx, ctx: t.Context(), now: fixture.Start.AddDate(0, 1, 0)}
	s.service = search.NewService(tx, func() time.Time { return s.now })
	s.brand, s.shop = s.open(t)
	return s
}

// open adds a brand with a storefront.
func (s *shelf) open(t *testing.T, change ...func(*models.Storefront)) (*models.Brand, *models.Storefront) {
	t.Helper()
	name := fixture.ID().String()
	brand := fixture.Brand(t, s.db, name)
	return brand, fixture.Storefront(t, s.db, brand, name, change...)
}

// item is a product as tests tell it.
type item struct {
	title, chinese, about string
	tags, skus            []string
	category              *models.Category
	origin, region        string
	prices                []int64
	stock                 int64
	listed                time.Time
}

// put sells an item under a handle.
func (s *shelf) put(t *testing.T, shop *models.Storefront, handle string, i item) fixture.Goods {
	t.Helper()
	if i.prices == nil {
		i.prices = []int64{1000}
	}
	if i.listed.IsZero() {
		i.listed = fixture.Start
	}
	g := fixture.Sell(t, s.db, shop, handle, i.stock, i.prices...)
	for n, v := range g.Variants {
		v.SKU = nil
		if n < len(i.skus) {
			v.SKU = &i.skus[n]
		}
		s.set(t, &models.Variant{}, v.BrandID, v.ID, map[string]any{"sku": v.SKU})
	}
	p := g.Product
	p.Texts = models.Texts[models.ProductText]{"en": {Title: i.title, Description: i.about}}
	if i.chinese != "" {
		p.Texts["zh-CN"] = models.ProductText{Title: i.chinese}
	}
	p.Tags, p.OriginCountry, p.OriginRegion = i.tags, models.Optional(i.origin), models.Optional(i.region)
	if i.category != nil {
		p.CategoryID = &i.category.ID
	}
	p.Tokens = search.Tokens(p, g.Variants, nil)
	err := s.db.Where("brand_id = ? and id = ?", p.BrandID, p.ID).
		Select("texts", "tags", "category_id", "origin_country", "origin_region", "tokens").Updates(p).Error
	if err != nil {
		t.Fatal(err)
	}
	s.set(t, &models.Listing{}, p.BrandID, g.Listing.ID, map[string]any{"publish_at": i.listed})
	s.refresh(t, g)
	return g
}

func (s *shelf) set(t *testing.T, model any, brand, id any, values map[string]any) {
	t.Helper()
	if err := s.db.Model(model).Where("brand_id = ? and id = ?", brand, id).Updates(values).Error; err != nil {
		t.Fatal(err)
	}
}

func (s *shelf) refresh(t *testing.T, g fixture.Goods) {
	t.Helper()
	if err := visibility.ProductsTx(s.db, g.Product.BrandID, g.Product.ID); err != nil {
		t.Fatal(err)
	}
}

// find gives the handles found, in order, and holds the total to them.
func (s *shelf) find(t *testing.T, r search.Request) []string {
	t.Helper()
	if r.Sort == "" {
		r.Sort = search.ByRelevance
	}
	if r.Page == (paging.Args{}) {
		r.Page.First = new(int32(100))
	}
	found, err := s.service.Products(s.ctx, r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	list := handles(found)
	if total, err := found.TotalCount(s.ctx); err != nil || total != len(list) {
		t.Errorf("%+v: %d in total, %v: found %v", r, total, err, list)
	}
	return list
}

// finds fails where a request finds anything else, in whatever order.
func (s *shelf) finds(t *testing.T, what string, r search.Request, want ...string) {
	t.Helper()
	got := s.find(t, r)
	slices.Sort(got)
	slices.Sort(want)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: found %v, want %v", what, got, want)
	}
}

// ranks fails where a request finds anything else, or in another order.
func (s *shelf) ranks(t *testing.T, what string, r search.Request, want ...string) {
	t.Helper()
	if got := s.find(t, r); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: found %v, want %v", what, got, want)
	}
}

// within puts the shopper into another situation.
func (s *shelf) within(country, currency string) *shelf {
	other := *s
	other.ctx = market.With(s.ctx, market.Context{Country: country, Currency: currency})
	return &other
}

func handles(c *paging.Connection[models.Product]) []string {
	list := []string{}
	for _, p := range c.Nodes() {
		list = append(list, p.Handle)
	}
	return list
}

//go:fix inline
