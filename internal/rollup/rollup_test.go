package rollup_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

type world struct {
	db    *gorm.DB
	keep  *rollup.Service
	shops []*models.Storefront
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldOf(t, dbtest.New(t).Gorm)
}

func worldOf(t *testing.T, db *gorm.DB) *world {
	t.Helper()
	w := &world{db: db.WithContext(database.AcrossBrands(t.Context(), database.Outbox)), keep: rollup.NewService(db, time.Now)}
	for i := range 3 {
		brand := fixture.Brand(t, db, fmt.Sprintf("brand-%d", i))
		w.shops = append(w.shops, fixture.Storefront(t, db, brand, brand.Slug))
	}
	return w
}

var start = time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC)

// sell writes an order of a few lines, of which some come back later.
func (w *world) sell(tx *gorm.DB, r *rand.Rand) error {
	shop := w.shops[r.IntN(len(w.shops))]
	at := start.Add(time.Duration(r.IntN(24*90)) * time.Hour).Add(time.Duration(r.IntN(3600)) * time.Second)
	order := &models.Order{
		BrandID: shop.BrandID, ID: fixture.ID(), Number: uuid.NewString(), Source: models.OrderFromImport, Kind: models.OrderSale,
		StorefrontID: shop.ID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown, FulfilmentStatus: models.Fulfilled,
		ReturnStatus: models.NoReturn, Currency: shop.Currency, SellerName: "x", PlacedAt: at, RecordedAt: at, Version: 1,
	}
	if err := tx.Create(order).Error; err != nil {
		return err
	}
	var facts []models.SalesFact
	for i := range 1 + r.IntN(3) {
		sale := models.SalesFact{
			BrandID: shop.BrandID, ID: fixture.ID(), Kind: models.FactSale, Source: order.Source, EventAt: at, RecordedAt: at,
			OrderID: order.ID, LineID: fixture.ID(), StorefrontID: shop.ID, Market: shop.Country, Currency: shop.Currency,
			UnitsSold: r.Int64N(9), GrossMinor: r.Int64N(1 << 40), DiscountMinor: r.Int64N(500), ShippingMinor: 7, OpensOrder: i == 0,
		}
		if r.IntN(2) == 0 {
			food, us, product := "food", "US", fixture.ID()
			sale.CategoryPath, sale.OriginCountry, sale.ProductID, sale.BuyerCountry = &food, &us, &product, &us
		}
		facts = append(facts, sale)
		if r.IntN(4) == 0 {
			back := sale
			back.ID, back.Kind, back.EventAt, back.OpensOrder = fixture.ID(), models.FactRefund, at.AddDate(0, r.IntN(3), 0), false
			back.UnitsSold, back.UnitsReturned, back.GrossMinor, back.DiscountMinor, back.RefundMinor = 0, 1, 0, 0, 99
			facts = append(facts, back)
		}
	}
	return tx.Create(&facts).Error
}

// advance goes on until all facts are in the roll-ups: transactions of other
// tests, in other databases of the cluster, may hold the watermark back.
func (w *world) advance(t *testing.T) (advanced int) {
	t.Helper()
	for t.Context().Err() == nil {
		n, err := w.keep.Advance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		advanced += n
		var tail bool
		if err := w.db.Raw("select exists (select from sales_facts f join sales_rollups r on f.xid >= r.watermark)").Scan(&tail).Error; err != nil {
			t.Fatal(err)
		}
		if !tail {
			break
		}
	}
	return advanced
}

// figures are what a report sums.
type figures struct{ Orders, Units, Gross, Refund int64 }

type tester interface{ Fatalf(string, ...any) }

