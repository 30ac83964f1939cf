package storefront_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

var later = fixture.Start.Add(40 * 24 * time.Hour)

// made keeps slugs apart: tests that share a database wait for one another's.
var made atomic.Int64

type world struct {
	t     testing.TB
	db    *gorm.DB
	shops *storefront.Service
	brand *models.Brand
	// manager runs the brand's storefronts.
	manager context.Context
}

func newWorld(t testing.TB, change ...func(*models.Brand)) *world {
	t.Helper()
	return worldOn(t, dbtest.Tx(t), change...)
}

func worldOn(t testing.TB, db *gorm.DB, change ...func(*models.Brand)) *world {
	t.Helper()
	w := &world{t: t, db: db, shops: storefront.NewService(db, func() time.Time { return later })}
	w.brand = fixture.Brand(t, db, unique("brand"), change...)
	w.manager = w.as(fixture.Member(t, db, w.brand.ID, models.RoleManager))
	return w
}

func unique(name string) string { return fmt.Sprintf("%s-%d", name, made.Add(1)) }

func (w *world) as(actor *auth.Actor) context.Context { return auth.With(w.t.Context(), actor) }

func (w *world) opening() storefront.Opening {
	return storefront.Opening{
		BrandID: w.brand.ID, Slug: unique("shop"), Name: " 草原蜂蜜 ", Description: new("来自内布拉斯加"), Country: "CN",
		Currency: "CNY", Languages: []string{"zh-CN", "en"},
	}
}

func (w *world) create(change ...func(*storefront.Opening)) *models.Storefront {
	w.t.Helper()
	o := w.opening()
	for _, f := range change {
		f(&o)
	}
	shop, err := w.shops.Create(w.manager, o)
	if err != nil {
		w.t.Fatal(err)
	}
	return shop
}

func (w *world) move(shop *models.Storefront, move storefront.Move) *models.Storefront {
	w.t.Helper()
	moved, err := w.shops.Move(w.manager, move, key(shop))
	if err != nil {
		w.t.Fatal(err)
	}
	return moved
}

func (w *world) read(shop *models.Storefront) *models.Storefront {
	w.t.Helper()
	var s models.Storefront
	if err := w.db.Where("brand_id = ? and id = ?", shop.BrandID, shop.ID).Take(&s).Error; err != nil {
		w.t.Fatal(err)
	}
	return &s
}

func (w *world) events(id uuid.UUID) string {
	w.t.Helper()
	var types []string
	err := w.db.Model(&models.OutboxEvent{}).Where("brand_id = ? and subject_id = ?", w.brand.ID, id).Order("id").
		Pluck("type", &types).Error
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(types, " ")
}

func key(s *models.Storefront) models.Key { return models.Key{BrandID: s.BrandID, ID: s.ID} }

func refusals(err error) string {
	var all []string
	for _, p := range problem.From(err) {
		all = append(all, strings.Join(p.Field, ".")+" "+string(p.Code))
	}
	return strings.Join(all, "; ")
}

func wantRefused(t testing.TB, err error, want string) {
	t.Helper()
	if got := refusals(err); got != want {
		t.Errorf("refused: %q (%v), want %q", got, err, want)
	}
}

