package promotion_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

var (
	noon   = time.Date(2026, 11, 11, 12, 0, 0, 0, time.UTC)
	farm   = id(1)
	mill   = id(2)
	china  = id(11)
	japan  = id(12)
	honey  = id(21)
	jam    = id(22)
	jeans  = id(23)
	food   = id(31)
	sweets = id(32)
)

func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

// line is one of the farm's in China.
func line(n byte, product uuid.UUID, price, quantity int64) promotion.Line {
	return promotion.Line{
		ID: id(100 + n), BrandID: farm, StorefrontID: china, ProductID: product, CategoryPath: "food/honey",
		UnitPrice: money.New(price, "CNY"), Quantity: quantity,
	}
}

// offer is an automatic one of the farm without conditions.
func offer(n byte, kind models.PromotionKind, target models.PromotionTarget, change ...func(*promotion.Promotion)) promotion.Promotion {
	p := promotion.Promotion{
		Promotion: models.Promotion{
			BrandID: farm, ID: id(200 + n), Kind: kind, Target: target, Trigger: models.TriggerAutomatic,
			StartsAt: noon.Add(-time.Hour),
		},
		Paths: map[uuid.UUID]string{food: "food", sweets: "food/sweets"},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func percent(n byte, target models.PromotionTarget, basisPoints int32, change ...func(*promotion.Promotion)) promotion.Promotion {
	p := offer(n, models.PromotionPercentage, target, change...)
	p.BasisPoints = basisPoints
	return p
}

func fixed(n byte, target models.PromotionTarget, minor int64, change ...func(*promotion.Promotion)) promotion.Promotion {
	p := offer(n, models.PromotionFixed, target, change...)
	cny := "CNY"
	p.AmountMinor, p.Currency = minor, &cny
	return p
}

func buyGet(n byte, buy, get int64, change ...func(*promotion.Promotion)) promotion.Promotion {
	p := offer(n, models.PromotionBuyXGetY, models.TargetLines, change...)
	p.BuyQuantity, p.GetQuantity, p.BasisPoints = buy, get, 10_000
	return p
}

func on(products ...uuid.UUID) func(*promotion.Promotion) {
	return func(p *promotion.Promotion) { p.Goods.Products = products }
}

func code(words ...string) func(*promotion.Promotion) {
	return func(p *promotion.Promotion) {
		p.Trigger = models.TriggerCode
		for _, w := range words {
			p.Codes = append(p.Codes, models.PromotionCode{BrandID: p.BrandID, PromotionID: p.ID, Code: w})
		}
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	jar, pot := line(1, honey, 1000, 2), line(2, jam, 333, 3)
	type list = []promotion.Promotion
	cases := []struct {
		name       string
		promotions list
		lines      []promotion.Line
		codes      []string
		// What is taken off lines 1, 2, 3.
		want    [3]int64
		refused promotion.Reason
	}{
		{"nothing without promotions", nil, []promotion.Line{jar}, nil, [3]int64{}, ""},
		{"a percentage is rounded once and spread", list{percent(1, models.TargetOrder, 1000)}, []promotion.Line{jar, pot}, nil, [3]int64{200, 100}, ""},
		{"halves go up", list{percent(1, models.TargetLines, 5000)}, []promotion.Line{line(1, jam, 333, 1)}, nil, [3]int64{167}, ""},
		{"an amount of the order is taken off once", list{fixed(1, models.TargetOrder, 100)}, []promotion.Line{jar, pot}, nil, [3]int64{67, 33}, ""},
		{"an amount of lines is taken off each piece", list{fixed(1, models.TargetLines, 100)}, []promotion.Line{jar, pot}, nil, [3]int64{200, 300}, ""},
		{"a piece does not cost less than nothing", list{fixed(1, models.TargetLines, 500)}, []promotion.Line{jar, pot}, nil, [3]int64{1000, 999}, ""},
		{"an order does not cost less than nothing", list{fixed(1, models.TargetOrder, 9999)}, []promotion.Line{jar, pot}, nil, [3]int64{2000, 999}, ""},
		{"only what it covers", list{percent(1, models.TargetOrder, 1000, on(jam))}, []promotion.Line{jar, pot}, nil, [3]int64{0, 100}, ""},
		{"a category and what is below it", list{percent(1, models.TargetOrder, 1000, func(p *promotion.Promotion) { p.Goods.Categories = []uuid.UUID{food} })}, []promotion.Line{jar}, nil, [3]int64{200}, ""},
		{"not a category beside it", list{percent(1, models.TargetOrder, 1000, func(p *promotion.Promotion) { p.Goods.Categories = []uuid.UUID{sweets} })}, []promotion.Line{jar}, nil, [3]int64{}, ""},
		{"the larger of two on a line", list{percent(1, models.TargetLines, 1000), percent(2, models.TargetLines, 2000)}, []promotion.Line{jar}, nil, [3]int64{400}, ""},
		{"each line its own", list{percent(1, models.TargetLines, 1000, on(honey)), percent(2, models.TargetLines, 2000, on(jam))}, []promotion.Line{jar, pot}, nil, [3]int64{200, 200}, ""},
		{"the order after the lines", list{percent(1, models.TargetOrder, 1000), percent(2, models.TargetLines, 5000)}, []promotion.Line{jar}, nil, [3]int64{1100}, ""},
		{"one automatic one an order", list{percent(1, models.TargetOrder, 1000), fixed(2, models.TargetOrder, 300)}, []promotion.Line{jar}, nil, [3]int64{300}, ""},
		{"a code after the automatic one", list{percent(1, models.TargetOrder, 1000), percent(2, models.TargetOrder, 1000, code("TEN"))}, []promotion.Line{jar}, []string{" ten "}, [3]int64{380}, ""},
		{"one code an order", list{percent(1, models.TargetOrder, 1000, code("TEN")), fixed(2, models.TargetOrder, 500, code("FIVE"))}, []promotion.Line{jar}, []string{"TEN", "FIVE"}, [3]int64{500}, promotion.OtherApplied},
		{"no code without asking", list{percent(1, models.TargetOrder, 1000, code("TEN"))}, []promotion.Line{jar}, nil, [3]int64{}, ""},
		{"no code is used for what comes anyway", list{percent(1, models.TargetLines, 1000), percent(2, models.TargetLines, 1000, code("TEN"))}, []promotion.Line{jar}, []string{"TEN"}, [3]int64{200}, promotion.OtherApplied},
		{"an unknown code", nil, []promotion.Line{jar}, []string{"NONE"}, [3]int64{}, promotion.Unknown},
		{"two and one", list{buyGet(1, 2, 1)}, []promotion.Line{line(1, honey, 1000, 3)}, nil, [3]int64{1000}, ""},
		{"two and one of five is one", list{buyGet(1, 2, 1)}, []promotion.Line{line(1, honey, 1000, 5)}, nil, [3]int64{1000}, ""},
		{"the cheapest is free", list{buyGet(1, 2, 1)}, []promotion.Line{jar, line(2, jam, 333, 1)}, nil, [3]int64{0, 333}, ""},
		{"two jars and a pot at half", list{buyGet(1, 2, 1, on(honey), func(p *promotion.Promotion) { p.Gets = &models.Selection{Products: []uuid.UUID{jam}} })}, []promotion.Line{jar, pot}, nil, [3]int64{0, 333}, ""},
		{"not without what is got", list{buyGet(1, 2, 1, on(honey), func(p *promotion.Promotion) { p.Gets = &models.Selection{Products: []uuid.UUID{jam}} })}, []promotion.Line{jar}, nil, [3]int64{}, ""},
		{"no piece is bought and got", list{buyGet(1, 1, 1, on(honey), func(p *promotion.Promotion) { p.Gets = &models.Selection{Products: []uuid.UUID{honey, jam}} })}, []promotion.Line{line(1, honey, 100, 1), line(2, jam, 333, 1)}, nil, [3]int64{0, 333}, ""},
		{"lines of one variant count together", list{buyGet(1, 2, 1)}, []promotion.Line{line(1, honey, 1000, 1), line(2, honey, 1000, 1), line(3, honey, 1000, 1)}, nil, [3]int64{1000}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := promotion.Apply(c.promotions, c.lines, c.codes, noon)
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.want {
				if off := r.Off(id(101+byte(i)), "CNY"); off.Minor != c.want[i] {
					t.Errorf("line %d: %d off, want %d", i+1, off.Minor, c.want[i])
				}
			}
			if c.refused == "" && len(r.Refused) > 0 || c.refused != "" && (len(r.Refused) != 1 || r.Refused[0].Reason != c.refused) {
				t.Errorf("refused %+v, want %q", r.Refused, c.refused)
			}
		})
	}
}

func TestACodeTellsWhyItDoesNotApply(t *testing.T) {
	t.Parallel()
	two, one := int64(2), int64(1)
	yen := "JPY"
	for want, change := range map[promotion.Reason]func(*promotion.Promotion){
		promotion.OtherGoods:      on(jeans),
		promotion.Ended:           func(p *promotion.Promotion) { p.EndsAt = &noon },
		promotion.NotStarted:      func(p *promotion.Promotion) { p.StartsAt = noon.Add(1) },
		promotion.OtherCurrency:   func(p *promotion.Promotion) { p.Currency = &yen },
		promotion.UsedUp:          func(p *promotion.Promotion) { p.UseLimit, p.Uses = &two, 2 },
		promotion.UsedByShopper:   func(p *promotion.Promotion) { p.ShopperLimit, p.ShopperUses = &one, 1 },
		promotion.MinimumAmount:   func(p *promotion.Promotion) { p.MinimumMinor = 2001 },
		promotion.MinimumQuantity: func(p *promotion.Promotion) { p.MinimumQuantity = 3 },
	} {
		p := percent(1, models.TargetOrder, 1000, code("TEN"), change)
		r, err := promotion.Apply([]promotion.Promotion{p}, []promotion.Line{line(1, honey, 1000, 2)}, []string{"ten"}, noon)
		if err != nil || len(r.Applied) != 0 || len(r.Refused) != 1 || r.Refused[0].Reason != want || r.Refused[0].Code != "TEN" {
			t.Errorf("%s: %+v, %v", want, r, err)
		}
	}
	used := percent(1, models.TargetOrder, 1000, code("TEN"))
	used.Codes[0].UseLimit, used.Codes[0].Uses = &one, 1
	r, err := promotion.Apply([]promotion.Promotion{used}, []promotion.Line{line(1, honey, 1000, 2)}, []string{"TEN"}, noon)
	if err != nil || len(r.Refused) != 1 || r.Refused[0].Reason != promotion.UsedUp {
		t.Errorf("a code that is used up: %+v, %v", r, err)
	}
}

func TestConditionsHoldAtTheirLimits(t *testing.T) {
	t.Parallel()
	p := percent(1, models.TargetOrder, 1000, func(p *promotion.Promotion) {
		end := noon.Add(1)
		p.MinimumMinor, p.MinimumQuantity, p.StartsAt, p.EndsAt = 2000, 2, noon, &end
		cny, three := "CNY", int64(3)
		p.Currency, p.UseLimit, p.Uses = &cny, &three, 2
	})
	r, err := promotion.Apply([]promotion.Promotion{p}, []promotion.Line{line(1, honey, 1000, 2)}, nil, noon)
	if err != nil || r.Off(id(101), "CNY").Minor != 200 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestCarriageIsFreedOncePerStorefront(t *testing.T) {
	t.Parallel()
	here := func(p *promotion.Promotion) { p.StorefrontID = &china }
	other := line(2, honey, 1000, 1)
	other.StorefrontID = japan
	r, err := promotion.Apply([]promotion.Promotion{
		offer(1, models.PromotionFreeShipping, models.TargetShipping, here),
		offer(2, models.PromotionFreeShipping, models.TargetShipping, code("SHIP")),
	}, []promotion.Line{line(1, honey, 1000, 1), other}, []string{"SHIP"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if a := r.FreesShipping(china); a == nil || a.Code != "" || len(a.Storefronts) != 1 {
		t.Errorf("China: %+v", a)
	}
	if a := r.FreesShipping(japan); a == nil || a.Code != "SHIP" || len(a.Storefronts) != 1 {
		t.Errorf("Japan: %+v", a)
	}
	if r.FreesShipping(id(99)) != nil {
		t.Error("a storefront without lines is freed")
	}
}

func TestABrandTakesNothingOffAnother(t *testing.T) {
	t.Parallel()
	theirs := line(2, jeans, 5000, 1)
	theirs.BrandID = mill
	r, err := promotion.Apply([]promotion.Promotion{fixed(1, models.TargetOrder, 9999, code("ALL"))},
		[]promotion.Line{line(1, honey, 1000, 1), theirs}, []string{"ALL"}, noon)
	if err != nil || r.Off(id(101), "CNY").Minor != 1000 || r.Off(id(102), "CNY").Minor != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestApplyRefusesWhatCannotBeReckoned(t *testing.T) {
	t.Parallel()
	dollar := line(2, jam, 1, 1)
	dollar.UnitPrice = money.New(1, "USD")
	for name, c := range map[string]struct {
		lines []promotion.Line
		want  error
	}{
		"mixed currencies":   {[]promotion.Line{line(1, honey, 1, 1), dollar}, money.ErrCurrencyMismatch},
		"a line beyond":      {[]promotion.Line{line(1, honey, math.MaxInt64, 2)}, money.ErrOverflow},
		"a sum beyond":       {[]promotion.Line{line(1, honey, math.MaxInt64, 1), line(2, jam, 1, 1)}, money.ErrOverflow},
		"pieces beyond":      {[]promotion.Line{line(1, honey, 0, math.MaxInt64), line(2, jam, 0, 1)}, money.ErrOverflow},
		"no pieces":          {[]promotion.Line{line(1, honey, 1, 0)}, promotion.ErrLine},
		"a price below zero": {[]promotion.Line{line(1, honey, -1, 1)}, promotion.ErrLine},
	} {
		if _, err := promotion.Apply(nil, c.lines, nil, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
