package cart_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// taxed is the world with the farm's goods brought in out of bond: honey at
// 9.1 %.
func taxed(t *testing.T, regime landedcost.Regime) *world {
	t.Helper()
	db := dbtest.Tx(t)
	w := newWorld(t, db)
	w.regime(t, w.farm, &regime)
	return w
}

func (w *world) regime(t testing.TB, shop *models.Storefront, regime *landedcost.Regime) {
	t.Helper()
	w.exec(t, "update storefronts set customs_regime = ? where brand_id = ? and id = ?", regime, shop.BrandID, shop.ID)
}

func kinds(g *cart.Group) map[models.ChargeKind]int64 {
	sums := map[models.ChargeKind]int64{}
	for _, c := range g.Charges {
		sums[c.Kind] += c.AmountMinor
	}
	return sums
}

func TestTaxes(t *testing.T) {
	t.Parallel()
	w := taxed(t, landedcost.CBECBonded)
	ctx := w.as(t)

	c, ref := w.create(ctx, t, w.jar(2), w.pot(1), w.jean(1))

	farm, mill := c.Groups[0], c.Groups[1]
	// 24.00 and 9.00: VAT of 9.1 % is 2.18 and 0.82.
	if sums := kinds(farm); sums[models.ChargeVAT] != 300 || sums[models.ChargeDuty] != 0 || farm.Tax.Minor != 300 || farm.Total.Minor != 3600 {
		t.Errorf("the farm's charges: %v", sums)
	}
	if l := farm.LandedCost.Lines[0]; l.TaxMinor != 218 || l.Ref != farm.Lines[0].GlobalID() || !farm.LandedCost.Complete {
		t.Errorf("%+v", l)
	}
	if mill.LandedCost != nil || mill.Tax.Minor != 0 || c.Total.Minor != 28600 || len(c.Problems) != 0 {
		t.Errorf("the mill charges %s, the cart has %d problems", mill.Tax, len(c.Problems))
	}
	others, err := farm.LandedCosts([]landedcost.Regime{landedcost.CBECDirect, landedcost.GeneralTrade})
	if err != nil || others[0].TaxMinor != 300 || others[1].Lines[0].Problem != landedcost.RateUnknown {
		t.Errorf("other regimes: %+v, %v", others, err)
	}

	changed, err := w.carts.ChangeLines(ctx, ref, []cart.QuantityInput{{Line: farm.Lines[0].ID, Quantity: 1}})
	if err != nil || changed.Tax.Minor != 191 || len(changed.Problems) > 0 {
		t.Errorf("after the shopper's own change: %s, %d problems, %v", changed.Tax, len(changed.Problems), err)
	}
}

func TestATaxThatChangesByItselfIsTold(t *testing.T) {
	t.Parallel()
	w := taxed(t, landedcost.CBECBonded)
	ctx := w.as(t)
	_, ref := w.create(ctx, t, w.jar(2))

	w.customs.Set("0409", &landedcost.Tariff{VAT: fixture.Always(90_000, "reduced VAT")})

	changed := w.get(ctx, t, ref)
	if len(changed.Problems) != 1 || changed.Problems[0].Code != cart.TaxChanged || changed.Problems[0].Was.Minor != 218 || changed.Problems[0].Now.Minor != 151 {
		t.Fatalf("%+v", changed.Problems)
	}
	// Another change leaves it to be accepted.
	more, err := w.carts.AddLines(ctx, ref, []cart.LineInput{w.pot(1)})
	if err != nil || len(more.Problems) != 1 || more.Problems[0].Was.Minor != 218 || more.Problems[0].Now.Minor != 208 {
		t.Fatalf("%+v, %v", more.Problems, err)
	}
	agreed, err := w.carts.Accept(ctx, ref, more.ProblemsKey)
	if err != nil || len(agreed.Problems) > 0 || agreed.Tax.Minor != 208 {
		t.Fatalf("%+v, %v", agreed, err)
	}
	if again := w.get(ctx, t, ref); len(again.Problems) > 0 {
		t.Errorf("%+v", again.Problems)
	}

	w.regime(t, w.farm, nil)
	if free := w.get(ctx, t, ref); free.Tax.Minor != 0 || free.Problems[0].Code != cart.TaxChanged || free.Problems[0].Now.Minor != 0 {
		t.Errorf("without a regime: %s, %+v", free.Tax, free.Problems)
	}
}

func TestWhatIsNotKnownOrNotAllowedIsAProblem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil   string
		regime  landedcost.Regime
		lines   int64
		code    cart.ProblemCode
		customs landedcost.Problem
	}{
		"no HS code":                {"update products set hs_code = null where brand_id = ?", landedcost.CBECBonded, 1, cart.RateUnknown, landedcost.HSCodeMissing},
		"a code of seven digits":    {"update products set hs_code = '0409000' where brand_id = ?", landedcost.CBECBonded, 1, cart.RateUnknown, landedcost.HSCodeInvalid},
		"no rate of duty":           {"", landedcost.GeneralTrade, 1, cart.RateUnknown, landedcost.RateUnknown},
		"no net content of luxury":  {"update products set hs_code = '33049900' where brand_id = ?", landedcost.CBECBonded, 1, cart.RateUnknown, landedcost.NetContentMissing},
		"several above CNY 5,000":   {"", landedcost.CBECBonded, 417, cart.OverOrderLimit, landedcost.OverOrderLimit},
		"a net content in the unit": {"with v as (update variants set net_content = 20, net_unit = 'GRAM' where brand_id = $1) update products set hs_code = '33049900' where brand_id = $1", landedcost.CBECBonded, 1, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := taxed(t, c.regime)
			ctx := w.as(t)
			w.stock(t, w.honey.Variants[0], 1000)
			if c.spoil != "" {
				w.exec(t, c.spoil, w.farm.BrandID)
			}
			if c.code == cart.OverOrderLimit { // beyond it, duty is due
				w.customs.Set("0409", &landedcost.Tariff{Duty: fixture.Always(150_000, "honey duty")})
			}

			p, ref := w.create(ctx, t, w.jar(c.lines))

			if c.code == "" {
				if len(p.Problems) > 0 {
					t.Errorf("%+v", p.Problems)
				}
				return
			}
			if len(p.Problems) != 1 || p.Problems[0].Code != c.code || p.Problems[0].Customs != c.customs {
				t.Fatalf("%+v", p.Problems)
			}
			after, err := w.carts.Accept(ctx, ref, p.ProblemsKey)
			if err != nil {
				t.Fatal(err)
			}
			if kept := c.code == cart.OverOrderLimit; kept != (len(after.Groups) > 0) {
				t.Errorf("accepting leaves %d groups", len(after.Groups))
			}
		})
	}
}

func TestDiscountsAndCarriageAreInTheBase(t *testing.T) {
	t.Parallel()
	w := taxed(t, landedcost.CBECDirect)
	ctx := w.as(t)
	option := fixture.Delivery(t, w.db, w.farm)
	w.promote(t, nil)
	_, ref := w.create(ctx, t, w.jar(2))
	sent, err := w.carts.SetDelivery(ctx, ref, shopKey(w.farm), optionKey(option), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := sent.Groups[0]
	// 24.00 less 10 %, and carriage.
	base := 2160 + g.Delivery.Price.Minor
	if want := (base*91 + 500) / 1000; g.Delivery.Price.Minor == 0 || g.Tax.Minor != want || g.LandedCost.DeclaredValueMinor != base || len(sent.Problems) > 0 {
		t.Errorf("%s of %d, want %d; %+v", g.Tax, base, want, sent.Problems)
	}
}