func wantDenied(t testing.TB, err error) {
	t.Helper()
	if _, denied := errors.AsType[*problem.Denied](err); !denied {
		t.Errorf("want a denial, got %v", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	shop := w.create()

	got := w.read(shop)
	if got.Status != models.StorefrontDraft || got.Visible || !got.IsPrimary || got.Name != "草原蜂蜜" ||
		got.Texts["zh-CN"].Description != "来自内布拉斯加" || got.Currency != "CNY" || got.DefaultLanguage() != "zh-CN" ||
		len(got.PaymentMethods) != 3 || !got.CreatedAt.Equal(later) || got.OpenedAt != nil || got.Version != 1 {
		t.Errorf("storefront: %+v", got)
	}
	if got := w.events(shop.ID); got != "storefront.created" {
		t.Errorf("events: %s", got)
	}
	if second := w.create(); second.IsPrimary {
		t.Error("the second of a country is primary")
	}
	if abroad := w.create(func(o *storefront.Opening) { o.Country, o.Currency = "JP", "JPY" }); !abroad.IsPrimary {
		t.Error("the first of another country is not primary")
	}
}

func TestCreateNeedsAnActiveBrand(t *testing.T) {
	t.Parallel()
	for _, status := range models.BrandStatuses {
		w := newWorld(t, func(b *models.Brand) { b.Status = status })
		_, err := w.shops.Create(w.manager, w.opening())
		want := "input.brandId CONFLICT"
		if status == models.BrandActive {
			want = ""
		}
		wantRefused(t, err, want)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	taken := w.create()
	for name, c := range map[string]struct {
		change func(*storefront.Opening)
		want   string
	}{
		"a slug somebody has":      {func(o *storefront.Opening) { o.Slug = taken.Slug }, "input.slug TAKEN"},
		"a slug with capitals":     {func(o *storefront.Opening) { o.Slug = "Shop" }, "input.slug INVALID"},
		"no name":                  {func(o *storefront.Opening) { o.Name = "" }, "input.name REQUIRED"},
		"a long name":              {func(o *storefront.Opening) { o.Name = strings.Repeat("蜜", 121) }, "input.name TOO_LONG"},
		"a long description":       {func(o *storefront.Opening) { o.Description = new(strings.Repeat("x", 5001)) }, "input.description TOO_LONG"},
		"no market":                {func(o *storefront.Opening) { o.Country = "" }, "input.country INVALID"},
		"no currency":              {func(o *storefront.Opening) { o.Currency = "XYZ" }, "input.currency INVALID"},
		"no language":              {func(o *storefront.Opening) { o.Languages = nil }, "input.languages REQUIRED"},
		"a language twice":         {func(o *storefront.Opening) { o.Languages = []string{"en", "en"} }, "input.languages.1 INVALID"},
		"many languages":           {func(o *storefront.Opening) { o.Languages = make([]string, 11) }, "input.languages TOO_LONG"},
		"no way to pay":            {func(o *storefront.Opening) { o.PaymentMethods = []string{} }, "input.paymentMethods REQUIRED"},
		"an unknown way to pay":    {func(o *storefront.Opening) { o.PaymentMethods = []string{"CASH"} }, "input.paymentMethods.0 INVALID"},
		"a way to pay named twice": {func(o *storefront.Opening) { o.PaymentMethods = []string{"CARD", "CARD"} }, "input.paymentMethods.1 INVALID"},
		"several things": {func(o *storefront.Opening) { o.Slug, o.Name = "", "" },
			"input.slug REQUIRED; input.name REQUIRED"},
	} {
		o := w.opening()
		c.change(&o)
		_, err := w.shops.Create(w.manager, o)
		if got := refusals(err); got != c.want {
			t.Errorf("%s: refused %q (%v), want %q", name, got, err, c.want)
		}
	}
	var n int64
	if err := w.db.Model(&models.Storefront{}).Where("brand_id = ?", w.brand.ID).Count(&n).Error; err != nil || n != 1 {
		t.Errorf("%d storefronts, %v", n, err)
	}
}

// Of many who want one slug at the same time, one gets it; of many first
// storefronts of a country, one is primary.
func TestOneSlugAndOnePrimary(t *testing.T) {
	t.Parallel()
	w := worldOn(t, dbtest.New(t).Gorm)
	var (
		group sync.WaitGroup
		taken atomic.Int64
	)
	start := make(chan struct{})
	for i := range 8 {
		o := w.opening()
		if i%2 == 0 {
			o.Slug = "the-one"
		}
		group.Go(func() {
			<-start
			if _, err := w.shops.Create(w.manager, o); refusals(err) == "input.slug TAKEN" {
				taken.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	group.Wait()
	var all []models.Storefront
	if err := w.db.Where("brand_id = ?", w.brand.ID).Find(&all).Error; err != nil {
		t.Fatal(err)
	}
	primaries := 0
	for _, s := range all {
		if s.IsPrimary {
			primaries++
		}
	}
	if taken.Load() != 3 || len(all) != 5 || primaries != 1 {
		t.Errorf("%d taken, %d created, %d primary", taken.Load(), len(all), primaries)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.create()
	update := func(c storefront.Change) (*models.Storefront, error) {
		c.Storefront = key(shop)
		return w.shops.Update(w.manager, c)
	}

	got, err := update(storefront.Change{
		ExpectedVersion: new(int32(1)), Name: patch.To("Prairie Honey"), Language: "en", PaymentMethods: []string{"ALIPAY"},
	})
	if err != nil || got.Name != "草原蜂蜜" || got.Texts["en"].Name != "Prairie Honey" || got.Version != 2 || len(got.PaymentMethods) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	// The name of the row follows the first language.
	if _, err := update(storefront.Change{Languages: []string{"en", "zh-CN", "fr"}, Description: patch.To("Raw.")}); err != nil {
		t.Fatal(err)
	}
	if now := w.read(shop); now.Name != "Prairie Honey" || now.Texts["en"].Description != "Raw." || now.Texts["zh-CN"].Name != "草原蜂蜜" {
		t.Errorf("%+v", now)
	}
	if _, err := update(storefront.Change{Description: patch.Empty[string]()}); err != nil || w.read(shop).Texts["en"].Description != "" {
		t.Errorf("description stays: %v", err)
	}
	// A language that is spoken no longer takes its texts along.
	if _, err := update(storefront.Change{Languages: []string{"en"}}); err != nil {
		t.Fatal(err)
	}
	if _, there := w.read(shop).Texts["zh-CN"]; there {
		t.Error("it still has texts in a language it does not speak")
	}

	for name, c := range map[string]struct {
		change storefront.Change
		want   string
	}{
		"an old version":            {storefront.Change{ExpectedVersion: new(int32(1))}, "input.expectedVersion VERSION_CONFLICT"},
		"a first language unnamed":  {storefront.Change{Languages: []string{"fr", "en"}}, "input.name REQUIRED"},
		"a language not spoken":     {storefront.Change{Name: patch.To("Miel"), Language: "fr"}, "input.language INVALID"},
		"no languages":              {storefront.Change{Languages: []string{}}, "input.languages REQUIRED"},
		"no name":                   {storefront.Change{Name: patch.Empty[string]()}, "input.name REQUIRED"},
		"a blank name":              {storefront.Change{Name: patch.To(" ")}, "input.name REQUIRED"},
		"a description without":     {storefront.Change{Description: patch.To("Miel"), Language: "fr", Languages: []string{"en", "fr"}}, "input.name REQUIRED"},
		"no way to pay":             {storefront.Change{PaymentMethods: []string{}}, "input.paymentMethods REQUIRED"},
		"control signs in the name": {storefront.Change{Name: patch.To("a\x07b")}, "input.name INVALID"},
	} {
		before := w.read(shop).Version
		_, err := update(c.change)
		if got := refusals(err); got != c.want || w.read(shop).Version != before {
			t.Errorf("%s: refused %q (%v), want %q", name, got, err, c.want)
		}
	}

	w.move(shop, storefront.Close)
	_, err = update(storefront.Change{Name: patch.To("Oak")})
	wantRefused(t, err, "input.storefrontId CONFLICT")
}

func TestWhoMayRunStorefronts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.create()
	other := fixture.Brand(t, w.db, unique("other"))
	stranger := w.as(fixture.Member(t, w.db, other.ID, models.RoleOwner))
	for _, actor := range []*auth.Actor{
		auth.Anonymous(), fixture.Shopper(t, w.db, "Bo"), fixture.Reporter(t, w.db),
		fixture.Member(t, w.db, w.brand.ID, models.RoleStaff), fixture.Member(t, w.db, w.brand.ID, models.RoleAnalyst),
	} {
		_, create := w.shops.Create(w.as(actor), w.opening())
		_, update := w.shops.Update(w.as(actor), storefront.Change{Storefront: key(shop)})
		_, move := w.shops.Move(w.as(actor), storefront.Open, key(shop))
		for _, err := range []error{create, update, move} {
			wantDenied(t, err)
		}
	}
	_, err := w.shops.Create(stranger, w.opening())
	wantRefused(t, err, "input.brandId NOT_FOUND")
	_, err = w.shops.Update(stranger, storefront.Change{Storefront: key(shop)})
	wantRefused(t, err, "input.storefrontId NOT_FOUND")
	_, err = w.shops.Move(stranger, storefront.Open, key(shop))
	wantRefused(t, err, "input.storefrontId NOT_FOUND")
	// An id that joins one's own brand with another's storefront names nothing.
	_, err = w.shops.Move(stranger, storefront.Open, models.Key{BrandID: other.ID, ID: shop.ID})
	wantRefused(t, err, "input.storefrontId NOT_FOUND")
	operator := w.as(fixture.Operator(t, w.db))
	if _, err := w.shops.Move(operator, storefront.Open, key(shop)); err != nil {
		t.Errorf("an operator could not open it: %v", err)
	}
	_, err = w.shops.Move(operator, storefront.Open, models.Key{BrandID: fixture.ID(), ID: shop.ID})
	wantRefused(t, err, "input.storefrontId NOT_FOUND")
}
