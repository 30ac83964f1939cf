package ledger_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

var now = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)

func plan(rate string, fixed int64) *models.CommissionPlan {
	return &models.CommissionPlan{ID: uuid.New(), Rate: decimal.RequireFromString(rate), FixedMinor: fixed, DaysAfterDelivery: 7, DaysAfterPlacement: 30}
}

// sold is an order of one line with its fact.
func sold(currency string, f models.SalesFact) (*models.Order, []models.SalesFact) {
	o := &models.Order{
		BrandID: uuid.New(), ID: uuid.New(), Currency: currency, GoodsMinor: f.GrossMinor, DiscountMinor: f.DiscountMinor, ShippingMinor: f.ShippingMinor,
		TaxMinor: f.DutyMinor + f.TaxMinor, PlacedAt: now, RecordedAt: now, TotalMinor: f.GrossMinor - f.DiscountMinor + f.ShippingMinor + f.DutyMinor + f.TaxMinor + f.FeeMinor,
	}
	f.Kind = models.FactSale
	return o, []models.SalesFact{f}
}

func told(p ledger.Posting) string {
	var b strings.Builder
	for _, e := range p.Entries {
		fmt.Fprintf(&b, "%s %d %s\n", e.Account, e.AmountMinor, e.Currency)
	}
	return b.String()
}

func wanted(t *testing.T, p ledger.Posting, err error, lines ...string) {
	t.Helper()
	if want := strings.Join(lines, "\n") + "\n"; err != nil || told(p) != want {
		t.Errorf("%v\n%swant\n%s", err, told(p), want)
	}
}

func TestPostings(t *testing.T) {
	t.Parallel()
	all := models.SalesFact{GrossMinor: 10_000, DiscountMinor: 1_000, ShippingMinor: 500, DutyMinor: 30, TaxMinor: 70, FeeMinor: 7}
	o, facts := sold("CNY", all)
	if err := ledger.Freeze(o, plan("0.05", 20)); err != nil || o.CommissionMinor != 470 || !o.PayableDue.Equal(now.AddDate(0, 0, 30)) {
		t.Fatalf("%+v %v", o, err)
	}
	sales.Keep(facts, o.Commission())

	t.Run("a sale gives everybody his part", func(t *testing.T) {
		t.Parallel()
		p, err := ledger.Sale(o, facts, true, uuid.New)
		wanted(t, p, err, "BRAND_PENDING 9030 CNY", "COMMISSION 470 CNY", "DUTY_COLLECTED 30 CNY", "TAX_COLLECTED 70 CNY", "FEE_COLLECTED 7 CNY",
			"GATEWAY_CLEARING -9607 CNY")
		if p.Transaction.Kind != models.LedgerSale || *p.Transaction.OrderID != o.ID || p.Entries[3].TransactionID != p.Transaction.ID || len(p.Rows()) != 2 {
			t.Errorf("%+v", p)
		}
	})

	t.Run("what is not paid yet is owed by the shopper", func(t *testing.T) {
		t.Parallel()
		p, err := ledger.Sale(o, facts, false, uuid.New)
		if err != nil || !strings.HasSuffix(told(p), "\nSHOPPER_RECEIVABLE -9607 CNY\n") {
			t.Error(told(p), err)
		}
		p, err = ledger.Payment(o, money.New(9607, "CNY"), "evt", now, uuid.New)
		wanted(t, p, err, "SHOPPER_RECEIVABLE 9607 CNY", "GATEWAY_CLEARING -9607 CNY")
	})

	refund := []models.SalesFact{{Kind: models.FactRefund, RefundMinor: 3_000, ShippingMinor: -500, DutyMinor: -10, TaxMinor: -23, FeeMinor: -7, CommissionMinor: -157, RecordedAt: now}}

	t.Run("a refund takes from all what they had", func(t *testing.T) {
		t.Parallel()
		p, err := ledger.Refund(o, refund, ledger.Standing{}, ledger.Promised, "r-1", uuid.New)
		wanted(t, p, err, "BRAND_PENDING -3343 CNY", "COMMISSION -157 CNY", "DUTY_COLLECTED -10 CNY", "TAX_COLLECTED -23 CNY", "FEE_COLLECTED -7 CNY",
			"REFUNDS 3540 CNY")
		p, err = ledger.RefundPaid(o, money.New(3540, "CNY"), "r-1", now, uuid.New)
		wanted(t, p, err, "GATEWAY_CLEARING 3540 CNY", "REFUNDS -3540 CNY")
		p, err = ledger.Refund(o, refund, ledger.Standing{Released: true}, ledger.TakenBack, "r-2", uuid.New)
		if err != nil || !strings.HasPrefix(told(p), "BRAND_PAYABLE -3343 CNY\nCOMMISSION -157 CNY\n") || !strings.HasSuffix(told(p), "DISPUTES 3540 CNY\n") {
			t.Error(told(p), err)
		}
	})

	t.Run("the provider's fee is the platform's", func(t *testing.T) {
		t.Parallel()
		p, err := ledger.GatewayFee(o, money.New(29, "CNY"), "evt", now, uuid.New)
		wanted(t, p, err, "GATEWAY_CLEARING 29 CNY", "GATEWAY_FEE -29 CNY")
	})

	t.Run("sums beyond 63 bits are refused", func(t *testing.T) {
		t.Parallel()
		big, facts := sold("CNY", models.SalesFact{GrossMinor: math.MaxInt64, ShippingMinor: 1})
		if _, err := ledger.Sale(big, facts, true, uuid.New); err == nil {
			t.Error("booked")
		}
	})
}

