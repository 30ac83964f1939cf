package promotion_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/internal/title"
	"github.com/tradewind-commerce/tradewind/models"
)

func told(err error) string {
	var all []string
	for _, p := range problem.From(err) {
		all = append(all, strings.Join(p.Field, ".")+" "+string(p.Code))
	}
	if all == nil && err != nil {
		return "fault: " + err.Error()
	}
	return strings.Join(all, ", ")
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "refusing")
	other := fixture.Brand(t, w.db, "other-refusing")
	theirs := fixture.Storefront(t, w.db, other, "other-refusing-cn")
	fixed := func(d *promotion.Draft) {
		d.Kind, d.Terms.Percent = models.PromotionFixed, patch.Field[decimal.Decimal]{}
	}
	for name, c := range map[string]struct {
		change []func(*promotion.Draft)
		want   string
	}{
		"no title":          {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Titles = nil }}, "input.titles REQUIRED"},
		"no percentage":     {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Percent = patch.Field[decimal.Decimal]{} }}, "input.percent REQUIRED"},
		"nothing off":       {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Percent = patch.To(decimal.Zero) }}, "input.percent OUT_OF_RANGE"},
		"more than all":     {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Percent = patch.To(decimal.RequireFromString("100.01")) }}, "input.percent OUT_OF_RANGE"},
		"too fine":          {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Percent = patch.To(decimal.RequireFromString("12.345")) }}, "input.percent INVALID"},
		"an amount as well": {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Amount = patch.To(decimal.New(1, 0)) }}, "input.amount INVALID"},
		"no amount":         {[]func(*promotion.Draft){fixed}, "input.amount REQUIRED"},
		"no currency":       {[]func(*promotion.Draft){fixed, func(d *promotion.Draft) { d.Terms.Amount = patch.To(decimal.New(1, 0)) }}, "input.currency REQUIRED"},
		"another currency": {[]func(*promotion.Draft){func(d *promotion.Draft) {
			d.Currency, d.Storefront = "USD", &models.Key{BrandID: w.brand.ID, ID: w.shop.ID}
		}}, "input.currency CURRENCY_MISMATCH"},
		"a strange storefront": {[]func(*promotion.Draft){func(d *promotion.Draft) {
			d.Storefront = &models.Key{BrandID: other.ID, ID: theirs.ID}
		}}, "input.storefrontId NOT_FOUND"},
		"a strange product": {[]func(*promotion.Draft){func(d *promotion.Draft) {
			d.Terms.Goods = patch.To(models.Selection{Products: []uuid.UUID{uuid.New()}})
		}}, "input.goods.productIds.0 NOT_FOUND"},
		"a strange category": {[]func(*promotion.Draft){func(d *promotion.Draft) {
			d.Terms.Goods = patch.To(models.Selection{Categories: []uuid.UUID{uuid.New()}})
		}}, "input.goods.categoryIds.0 NOT_FOUND"},
		"carriage by percent": {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Target = models.TargetShipping }}, "input.target INVALID"},
		"no pieces": {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Kind = models.PromotionBuyXGetY }},
			"input.buyQuantity REQUIRED, input.getQuantity REQUIRED"},
		"gets without":   {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.Gets = patch.To(models.Selection{}) }}, "input.gets INVALID"},
		"ends before":    {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Terms.EndsAt = patch.To(w.now) }}, "input.endsAt OUT_OF_RANGE"},
		"no use":         {[]func(*promotion.Draft){limited(0)}, "input.useLimit OUT_OF_RANGE"},
		"automatic code": {[]func(*promotion.Draft){func(d *promotion.Draft) { d.Codes = []string{"TEN"} }}, "input.codes INVALID"},
		"bad codes":      {[]func(*promotion.Draft){byCode("AB", "a b c", "TEN", "ten ")}, "input.codes.0 INVALID, input.codes.1 INVALID, input.codes.3 TAKEN"},
	} {
		if _, err := w.promotions.Create(w.manager, w.draft(c.change...)); told(err) != c.want {
			t.Errorf("%s: %q, want %q", name, told(err), c.want)
		}
	}
	var rows int64
	if w.db.Model(&models.Promotion{}).Where("brand_id = ?", w.brand.ID).Count(&rows); rows != 0 {
		t.Errorf("%d promotions of refusals", rows)
	}
}

