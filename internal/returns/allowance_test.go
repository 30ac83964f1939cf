package returns_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

// counting has an order count against its buyer's yearly allowance.
func (s *shop) counting(t *testing.T, o *ordertest.Bought, minor int64) (taken func() int64) {
	t.Helper()
	var bought models.Order
	if err := s.DB.Where("brand_id = ? and id = ?", o.Key.BrandID, o.Key.ID).Take(&bought).Error; err != nil {
		t.Fatal(err)
	}
	person := bytes.Repeat([]byte{7}, 16)
	person = append(person, bought.ID[:]...)
	fixture.Create(t, s.DB,
		&models.Consumer{ID: fixture.ID(), PurchaseID: bought.PurchaseID, Person: person, NameMAC: person, Sealed: person, Name: "李*", Number: "110***", GivenAt: bought.PlacedAt},
		&models.AllowanceYear{Person: person, Country: "CN", Year: 2026, Unit: "CNY", Taken: minor, Bound: 2_600_000},
		&models.AllowanceEntry{Person: person, ID: fixture.ID(), Country: "CN", Year: 2026, PurchaseID: *bought.PurchaseID, BrandID: bought.BrandID,
			OrderID: bought.ID, Status: models.AllowanceTaken, Amount: minor, ReturnDays: 30, ReservedAt: bought.PlacedAt, EndedAt: &bought.PlacedAt},
	)
	return func() int64 {
		var y models.AllowanceYear
		if err := s.DB.Where("person = ? and goods = ''", person).Take(&y).Error; err != nil {
			t.Fatal(err)
		}
		return y.Taken
	}
}

// weighing has its honey, of 500 g each, count against a yearly weight; what is
// sent back within so many days counts no more.
func (s *shop) weighing(t *testing.T, o *ordertest.Bought, days int32) (grams func() int64) {
	t.Helper()
	var e models.AllowanceEntry
	if err := s.DB.Where("brand_id = ? and order_id = ?", o.Key.BrandID, o.Key.ID).Take(&e).Error; err != nil {
		t.Fatal(err)
	}
	honey := landedcost.RecordLine{ListedAs: "0409", GramsPerYear: 20_000,
		Line: landedcost.Line{Ref: models.OrderLine{BrandID: o.Key.BrandID, ID: o.Honey.ID}.GlobalID(), Quantity: 3, WeightGrams: 500}}
	e.ID, e.Goods, e.Amount, e.ReturnDays = fixture.ID(), "0409", 1500, days
	fixture.Create(t, s.DB,
		&models.OrderLandedCost{BrandID: o.Key.BrandID, OrderID: o.Key.ID, RecordedAt: e.ReservedAt, Record: landedcost.Record{
			Regime: landedcost.CBECDirect, Lines: []landedcost.RecordLine{honey, {Line: landedcost.Line{Quantity: 2, WeightGrams: 300}}}}},
		&models.AllowanceYear{Person: e.Person, Country: "CN", Year: 2026, Goods: "0409", Unit: models.AllowanceGram, Taken: 1500, Bound: 20_000},
		&e,
	)
	return func() int64 {
		var y models.AllowanceYear
		if err := s.DB.Where("person = ? and goods = '0409'", e.Person).Take(&y).Error; err != nil {
			t.Fatal(err)
		}
		return y.Taken
	}
}

// sendBack has pieces come back and their money be given back.
func (s *shop) sendBack(t *testing.T, o *ordertest.Bought, carriage bool, lines ...returns.Line) {
	t.Helper()
	r := s.ask(t, o, lines...)
	s.Pass(40 * 24 * time.Hour) // what counts is when it was asked for
	must(t)(s.Returns.Approve(s.staff, key(r)))
	must(t)(s.Returns.Receive(s.staff, returns.ReceiveInput{Return: key(r), Warehouse: s.Main}))
	judged := make([]returns.Inspected, len(lines))
	for i, l := range lines {
		judged[i] = returns.Inspected{Line: l.Line, WrittenOff: l.Quantity}
	}
	must(t)(s.Returns.Inspect(s.staff, returns.InspectInput{IdempotencyKey: s.Key(), Return: key(r), Lines: judged}))
	must(t)(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: s.Key(), Return: key(r), Carriage: carriage}))
}