func TestCommission(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of       int64
		currency money.Currency
		rate     string
		fixed    int64
		want     int64
	}{
		{1000, "CNY", "0.05", 0, 50},
		{1010, "CNY", "0.05", 0, 51}, // 50.5 up
		{1009, "CNY", "0.05", 0, 50},
		{1010, "JPY", "0.05", 30, 81},
		{1010, "KWD", "0.0333", 0, 34}, // 33.633
		{100, "CNY", "0.05", 200, 100}, // never more than the goods
		{0, "CNY", "0.05", 200, 0},
		{-5, "CNY", "0.05", 200, 0},
		{1 << 53, "CNY", "0.05", 1, 450359962737051},
		{1<<31 + 1, "JPY", "1", 5, 1<<31 + 1},
		{math.MaxInt64, "CNY", "1", math.MaxInt64, math.MaxInt64},
	} {
		got, err := ledger.Commission(money.New(c.of, c.currency), decimal.RequireFromString(c.rate), c.fixed)
		if err != nil || got != money.New(c.want, c.currency) {
			t.Errorf("%s and %d of %d %s: %v, want %d, %v", c.rate, c.fixed, c.of, c.currency, got, c.want, err)
		}
	}
}

// However an order is refunded in parts, every posting sums to zero, the brand
// never gives back more than it had, and the last part brings all accounts to
// nothing, to the minor unit.
func TestRefundsInPartsGiveBackAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		goods := rapid.OneOf(rapid.Int64Range(1, 1_000), rapid.Int64Range(1<<31, 1<<33), rapid.Int64Range(1<<53-10, 1<<53)).Draw(t, "goods")
		currency := rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(t, "currency")
		tax := rapid.Int64Range(0, 1_000).Draw(t, "tax")
		o, facts := sold(currency, models.SalesFact{GrossMinor: goods, TaxMinor: tax})
		rate := decimal.New(rapid.Int64Range(0, 10_000).Draw(t, "rate"), -4)
		err := ledger.Freeze(o, &models.CommissionPlan{Rate: rate, FixedMinor: rapid.Int64Range(0, 300).Draw(t, "fixed")})
		if err != nil {
			t.Fatal(err)
		}
		sums := map[models.LedgerAccount]int64{}
		book := func(p ledger.Posting, err error) {
			if err != nil {
				t.Fatal(err)
			}
			var all int64
			for _, e := range p.Entries {
				sums[e.Account] += e.AmountMinor
				all += e.AmountMinor
			}
			if all != 0 {
				t.Fatalf("sums to %d:\n%s", all, told(p))
			}
		}
		sales.Keep(facts, o.Commission())
		book(ledger.Sale(o, facts, true, uuid.New))
		for goods > 0 {
			part := rapid.Int64Range(1, goods).Draw(t, "part")
			given := rapid.Int64Range(0, tax).Draw(t, "tax back")
			if part == goods {
				given = tax
			}
			facts = append(facts, models.SalesFact{Kind: models.FactRefund, RefundMinor: part, TaxMinor: -given})
			last := len(facts) - 1
			sales.GiveBack(facts, last)
			book(ledger.Refund(o, facts[last:], ledger.Standing{}, ledger.Promised, "", uuid.New))
			book(ledger.RefundPaid(o, money.New(part+given, money.Currency(o.Currency)), "", now, uuid.New))
			if goods, tax = goods-part, tax-given; sums[models.AccountPending] < 0 || sums[models.AccountCommission] < 0 {
				t.Fatalf("%v", sums)
			}
		}
		for account, sum := range sums {
			if sum != 0 {
				t.Fatalf("%s is left with %d", account, sum)
			}
		}
	})
}