func TestOnlyThoseWhoMayKeepPromotions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "guarded")
	p := w.create(byCode("TEN"))
	stranger := auth.With(t.Context(), fixture.Shopper(t, w.db, "stranger"))
	staff := auth.With(t.Context(), fixture.Member(t, w.db, w.brand.ID, models.RoleStaff))
	for name, err := range map[string]error{
		"create": second(w.promotions.Create(stranger, w.draft())), "update": second(w.promotions.Update(staff, promotion.Change{Promotion: w.key(p)})),
		"end": second(w.promotions.End(stranger, w.key(p), nil)), "add": second(w.promotions.AddCodes(staff, w.key(p), []string{"ABC"}, nil)),
		"remove": second(w.promotions.RemoveCodes(stranger, w.key(p), []string{"TEN"})),
	} {
		if _, denied := errors.AsType[*problem.Denied](err); !denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	if rows, err := w.promotions.ByKeys(stranger, []models.Key{w.key(p)}); err != nil || len(rows) != 0 {
		t.Errorf("a stranger reads %d promotions, %v", len(rows), err)
	}
	if rows, err := w.promotions.ByKeys(staff, []models.Key{w.key(p)}); err != nil || len(rows) != 1 {
		t.Errorf("staff reads %d promotions, %v", len(rows), err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAPromotionIsChangedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "changing")
	p := w.create()
	if off := w.price(nil).Off(id(101), "CNY"); off.Minor != 1000 {
		t.Errorf("ten percent: %s", off)
	}
	p, err := w.promotions.Update(w.manager, promotion.Change{Promotion: w.key(p), ExpectedVersion: new(p.Version), Terms: promotion.Terms{
		Percent: patch.To(decimal.RequireFromString("12.5")), Titles: []title.Title{{Language: "zh-CN", Title: "八七五折"}},
		MinimumQuantity: patch.To(int32(2)), EndsAt: patch.To(w.now.Add(time.Hour)),
	}})
	if err != nil || p.Version != 2 {
		t.Fatal(p, err)
	}
	if off := w.price(nil).Off(id(101), "CNY"); off.Minor != 1250 {
		t.Errorf("12.5 percent: %s", off)
	}
	if _, err := w.promotions.End(w.manager, w.key(p), new(int32(1))); told(err) != "input.expectedVersion VERSION_CONFLICT" {
		t.Error(err)
	}
	if _, err := w.promotions.End(w.manager, w.key(p), nil); err != nil {
		t.Error(err)
	}
	if r := w.price(nil); len(r.Applied) != 0 {
		t.Errorf("an ended one applies: %+v", r)
	}
	ended, err := w.promotions.End(w.manager, w.key(p), nil)
	if err != nil || !ended.EndsAt.Equal(w.now) {
		t.Errorf("ended twice: %v, %v", ended, err)
	}
}

func TestOneThatHasNotStartedEndsBeforeItDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "early")
	p := w.create(func(d *promotion.Draft) { d.Terms.StartsAt = patch.To(w.now.Add(time.Hour)) })
	if _, err := w.promotions.End(w.manager, w.key(p), nil); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * time.Hour)
	if r := w.price(nil); len(r.Applied) != 0 {
		t.Errorf("it applies: %+v", r)
	}
}

func TestCodesAreOfOneBrandAndOneForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "codes")
	p := w.create(byCode("honey10"))
	again := w.create(byCode())
	if _, err := w.promotions.AddCodes(w.manager, w.key(again), []string{"Honey10", "蜂蜜节"}, nil); told(err) != "input.codes.0 TAKEN" {
		t.Error(err)
	}
	if r := w.price(nil, " HONEY10 "); len(r.Applied) != 1 || r.Applied[0].Code != "HONEY10" {
		t.Errorf("%+v", r)
	}
	other := newWorld(t, w.db, "codes-too")
	other.create(byCode("HONEY10"))
	if r := other.price(nil, "HONEY10"); len(r.Applied) != 1 || r.Applied[0].Promotion.BrandID != other.brand.ID {
		t.Errorf("%+v", r)
	}
	if _, err := w.promotions.RemoveCodes(w.manager, w.key(p), []string{"honey10", "NONE"}); told(err) != "input.codes.1 NOT_FOUND" {
		t.Error(err)
	}
	if _, err := w.promotions.RemoveCodes(w.manager, w.key(p), []string{"honey10"}); err != nil {
		t.Error(err)
	}
	if r := w.price(nil, "HONEY10"); len(r.Applied) != 0 || r.Refused[0].Reason != promotion.Unknown {
		t.Errorf("%+v", r)
	}
	automatic := w.create()
	if _, err := w.promotions.AddCodes(w.manager, w.key(automatic), []string{"ABC"}, nil); told(err) != "input.promotionId CONFLICT" {
		t.Error(err)
	}
}

func TestSelectedCategoriesAreFoundWhereTheyStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "selected")
	category := &models.Category{
		ID: fixture.ID(), Slug: "selected-food", Path: "selected-food",
		Texts: models.Texts[models.CategoryText]{"en": {Name: "Food"}}, Version: 1, CreatedAt: w.now, UpdatedAt: w.now,
	}
	fixture.Create(t, w.db, category)
	w.create(func(d *promotion.Draft) {
		d.Terms.Goods = patch.To(models.Selection{Categories: []uuid.UUID{category.ID}})
	})
	if r := w.price(nil); len(r.Applied) != 0 {
		t.Errorf("outside of the category: %+v", r)
	}
	if err := w.db.Model(category).Update("path", "food").Error; err != nil {
		t.Fatal(err)
	}
	if r := w.price(nil); len(r.Applied) != 1 {
		t.Errorf("in the category: %+v", r)
	}
}

func TestABrandHasSoManyAutomaticPromotions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "crowded")
	for range promotion.MaxAutomatic {
		w.create()
	}
	if _, err := w.promotions.Create(w.manager, w.draft()); !strings.Contains(fmt.Sprint(err), "at most 100") {
		t.Error(err)
	}
	w.create(byCode("MORE"))
}
