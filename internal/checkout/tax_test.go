package checkout_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// placed is the one order of a purchase, with its lines, and the sum of its
// charges of a kind.
func (w *world) placed(t testing.TB, p *models.Purchase, brand uuid.UUID) (o models.Order, lines []models.OrderLine, charged map[models.ChargeKind]int64) {
	t.Helper()
	if err := w.db.Where("brand_id = ? and purchase_id = ?", brand, p.ID).Take(&o).Error; err != nil {
		t.Fatal(err)
	}
	if err := w.db.Where("brand_id = ? and order_id = ?", brand, o.ID).Order("ordinal").Find(&lines).Error; err != nil {
		t.Fatal(err)
	}
	var charges []models.Charge
	if err := w.db.Where("brand_id = ? and order_id = ?", brand, o.ID).Find(&charges).Error; err != nil {
		t.Fatal(err)
	}
	charged = map[models.ChargeKind]int64{}
	for _, c := range charges {
		charged[c.Kind] += c.AmountMinor
	}
	return o, lines, charged
}

// receipt fails where the page of an order lacks a text.
func (w *world) receipt(t testing.TB, reader *auth.Actor, number, what, language string, texts ...string) {
	t.Helper()
	r, err := order.NewService(w.db, payment.Sandbox{}, w.now).Receipt(as(t, reader), number)
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := r.WriteHTML(&page, language); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if !strings.Contains(page.String(), text) {
			t.Errorf("%s: %q is not in\n%s", what, text, page.String())
		}
	}
}

func TestTaxesAreFrozenAndGivenBackToTheCent(t *testing.T) {
	t.Parallel()
	w, consumers := bonded(t, 50)
	w.price(t, w.jam, 90_005)
	shopper := w.person(t, consumers, fixture.IdentityNumber)
	p, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 3))
	if err != nil {
		t.Fatal(err)
	}

	// The rules change while it is paid.
	w.customs.Set("0409", &landedcost.Tariff{VAT: fixture.Always(90_000, "reduced VAT")})
	w.pay(t, p, models.PaymentCaptured)

	const goods, tax = 270_015, 24_571 // 9.1 % are 245.71365
	o, lines, charged := w.placed(t, p, w.jam.Product.BrandID)
	if o.TotalMinor != goods+tax || o.TaxMinor != tax || charged[models.ChargeVAT] != tax || charged[models.ChargeDuty] != 0 {
		t.Fatalf("%+v, %v", o, charged)
	}
	var kept models.OrderLandedCost
	if err := w.db.Where("brand_id = ? and order_id = ?", o.BrandID, o.ID).Take(&kept).Error; err != nil {
		t.Fatal(err)
	}
	r := kept.Record
	if r.TaxMinor != tax || r.Lines[0].Ref != lines[0].GlobalID() || r.Lines[0].Parts[2].Source.ID != "standard VAT" ||
		r.RulesVersion != "fixture 2026-06-18" || r.CountsMinor != goods || r.ShippedFrom != "US" || r.ReturnDays != 30 {
		t.Errorf("%+v", r)
	}
	w.receipt(t, shopper, o.Number, "in the language of the reader", "zh", "增值税:CNY 2700.15 × 13% × 70% = CNY 245.71", "跨境电商零售进口·保税备货(1210)", "standard VAT · 已核实 · 施行日期 2016-04-08")
	w.receipt(t, shopper, o.Number, "by the rules of then", "en", "VAT: CNY 2700.15 × 13 % × 70 % = CNY 245.71", "2700.15 CNY", "13 % × 70 %", ">245.71<",
		"standard VAT · verified · in force from 2016-04-08", "cbec terms · verified", "Within the limits of the regime", "CN 2026-06-18", "fixture 2026-06-18", "<dd>US</dd>")
	w.sound(t)

	// Piece by piece, all of it comes back.
	orders, staff := order.NewService(w.db, payment.Sandbox{}, w.now), fixture.Operator(t, w.db)
	var back int64
	for range 3 {
		refunded, err := orders.Refund(as(t, staff), order.RefundInput{
			IdempotencyKey: uuid.NewString(), Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Reason: "taken back",
			Lines: []order.PiecesInput{{Line: models.Key{BrandID: o.BrandID, ID: lines[0].ID}, Quantity: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		step := refunded.RefundedMinor - back
		if back = refunded.RefundedMinor; step < 90_005+8_190 || step > 90_005+8_191 {
			t.Errorf("a piece gives back %d", step)
		}
	}
	if back != goods+tax {
		t.Errorf("%d of %d came back", back, goods+tax)
	}
	w.sound(t)
}

func TestWhatIsNotKnownIsNotSold(t *testing.T) {
	t.Parallel()
	w, consumers := bonded(t, 50)
	shopper := w.person(t, consumers, fixture.IdentityNumber)
	w.exec(t, "update products set hs_code = null where brand_id = ?", w.jam.Product.BrandID)
	_, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 1))
	if refused := problem.From(err); len(refused) != 1 || refused[0].Code != problem.RateUnknown {
		t.Errorf("%v", err)
	}
}

func TestBeyondTheYearItIsGeneralTrade(t *testing.T) {
	t.Parallel()
	w, consumers := bonded(t, 50)
	w.carts.AllowBy(allowance.NewService(w.db, w.customs, w.now))
	w.customs.Set("0409", &landedcost.Tariff{Duty: fixture.Always(150_000, "honey duty")})
	shopper := w.person(t, consumers, fixture.IdentityNumber)
	for range 9 {
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
		if err != nil {
			t.Fatal(err)
		}
		w.pay(t, p, models.PaymentCaptured)
	}
	// CNY 2,600.00 of the 26,000.00 are left: one jar still fits, with pots of jam it does not.
	c, err := w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 1))
	if err != nil || c.Groups[0].LandedCost.Treatment != landedcost.WithinLimits || c.Tax.Minor != 23_660 {
		t.Fatalf("%+v, %v", c.Groups[0].LandedCost, err)
	}
	c, err = w.fill(t, shopper, line(w.jam.Variants[0], w.jam, 1))
	if err != nil {
		t.Fatal(err)
	}
	jam := c.Groups[1].LandedCost
	// Duty of 15 % on 900.00, VAT of 13 % on 1,035.00.
	if jam.Problem != landedcost.OverYearLimit || jam.Treatment != landedcost.AsGeneralTrade || jam.TaxMinor != 13_500+13_455 || jam.CountsMinor != 0 || len(c.Problems) > 0 {
		t.Fatalf("%+v, %+v", jam, c.Problems)
	}

	// Others of the same person buy in between: now the jar does not fit, and the
	// pot does. The cart tells both.
	w.exec(t, "update allowance_years set taken = taken + 1")
	if c, err = w.carts.Get(as(t, shopper), cart.Ref{ID: c.ID}); err != nil || len(c.Problems) != 2 {
		t.Fatalf("%+v, %v", c.Problems, err)
	}
	for i, want := range []struct{ was, now int64 }{{23_660, 39_000 + 38_870}, {26_955, 8_190}} {
		if p := c.Problems[i]; p.Code != cart.TaxChanged || p.Was.Minor != want.was || p.Now.Minor != want.now {
			t.Errorf("%+v", p)
		}
	}
}
