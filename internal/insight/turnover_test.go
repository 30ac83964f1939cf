package insight_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// Stock is followed hour by hour in memory, and compared with what the
// movements alone tell.
func TestTurnover(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	clock := fixture.Start.AddDate(0, 0, 90)
	sight := insight.NewService(db, func() time.Time { return clock })
	brand := fixture.Brand(t, db, "acme")
	shop := fixture.Storefront(t, db, brand, "acme-cn")
	honey, jam := fixture.Sell(t, db, shop, "honey", 100, 1200, 900), fixture.Sell(t, db, shop, "jam", 40, 550)
	rival := fixture.Brand(t, db, "rival")
	fixture.Sell(t, db, fixture.Storefront(t, db, rival, "rival-cn"), "tea", 7, 700)
	r := rand.New(rand.NewPCG(1, 2))
	type move struct {
		at     time.Time
		delta  int64
		reason models.StockReason
	}
	moves := map[uuid.UUID][]move{}
	reasons := []models.StockReason{models.StockReceived, models.StockOrderPlaced, models.StockOrderPlaced, models.StockOrderCancelled, models.StockOrderResent}
	for _, v := range append(honey.Variants, jam.Variants...) {
		for range 40 {
			m := move{fixture.Start.Add(time.Duration(1+r.IntN(89*24)) * time.Hour), 1 + r.Int64N(2), reasons[r.IntN(len(reasons))]}
			if m.reason == models.StockOrderPlaced || m.reason == models.StockOrderResent {
				m.delta = -m.delta
			}
			moves[v.ID] = append(moves[v.ID], m)
			fixture.Create(t, db, &models.StockAdjustment{BrandID: brand.ID, ID: fixture.ID(), VariantID: v.ID, WarehouseID: honey.Warehouse.ID,
				Delta: m.delta, Reason: m.reason, RecordedAt: m.at})
			if err := db.Exec("update stock_levels set on_hand = on_hand + ? where brand_id = ? and variant_id = ?", m.delta, brand.ID, v.ID).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	from, to := models.DateOf(fixture.Start.AddDate(0, 0, 20)), models.DateOf(fixture.Start.AddDate(0, 0, 59))
	begin, end := from.Time(), to.AddDays(1).Time()
	want := func(v *models.Variant, stock int64) (f insight.TurnoverFigures) {
		f.Opening, f.Closing = stock, stock
		sum := int64(0)
		for at := begin; at.Before(end); at = at.Add(time.Hour) {
			on := stock
			for _, m := range moves[v.ID] {
				if !m.at.After(at) {
					on += m.delta
				}
			}
			sum += on
		}
		for _, m := range moves[v.ID] {
			if m.at.Before(begin) {
				f.Opening += m.delta
			}
			if m.at.Before(end) {
				f.Closing += m.delta
			}
			if !m.at.Before(begin) && m.at.Before(end) && (m.reason == models.StockOrderPlaced || m.reason == models.StockOrderCancelled) {
				f.Sold -= m.delta
			}
		}
		f.Average = decimal.NewFromInt(sum).DivRound(decimal.NewFromInt(int64(end.Sub(begin)/time.Hour)), 2)
		return f
	}
	owner := auth.With(t.Context(), fixture.Member(t, db, brand.ID, models.RoleOwner))
	q := insight.Query{From: &from, To: &to, Goods: insight.ByVariant}

	t.Run("is_what_was_sold_by_what_lay_there", func(t *testing.T) {
		t.Parallel()
		got, err := sight.Turnover(owner, q)
		if err != nil || len(got.Rows) != 3 || got.TotalCount != 3 {
			t.Fatal(got, err)
		}
		figures := map[string]insight.TurnoverFigures{
			honey.Variants[0].GlobalID(): want(honey.Variants[0], 100), honey.Variants[1].GlobalID(): want(honey.Variants[1], 100),
			jam.Variants[0].GlobalID(): want(jam.Variants[0], 40),
		}
		var sold int64
		average := decimal.Zero
		for i, row := range got.Rows {
			f := figures[row.Key]
			if row.Opening != f.Opening || row.Closing != f.Closing || row.Sold != f.Sold || !row.Average.Equal(f.Average) {
				t.Errorf("%s is %+v, want %+v", row.Label, row.TurnoverFigures, f)
			}
			if i > 0 && row.Sold > got.Rows[i-1].Sold {
				t.Error("what sold most does not come first")
			}
			sold, average = sold+row.Sold, average.Add(row.Average)
			if days := decimal.NewFromInt(40).Mul(row.Average).DivRound(decimal.NewFromInt(row.Sold), 1); row.Sold > 0 && !row.DaysOfStock().Equal(days) {
				t.Errorf("lasts %s days, want %s", row.DaysOfStock(), days)
			}
		}
		if got.Totals.Sold != sold || !got.Totals.Average.Equal(average) || !got.Totals.Turnover().Equal(decimal.NewFromInt(sold).DivRound(average, 4)) {
			t.Errorf("totals %+v", got.Totals)
		}
	})

	t.Run("is_summed_for_products_warehouses_and_brands", func(t *testing.T) {
		t.Parallel()
		for goods, rows := range map[insight.Goods]int{insight.ByProduct: 2, insight.ByWarehouse: 1, insight.ByBrand: 1} {
			got, err := sight.Turnover(owner, insight.Query{From: &from, To: &to, Goods: goods})
			if err != nil || len(got.Rows) != rows {
				t.Fatal(goods, got, err)
			}
			whole, err := sight.Turnover(owner, q)
			if err != nil || got.Totals.Sold != whole.Totals.Sold || got.Totals.Opening != whole.Totals.Opening {
				t.Errorf("%s: %+v, variants %+v", goods, got.Totals, whole.Totals)
			}
		}
	})

	t.Run("comes_in_pages_and_as_a_whole_table", func(t *testing.T) {
		t.Parallel()
		var keys []string
		page := q
		page.Page = paging.Args{First: new(int32(2))}
		for {
			got, err := sight.Turnover(owner, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range got.Rows {
				keys = append(keys, row.Key)
			}
			if !got.PageInfo.HasNextPage {
				break
			}
			page.Page.After = got.PageInfo.EndCursor
		}
		whole, err := sight.TurnoverTable(owner, q)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for row, err := range whole.Rows {
			if err == nil {
				err = whole.CheckRow(row)
			}
			if err != nil || i >= len(keys) || row[whole.Column("id")] != keys[i] {
				t.Fatal(row, keys, err)
			}
			i++
		}
		if i != 3 || len(keys) != 3 {
			t.Errorf("%d in the table, %d on pages", i, len(keys))
		}
	})
}
