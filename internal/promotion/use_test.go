package promotion_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

// race books purchases at once and counts those that went through.
func race(t *testing.T, n int, book func(i int) error) int64 {
	t.Helper()
	var through atomic.Int64
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			err := book(i)
			switch told(err) {
			case "":
				through.Add(1)
			case " CONFLICT":
			default:
				t.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
	return through.Load()
}

// A promotion's last use taken by two: however many book at once, no limit is
// passed, neither in total, nor of a shopper, nor of a code.
func TestLimitsHoldUnderARace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, "racing")
	shopper := uuid.New()
	total := w.create(limited(5))
	each := w.create(func(d *promotion.Draft) { d.Terms.ShopperLimit = patch.To(int64(2)) })
	once := w.create(byCode())
	if _, err := w.promotions.AddCodes(w.manager, w.key(once), []string{"ONCE"}, new(int64(1))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		want int64
		book func(int) error
	}{
		"in total":    {5, func(int) error { return w.use(uuid.New(), uuid.New(), "", total) }},
		"a shopper's": {2, func(int) error { return w.use(uuid.New(), shopper, "", each) }},
		"a code's":    {1, func(int) error { return w.use(uuid.New(), uuid.New(), "ONCE", once) }},
	} {
		if got := race(t, 24, c.book); got != c.want {
			t.Errorf("%s: %d of 24 went through, want %d", name, got, c.want)
		}
	}
	if row := w.row(total); row.Uses != 5 {
		t.Errorf("counted %d", row.Uses)
	}
	if r := w.price(nil, "ONCE"); r.Refused[0].Reason != promotion.UsedUp {
		t.Errorf("%+v", r.Refused)
	}
	uses, err := w.promotions.Uses(w.manager, []models.Key{w.key(total), w.key(each), w.key(once)})
	if err != nil || uses[w.key(total)] != 5 || uses[w.key(each)] != 2 || uses[w.key(once)] != 1 {
		t.Errorf("%v, %v", uses, err)
	}
}

// Two promotions named in opposite order by many purchases: nobody waits in a
// circle, and what is given back can be had again.
func TestUsesInAnyOrderAndTheirReleaseDoNotDeadlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, "crossing")
	a, b := w.create(limited(100)), w.create(limited(100))
	got := race(t, 32, func(i int) error {
		purchase, list := uuid.New(), []*models.Promotion{a, b}
		if i%2 == 0 {
			list = []*models.Promotion{b, a}
		}
		if err := w.use(purchase, uuid.New(), "", list...); err != nil || i%4 != 0 {
			return err
		}
		return w.release(purchase)
	})
	if got != 32 || w.row(a).Uses != 24 || w.row(b).Uses != 24 {
		t.Errorf("%d went through, counted %d and %d", got, w.row(a).Uses, w.row(b).Uses)
	}
}

// A limit that is set while purchases use the promotion counts every one of them.
func TestALimitThatIsSetLaterCountsWhatWasUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, "late-limit")
	p := w.create()
	got := race(t, 24, func(i int) error {
		if i%12 != 0 {
			return w.use(uuid.New(), uuid.New(), "", p)
		}
		_, err := w.promotions.Update(w.manager, promotion.Change{Promotion: w.key(p), Terms: promotion.Terms{UseLimit: patch.To(int64(1000))}})
		return err
	})
	if row := w.row(p); got != 24 || row.Uses != 22 {
		t.Errorf("%d went through, counted %d of 22", got, row.Uses)
	}
	_, err := w.promotions.Update(w.manager, promotion.Change{Promotion: w.key(p), Terms: promotion.Terms{UseLimit: patch.To(int64(21))}})
	if told(err) != "input.useLimit OUT_OF_RANGE" {
		t.Error(err)
	}
	if _, err = w.promotions.Update(w.manager, promotion.Change{Promotion: w.key(p), Terms: promotion.Terms{UseLimit: patch.To(int64(22))}}); err != nil {
		t.Error(err)
	}
	if err := w.use(uuid.New(), uuid.New(), "", p); told(err) != " CONFLICT" {
		t.Errorf("beyond the limit: %v", err)
	}
	if _, err = w.promotions.Update(w.manager, promotion.Change{Promotion: w.key(p), Terms: promotion.Terms{UseLimit: patch.Empty[int64]()}}); err != nil {
		t.Error(err)
	}
	if err := w.use(uuid.New(), uuid.New(), "", p); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

func TestAPurchaseUsesAPromotionOnceAndGivesItBackOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "once")
	p := w.create(byCode("ONE"), limited(2), func(d *promotion.Draft) { d.Terms.ShopperLimit = patch.To(int64(1)) })
	shopper, purchase := uuid.New(), uuid.New()
	for range 2 {
		if err := w.use(purchase, shopper, "ONE", p); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.row(p).Uses; got != 1 {
		t.Errorf("used %d times", got)
	}
	if r := w.price(&shopper, "ONE"); len(r.Applied) != 0 || r.Refused[0].Reason != promotion.UsedByShopper {
		t.Errorf("%+v", r)
	}
	if err := w.use(uuid.New(), shopper, "ONE", p); told(err) != " CONFLICT" {
		t.Error(err)
	}
	for range 2 {
		if err := w.release(purchase); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.row(p).Uses; got != 0 {
		t.Errorf("used %d times after its release", got)
	}
	if r := w.price(&shopper, "ONE"); len(r.Applied) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestColumnsHoldTheLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "columns")
	p := w.create(byCode("TEN"))
	if err := w.use(uuid.New(), uuid.New(), "TEN", p); err != nil {
		t.Fatal(err)
	}
	for name, sql := range map[string]string{
		"promotions_uses_check":          "update promotions set use_limit = 1, uses = 2 where brand_id = ?",
		"promotions_kind_check":          "update promotions set basis_points = 0 where brand_id = ?",
		"promotions_minimum_check":       "update promotions set minimum_minor = 1, currency = null where brand_id = ?",
		"promotions_times_check":         "update promotions set ends_at = starts_at - interval '1 second' where brand_id = ?",
		"promotion_codes_code_check":     "update promotion_codes set code = lower(code) where brand_id = ?",
		"promotion_codes_uses_check":     "update promotion_codes set use_limit = 1, uses = 2 where brand_id = ?",
		"promotion_shoppers_uses_check":  "update promotion_shoppers set uses = -1 where brand_id = ?",
		"promotions_shopper_limit_check": "update promotions set shopper_limit = 0 where brand_id = ?",
	} {
		err := w.db.Transaction(func(tx *gorm.DB) error { return tx.Exec(sql, w.brand.ID).Error })
		if !database.Violates(err, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
