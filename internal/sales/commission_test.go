package sales_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestCommissionIsSharedByGoodsLessDiscounts(t *testing.T) {
	t.Parallel()
	facts := []models.SalesFact{
		{Kind: models.FactSale, LineID: uuid.New(), GrossMinor: 1000, DiscountMinor: 100, ShippingMinor: 5000},
		{Kind: models.FactSale, LineID: uuid.New(), GrossMinor: 300},
		{Kind: models.FactSale, LineID: uuid.New(), GrossMinor: 50, DiscountMinor: 80},
	}
	sales.Keep(facts, money.New(101, "CNY"))
	// 101 of 1200: 75.75 and 25.25.
	if a, b, c := facts[0].CommissionMinor, facts[1].CommissionMinor, facts[2].CommissionMinor; a != 76 || b != 25 || c != 0 {
		t.Error(a, b, c)
	}
	back := func(line int, refund int64) int64 {
		facts = append(facts, models.SalesFact{Kind: models.FactRefund, LineID: facts[line].LineID, RefundMinor: refund})
		sales.GiveBack(facts, len(facts)-1)
		return facts[len(facts)-1].CommissionMinor
	}
	for i, c := range []struct {
		line         int
		refund, want int64
	}{
		{0, 450, -38}, {1, 6, -1}, {0, 449, -38}, {2, 50, 0}, {0, 1, 0}, {0, 10, 0}, {1, 294, -24},
	} {
		if got := back(c.line, c.refund); got != c.want {
			t.Errorf("refund %d: %d, want %d", i, got, c.want)
		}
	}
}

// Whatever is kept of lines of any worth, the shares sum to it, no line bears
// more than its goods, and refunds in any order and parts give back each line's.
func TestRefundsGiveBackTheCommissionOfEachLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, 1e9), rapid.Int64Range(1<<52, 1<<53))
		var facts []models.SalesFact
		var net, positive int64
		left := map[uuid.UUID]int64{}
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			f := models.SalesFact{Kind: models.FactSale, LineID: uuid.New(), GrossMinor: minor.Draw(t, "gross")}
			f.DiscountMinor = rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, f.GrossMinor+10)).Draw(t, "discount")
			goods := f.GrossMinor - f.DiscountMinor
			facts, net, positive, left[f.LineID] = append(facts, f), net+goods, positive+max(0, goods), goods
		}
		kept := rapid.Int64Range(0, max(0, net)).Draw(t, "commission")
		sales.Keep(facts, money.New(kept, "CNY"))
		sum, of := int64(0), map[uuid.UUID]int64{}
		for _, f := range facts {
			if f.CommissionMinor < 0 || f.CommissionMinor > max(0, f.GrossMinor-f.DiscountMinor) {
				t.Fatalf("%d of %+v", f.CommissionMinor, f)
			}
			sum, of[f.LineID] = sum+f.CommissionMinor, f.CommissionMinor
		}
		if sum != kept {
			t.Fatalf("shares of %d sum to %d", kept, sum)
		}
		lines := slices.Clip(facts)
		for n := 0; len(left) > 0; n++ {
			from := len(facts)
			for _, l := range lines {
				goods, open := left[l.LineID]
				if !open || !rapid.Bool().Draw(t, "this") && n < 20 {
					continue
				}
				part := goods
				if goods > 1 && n < 20 {
					part = rapid.Int64Range(1, goods).Draw(t, "part")
				}
				facts = append(facts, models.SalesFact{Kind: models.FactRefund, LineID: l.LineID, RefundMinor: part})
				if left[l.LineID] = goods - part; goods == part {
					delete(left, l.LineID)
				}
			}
			sales.GiveBack(facts, from)
			for _, f := range facts[from:] {
				if of[f.LineID] += f.CommissionMinor; f.CommissionMinor > 0 || of[f.LineID] < 0 {
					t.Fatalf("%+v leaves %d", f, of[f.LineID])
				}
			}
		}
		for line, rest := range of {
			if rest != 0 {
				t.Fatalf("line %s is left with %d", line, rest)
			}
		}
	})
}