// Goods that are asked to be sent back within 30 days of their release count no
// more against the buyer's yearly allowance; later ones do.
func TestReturnsGiveAllowanceBack(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	buy := func(t *testing.T) (*shop, *ordertest.Bought, func() int64) {
		t.Helper()
		s := newShop(t)
		// 36.00 of honey, 11.00 of jam, 8.00 of carriage and 5.00 of tax.
		o := s.Buy(t, 3, 2, ordertest.Charge(models.ChargeVAT, 500), ordertest.Charge(models.ChargeShipping, 800))
		return s, o, s.counting(t, o, 5500)
	}
	t.Run("to_the_cent_in_parts", func(t *testing.T) {
		t.Parallel()
		s, o, taken := buy(t)
		s.Deliver(t, s.Ship(t, o, s.Main))
		s.Pass(10 * day)
		s.sendBack(t, o, false, of(o.Honey, 1))
		if got := taken(); got != 4300 {
			t.Errorf("%d are taken after a jar of 12.00", got)
		}
	})
	t.Run("all_of_it", func(t *testing.T) {
		t.Parallel()
		s, o, taken := buy(t)
		s.Deliver(t, s.Ship(t, o, s.Main))
		s.Pass(30*day - time.Minute)
		s.sendBack(t, o, true, of(o.Honey, 3), of(o.Jam, 2))
		if got := taken(); got != 0 {
			t.Errorf("%d are taken", got)
		}
		s.stands(t, o, "COMPLETED REFUNDED DELIVERED RETURNED")
	})
	t.Run("of_weights_with_each_piece_by_the_days_of_its_rules", func(t *testing.T) {
		t.Parallel()
		for days, want := range map[int32]int64{30: 1000, 5: 1500, 0: 1500} {
			s, o, _ := buy(t)
			s.Deliver(t, s.Ship(t, o, s.Main))
			grams := s.weighing(t, o, days)
			s.Pass(10 * day)
			s.sendBack(t, o, false, of(o.Honey, 1), of(o.Jam, 1))
			if got := grams(); got != want {
				t.Errorf("%d g are taken after a jar that comes back within %d days", got, days)
			}
		}
		s, o, _ := buy(t)
		s.Deliver(t, s.Ship(t, o, s.Main))
		grams := s.weighing(t, o, 30)
		s.Pass(10 * day)
		s.sendBack(t, o, true, of(o.Honey, 3), of(o.Jam, 2))
		if got := grams(); got != 0 {
			t.Errorf("%d g are taken after all came back", got)
		}
	})
	late := func(t *testing.T, s *shop, o *ordertest.Bought) *models.Shipment {
		t.Helper()
		shipped := s.Ship(t, o, s.Main)
		left := s.Now()
		s.Pass(5 * day)
		s.Deliver(t, shipped)
		err := s.DB.Exec("update shipments set dispatched_at = ? where brand_id = ? and id = ?", left, shipped.BrandID, shipped.ID).Error
		if err != nil {
			t.Fatal(err)
		}
		s.Pass(27 * day)
		return shipped
	}
	t.Run("not_32_days_after_they_left", func(t *testing.T) {
		t.Parallel()
		s, o, taken := buy(t)
		late(t, s, o)
		s.sendBack(t, o, true, of(o.Honey, 3), of(o.Jam, 2))
		if got := taken(); got != 5500 {
			t.Errorf("%d are taken", got)
		}
	})
	t.Run("but_27_days_after_customs_released_them", func(t *testing.T) {
		t.Parallel()
		s, o, taken := buy(t)
		shipped := late(t, s, o)
		released := s.Now().Add(-27 * day)
		fixture.Create(t, s.DB, &models.Declaration{BrandID: o.Key.BrandID, ID: fixture.ID(), OrderID: o.Key.ID, ShipmentID: shipped.ID,
			Status: models.DeclarationReleased, Regime: "CBEC_DIRECT", Mismatches: []models.Mismatch{}, PreparedAt: released, ReleasedAt: &released, Version: 1})
		s.sendBack(t, o, true, of(o.Honey, 3), of(o.Jam, 2))
		if got := taken(); got != 0 {
			t.Errorf("%d are taken", got)
		}
	})
}