// agree fails unless ways to read a report, in one snapshot, have the figures
// of the facts.
func (w *world) agree(t tester, ways ...rollup.Need) {
	err := w.db.Transaction(func(tx *gorm.DB) error {
		state, err := rollup.Read(tx)
		if err != nil {
			return err
		}
		for _, need := range ways {
			var facts, read figures
			where, args := "true", []any{}
			if need.From != nil {
				where, args = where+" and (event_at at time zone ?)::date >= ?", append(args, need.Zone.String(), need.From.String())
			}
			if need.To != nil {
				where, args = where+" and (event_at at time zone ?)::date <= ?", append(args, need.Zone.String(), need.To.String())
			}
			err := tx.Raw("select coalesce(count(*) filter (where opens_order), 0) as orders, coalesce(sum(units_sold), 0)::bigint as units, "+
				"coalesce(sum(gross_minor), 0)::bigint as gross, coalesce(sum(refund_minor), 0)::bigint as refund from sales_facts where "+where, args...).
				Take(&facts).Error
			if err != nil {
				return err
			}
			rows, args := rollup.Rows(rollup.Cover(state, need)...)
			err = tx.Raw("select coalesce(sum(orders), 0)::bigint as orders, coalesce(sum(units_sold), 0)::bigint as units, "+
				"coalesce(sum(gross_minor), 0)::bigint as gross, coalesce(sum(refund_minor), 0)::bigint as refund from ("+rows+") p", args...).
				Take(&read).Error
			if err != nil {
				return err
			}
			if !need.Orders {
				facts.Orders, read.Orders = 0, 0
			}
			if read != facts {
				t.Fatalf("%+v: read %+v, facts %+v", need, read, facts)
			}
		}
		return nil
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// exact is agree, and that each row of each roll-up is what its facts sum to.
func (w *world) exact(t tester) {
	w.agree(t, needs()...)
	for _, agreement := range rollup.Agreements() {
		var rows []struct{ Subject, Detail string }
		if err := w.db.Raw(agreement.Query).Scan(&rows).Error; err != nil {
			t.Fatalf("%s: %v", agreement.Name, err)
		}
		if len(rows) > 0 {
			t.Fatalf("%s: %+v", agreement.Name, rows)
		}
	}
}

// needs are one for each roll-up, with bounds within months and at their edges.
func needs() (all []rollup.Need) {
	newYork, _ := time.LoadLocation("America/New_York")
	shanghai, _ := time.LoadLocation("Asia/Shanghai")
	kolkata, _ := time.LoadLocation("Asia/Kolkata")
	date := func(s string) *models.Date { d, _ := models.ParseDate(s); return &d }
	for _, columns := range [][]string{{"market"}, {"buyer_region", "currency"}, {"category_path"}, {"brand_id"}, {"brand_id", "product_id"}, {"shopper_id"}} {
		byOrder := !rollup.ByLine(columns)
		all = append(
			all,
			rollup.Need{Columns: columns, Orders: byOrder, Zone: time.UTC, Period: "month"},
			rollup.Need{Columns: columns, Orders: byOrder, Zone: shanghai, Period: "day", From: date("2026-01-01"), To: date("2026-02-28")},
			rollup.Need{Columns: columns, Orders: byOrder, Zone: newYork, Period: "month", From: date("2026-01-15"), To: date("2026-03-02")},
			rollup.Need{Columns: columns, Orders: byOrder, Zone: newYork, From: date("2026-01-31"), To: date("2026-02-01")},
			rollup.Need{Columns: columns, Orders: byOrder, Zone: kolkata, From: date("2026-01-01"), Period: "month"},
		)
	}
	return all
}

// Whatever is sold, committed late or rolled back between rounds, nothing is
// missed and nothing is counted twice.
func TestReportsAreExactAtAnyTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var open []*gorm.DB
		for _, step := range rapid.SliceOfN(rapid.SampledFrom([]string{"sell", "begin", "commit", "roll back", "advance", "rebuild"}), 1, 8).Draw(t, "steps") {
			var err error
			switch step {
			case "sell":
				err = w.sell(w.db, r)
			case "begin":
				tx := w.db.Begin()
				open, err = append(open, tx), w.sell(tx, r)
			case "commit", "roll back":
				if len(open) > 0 && step == "commit" {
					err = open[0].Commit().Error
				} else if len(open) > 0 {
					err = open[0].Rollback().Error
				}
				open = open[min(1, len(open)):]
			case "advance":
				_, err = w.keep.Advance(ctx)
			case "rebuild":
				err = w.keep.Rebuild(ctx, nil)
			}
			if err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			ways := needs()
			r.Shuffle(len(ways), func(i, j int) { ways[i], ways[j] = ways[j], ways[i] })
			w.agree(t, ways[:6]...)
		}
		w.exact(t)
		for _, tx := range open {
			tx.Rollback()
		}
	})
}

// Where no fact is due, a round is one statement, which holds nothing and
// writes nothing: also while a transaction that runs long holds facts back.
func TestARoundWithNothingToAdd(t *testing.T) {
	t.Parallel()
	db, sent := dbtest.Counted(t)
	w := worldOf(t, db.Gorm)
	r := rand.New(rand.NewPCG(5, 5))
	long := w.db.Begin()
	defer long.Rollback()
	for round := range 3 {
		switch round {
		case 0:
			w.advance(t)
		case 1:
			if err := long.Exec("select pg_current_xact_id()").Error; err != nil {
				t.Fatal(err)
			}
		case 2:
			if err := w.sell(w.db, r); err != nil {
				t.Fatal(err)
			}
		}
		sent.Reset()
		if n, err := w.keep.Advance(t.Context()); err != nil || n != 0 {
			t.Errorf("%d facts, %v", n, err)
		}
		sent.AtMost(t, 1)
	}
	if err := long.Commit().Error; err != nil {
		t.Fatal(err)
	}
	if w.advance(t) == 0 {
		t.Error("nothing was added")
	}
	w.exact(t)
}

// In the copy of a database transactions are counted from elsewhere: facts of
// the copied ones seem to lie in the future. Reports leave roll-ups alone until
// they are built anew, and lose nothing.
func TestCopyOfADatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(4, 4))
	sell := func() {
		t.Helper()
		for range 5 {
			if err := w.sell(w.db, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	sell()
	if _, err := w.keep.Advance(t.Context()); err != nil {
		t.Fatal(err)
	}
	sell()
	for _, copied := range []string{
		"update sales_facts set xid = (pg_current_xact_id()::text::bigint + 1000000)::text::xid8",
		"update sales_rollups set system = 42, watermark = (pg_current_xact_id()::text::bigint + 2000000)::text::xid8",
	} {
		if err := w.db.Exec(copied).Error; err != nil {
			t.Fatal(err)
		}
	}
	sell()
	w.agree(t, needs()...)
	if _, err := w.keep.Advance(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.agree(t, needs()...)
	sell()
	w.agree(t, needs()...)
	if w.advance(t) == 0 {
		t.Error("nothing was advanced")
	}
	w.exact(t)
}
