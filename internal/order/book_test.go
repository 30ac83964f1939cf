package order_test

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// counted makes ids 1, 2, 3, …
func counted() func() uuid.UUID {
	var n uint64
	return func() (id uuid.UUID) {
		n++
		binary.BigEndian.PutUint64(id[8:], n)
		return id
	}
}

func draft() (models.Order, []models.OrderLine) {
	return models.Order{BrandID: uuid.UUID{1}, StorefrontID: uuid.UUID{2}, Number: "536365", Source: models.OrderFromImport, Currency: "GBP",
			PlacedAt: now, RecordedAt: now.AddDate(1, 0, 0)}, []models.OrderLine{
			{Quantity: 3, UnitPrice: decimal.RequireFromString("0.835")}, {Quantity: -1, UnitPrice: decimal.RequireFromString("2.995")},
		}
}

func TestBook(t *testing.T) {
	t.Parallel()

	t.Run("rounds_each_line_once_and_sums", func(t *testing.T) {
		t.Parallel()
		o, lines := draft()
		b, err := order.NewBook(o, lines, nil, "GB", counted())
		if err != nil {
			t.Fatal(err)
		}
		// 2.505 rounds to 2.51, -2.995 to -3.00.
		if b.Lines[0].GoodsMinor != 251 || b.Lines[1].GoodsMinor != -300 || b.Order.GoodsMinor != -49 || b.Order.TotalMinor != -49 {
			t.Errorf("%+v", b)
		}
		if b.Order.PaymentStatus != models.OrderPaymentUnknown || b.Order.FulfilmentStatus != models.Fulfilled ||
			b.Order.Status != models.OrderPlaced || b.Order.Kind != models.OrderSale || b.Order.Version != 1 {
			t.Errorf("%+v", b.Order)
		}
		if len(b.Facts) != 2 || b.Facts[0].GrossMinor != 251 || b.Facts[1].RefundMinor != 300 || b.Facts[0].Market != "GB" ||
			!b.Facts[0].EventAt.Equal(now) || b.Facts[0].OrderID != b.Order.ID || b.Facts[1].LineID != b.Lines[1].ID {
			t.Errorf("%+v", b.Facts)
		}
		if len(b.Events) != 1 || b.Events[0].Type != models.OrderWasImported || !b.Events[0].RecordedAt.Equal(b.Order.RecordedAt) {
			t.Errorf("%+v", b.Events)
		}
	})

	t.Run("types_every_charge", func(t *testing.T) {
		t.Parallel()
		o, lines := draft()
		line := uuid.UUID{9}
		o.Currency, lines[0].ID = "CNY", line
		b, err := order.NewBook(o, lines[:1], []models.Charge{
			{Kind: models.ChargeDiscount, LineID: &line, AmountMinor: -51}, {Kind: models.ChargeShipping, AmountMinor: 100},
			{Kind: models.ChargeInsurance, AmountMinor: 5}, {Kind: models.ChargeDuty, AmountMinor: 20}, {Kind: models.ChargeVAT, AmountMinor: 7},
			{Kind: models.ChargeConsumptionTax, AmountMinor: 3}, {Kind: models.ChargeFee, AmountMinor: 1},
		}, "CN", counted())
		if err != nil {
			t.Fatal(err)
		}
		got := []int64{b.Order.GoodsMinor, b.Order.DiscountMinor, b.Order.ShippingMinor, b.Order.TaxMinor, b.Order.TotalMinor}
		if want := []int64{251, 51, 105, 30, 336}; !reflect.DeepEqual(got, want) {
			t.Errorf("goods, discount, shipping, tax, total %v, want %v", got, want)
		}
		if len(b.Charges) != 8 || b.Charges[0].Kind != models.ChargeGoods || *b.Charges[0].LineID != line {
			t.Errorf("%+v", b.Charges)
		}
		seen := map[uuid.UUID]bool{}
		for _, c := range b.Charges {
			if seen[c.ID] || c.BrandID != o.BrandID || c.OrderID != b.Order.ID || c.Currency != "CNY" {
				t.Errorf("%+v", c)
			}
			seen[c.ID] = true
		}
	})

	t.Run("is_the_same_for_the_same_ids", func(t *testing.T) {
		t.Parallel()
		book := func() *order.Book {
			o, lines := draft()
			o.Source = models.OrderFromShop
			b, err := order.NewBook(o, lines[:1], nil, "GB", counted())
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Post(nil, counted()); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Cancel("because", nil, now, counted()); err != nil {
				t.Fatal(err)
			}
			return b
		}
		if !reflect.DeepEqual(book(), book()) {
			t.Error("two books of one draft differ")
		}
	})

	t.Run("refuses_sums_beyond_63_bits", func(t *testing.T) {
		t.Parallel()
		// A line alone, and lines together.
		for _, price := range []int64{math.MaxInt64, math.MaxInt64 / 150} {
			o, lines := draft()
			lines[0].Quantity, lines[0].UnitPrice = 1, decimal.NewFromInt(price)
			lines[1].Quantity, lines[1].UnitPrice = 1, decimal.NewFromInt(price)
			if _, err := order.NewBook(o, lines, nil, "GB", counted()); !errors.Is(err, money.ErrOverflow) {
				t.Errorf("price %d: %v", price, err)
			}
		}
	})
}

func TestNumbersAreRandomCrockfordCodes(t *testing.T) {
	t.Parallel()
	form, seen := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{12}$`), map[string]bool{}
	for range 10_000 {
		n := order.NewNumber()
		if !form.MatchString(n) || seen[n] {
			t.Fatalf("number %q", n)
		}
		seen[n] = true
	}
}
