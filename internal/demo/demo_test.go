package demo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/models"
)

var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func count(t *testing.T, db *gorm.DB, sql string, args ...any) (n int64) {
	t.Helper()
	if err := db.Raw(sql, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLoad(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	loaded, err := demo.Load(t.Context(), db, demo.Options{Today: today})
	if err != nil || !loaded {
		t.Fatalf("loaded %t, %v", loaded, err)
	}

	t.Run("makes thirty brands of as many states, 300 products and 20,000 orders over 18 months", func(t *testing.T) {
		for sql, want := range map[string]int64{
			`select count(*) from brands where status = 'ACTIVE' and census_region is not null`:                                         30,
			`select count(distinct region) from brands`:                                                                                 30,
			`select count(*) from products where hs_code is not null and texts ? 'zh-CN' and brand_id is not null`:                      300,
			`select count(*) from orders where brand_id is not null`:                                                                    20_000,
			`select count(distinct date_trunc('month', placed_at)) from orders where placed_at < '2026-11-22' and brand_id is not null`: 19,
		} {
			if got := count(t, db.Session(&gorm.Session{}), sql); got != want {
				t.Errorf("%s: %d, want %d", sql, got, want)
			}
		}
	})

	t.Run("has the reported goal, and counts its own small brands to it", func(t *testing.T) {
		office := programme.NewService(db, func() time.Time { return today })
		ctx := auth.With(t.Context(), auth.System())
		list, err := office.List(ctx, false, paging.Args{})
		if err != nil || len(list.Nodes()) != 1 {
			t.Fatalf("%d programmes, %v", len(list.Nodes()), err)
		}
		r, err := office.Progress(ctx, programme.Query{Programme: list.Nodes()[0].ID, Parts: programme.AllParts})
		if err != nil {
			t.Fatal(err)
		}
		for i, most := range []int64{30, 200, 30} { // businesses, jobs attested, jobs assumed
			if m := r.Measures[i]; m.Goal.String() != "1000000" || m.Value.IntPart() < 25 || m.Value.IntPart() > most || m.Projection == nil {
				t.Errorf("measure %d: %s of %s, %+v", i, m.Value, m.Goal, m.Projection)
			}
		}
		if years := r.Programme.EndsOn.AddDate(-5, 0, 1); !years.Equal(r.Programme.StartsOn) || r.Programme.JobsPerBusiness != 1 {
			t.Errorf("%s to %s, %d jobs each", r.Programme.From(), r.Programme.To(), r.Programme.JobsPerBusiness)
		}
		if sales := r.Measures[3].Value; sales.Sign() <= 0 || len(r.Rates) == 0 || len(r.Cohorts) < 3 || len(r.Categories) < 3 {
			t.Errorf("sales %s, %d rates, %d cohorts, %d categories", sales, len(r.Rates), len(r.Cohorts), len(r.Categories))
		}
	})

	t.Run("refers to nothing that is not there", func(t *testing.T) {
		dbtest.References(t, db)
	})

	t.Run("peaks on Singles' Day and cancels a few orders", func(t *testing.T) {
		day := `select count(*) from orders where placed_at::date = ?::date and brand_id is not null`
		if peak, usual := count(t, db, day, "2026-11-11"), count(t, db, day, "2026-11-04"); peak < 8*usual {
			t.Errorf("%d orders on Singles' Day, %d a week before", peak, usual)
		}
		if n := count(t, db, `select count(*) from orders where status = 'CANCELLED' and brand_id is not null`); n < 400 || n > 1200 {
			t.Errorf("%d cancelled", n)
		}
	})

	t.Run("owes its brands something, and has paid the most of it", func(t *testing.T) {
		for account, least := range map[string]int64{"BRAND_PENDING": 25, "BRAND_PAYABLE": 25, "PAYOUT": 30} {
			n := count(t, db, `select count(*) from (select brand_id from ledger_entries where brand_id is not null and account = ? group by brand_id having sum(amount_minor) > 0) b`, account)
			if n < least {
				t.Errorf("%d brands have something in %s", n, account)
			}
		}
		if n := count(t, db, `select count(*) from ledger_transactions where brand_id is not null and kind = 'GATEWAY_FEE'`); n < 2000 {
			t.Errorf("of %d orders the provider kept a fee", n)
		}
		if n := count(t, db, `select count(*) from payouts where brand_id is not null`); n < 300 {
			t.Errorf("%d payouts", n)
		}
	})

	t.Run("has a storefront with duties and taxes, where all goods have what customs ask for", func(t *testing.T) {
		ctx, now := database.AcrossBrands(auth.With(t.Context(), auth.System()), database.Reconciliation), func() time.Time { return today }
		rules := customs.NewService(db, now)
		var prices []*models.Price
		err := db.WithContext(ctx).Joins("join storefronts s on s.brand_id = prices.brand_id and s.id = prices.storefront_id and s.customs_regime = 'CBEC_DIRECT'").
			Find(&prices).Error
		if err != nil || len(prices) < 10 {
			t.Fatalf("%d prices, %v", len(prices), err)
		}
		quotes, err := doorprice.NewService(db, rules, now).Prices(ctx, prices, 1)
		if err != nil {
			t.Fatal(err)
		}
		luxury := 0
		for _, p := range prices {
			q := quotes[p]
			if q == nil || !q.Complete || q.TaxMinor == 0 {
				t.Fatalf("%s: %+v", p.Amount(), q)
			}
			if q.Lines[0].Parts[1].Amount > 0 {
				luxury++
			}
		}
		if luxury == 0 {
			t.Error("none of its goods is charged a consumption tax")
		}
		review, err := catalog.NewService(db, rules, now).CountReview(ctx)
		if err != nil || review.Listings != 0 {
			t.Errorf("%+v, %v", review, err)
		}
		if n := count(t, db, `select count(*) from storefronts where customs_regime is not null and brand_id is not null and texts::text like '%DEMONSTRATION%'`); n != 1 {
			t.Errorf("%d storefronts are labelled", n)
		}
		for _, sources := range []string{"select count(*) from customs_rules where set_name = 'demonstration-china' and confidence <> 'DEMONSTRATION'",
			"select count(*) from exchange_rates where source not like 'DEMONSTRATION%'"} {
			if n := count(t, db, sources); n != 0 {
				t.Errorf("%s: %d", sources, n)
			}
		}
	})

	t.Run("agrees with itself", func(t *testing.T) {
		agree, err := reconcile.Check(t.Context(), db, func(f reconcile.Finding) {
			if f.Count > 0 {
				t.Errorf("%s: %d, %+v", f.Name, f.Count, f.Differences[:1])
			}
		})
		if err != nil || !agree {
			t.Errorf("agree %t, %v", agree, err)
		}
	})

	t.Run("leaves a database that is in use alone", func(t *testing.T) {
		if loaded, err := demo.Load(t.Context(), db, demo.Options{Today: today}); err != nil || loaded {
			t.Errorf("loaded %t, %v", loaded, err)
		}
	})
}

func TestLoadIsTheSameForTheSameDay(t *testing.T) {
	t.Parallel()
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	digests := [2]map[string]string{{}, {}}
	for i := range digests {
		db := dbtest.New(t).Gorm.WithContext(ctx)
		if _, err := demo.Load(ctx, db, demo.Options{Today: today.Add(time.Duration(i) * time.Hour), Orders: 1000}); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"accounts", "brands", "products", "orders", "sales_facts", "stock_levels", "stock_adjustments", "search_entries", "payouts", "ledger_entries", "programmes"} {
			var sum string
			// Transactions have other numbers in each database.
			if err := db.Raw(`select md5(string_agg(r, '' order by r)) from (select md5((to_jsonb(t) - 'xid')::text) r from ` + table + ` t) x`).Scan(&sum).Error; err != nil {
				t.Fatal(err)
			}
			digests[i][table] = sum
		}
	}
	if diff := cmp.Diff(digests[0], digests[1]); diff != "" {
		t.Errorf("two loads of one day differ: %s", diff)
	}
}

// A token made before the first start does not keep the data out, and its
// shopper has the orders.
func TestLoadTakesInWhoeverHasAToken(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	early, err := identity.NewService(db, time.Now).Enrol(auth.With(t.Context(), auth.System()), "shopper", "Early")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := demo.Load(t.Context(), db, demo.Options{Today: today, Orders: 400})
	if err != nil || !loaded {
		t.Fatalf("loaded %t, %v", loaded, err)
	}
	if n := count(t, db, `select count(*) from orders where shopper_id = ? and brand_id is not null`, early.ID); n == 0 {
		t.Error("the shopper has no orders")
	}
}
