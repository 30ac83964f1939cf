package insight_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/models"
)

// Whatever was sold, given back, closed and paid, the rows are the statements.
func TestStatementsAddUp(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	a, b := ordertest.New(t, db), ordertest.New(t, db)
	books := ledger.NewService(db, a.Now)
	var brands []uuid.UUID
	for i, w := range []*ordertest.World{a, b} {
		brands = append(brands, w.Brand.ID)
		var bought []*ordertest.Bought
		for month := range 4 {
			if month+i != 2 {
				bought = append(bought, w.Buy(t, 2, 1), w.Buy(t, 1, int64(i)))
			}
			if month == 2 {
				if _, err := w.Refund(t, bought[0], false, ordertest.Pieces(bought[0].Honey, 1)); err != nil {
					t.Fatal(err)
				}
			}
			w.Pass(31 * 24 * time.Hour)
			if _, err := ledger.NewService(db, w.Now).Sweep(auth.With(t.Context(), auth.System())); err != nil {
				t.Fatal(err)
			}
		}
	}
	sight := insight.NewService(db, a.Now)
	operator := auth.With(t.Context(), fixture.Operator(t, db))
	from := models.DateOf(ordertest.Start.AddDate(0, 1, 0))
	to := models.DateOf(a.Now())
	q := insight.Query{From: &from, To: &to, ByBrand: true}
	got, err := sight.Statements(operator, q)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]*insight.StatementRow{}
	for _, r := range got.Rows {
		rows[r.BrandID.String()+r.Month().String()+r.Currency] = r
	}
	n := 0
	for month := from.Time().AddDate(0, 0, 1-from.Day); !month.After(to.Time()); month = month.AddDate(0, 1, 0) {
		for _, brand := range brands {
			told, err := books.Statements(operator, brand, models.DateOf(month))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range told {
				n++
				r := rows[brand.String()+s.Month.String()+string(s.Currency)]
				if r == nil {
					t.Errorf("no row for %s of %s", s.Month, brand)
					continue
				}
				if r.Opening() != s.Opening || r.Closing() != s.Closing || r.Payable() != s.Payable || r.Sold() != s.Sold || r.Refunded() != s.Refunded ||
					r.Commission() != s.Commission || r.PaidOut() != s.PaidOut || r.Count != 1 {
					t.Errorf("%s is %+v, the statement %+v", s.Month, r.StatementFigures, s)
				}
			}
		}
	}
	if n != len(got.Rows) || n != got.TotalCount || n < 8 {
		t.Errorf("%d rows of %d, %d statements", len(got.Rows), got.TotalCount, n)
	}

	q.ByBrand = false
	whole, err := sight.Statements(operator, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range whole.Rows {
		sum, count := insight.StatementFigures{Currency: r.Currency}, int64(0)
		for _, part := range got.Rows {
			if part.Month() == r.Month() && part.Currency == r.Currency {
				sum, count = plus(sum, part.StatementFigures), count+1
			}
		}
		if sum != r.StatementFigures || count != r.Count {
			t.Errorf("%s is %+v, its brands %+v", r.Month(), r.StatementFigures, sum)
		}
	}
	for i, total := range whole.Totals {
		sum := insight.StatementFigures{Currency: total.Currency}
		for _, r := range whole.Rows {
			sum = plus(sum, r.StatementFigures)
		}
		first, last := whole.Rows[0], whole.Rows[len(whole.Rows)-1]
		sum.OpeningMinor, sum.ClosingMinor, sum.PayableMinor = first.OpeningMinor, last.ClosingMinor, last.PayableMinor
		if sum != total.StatementFigures || got.Totals[i].StatementFigures != sum || first.SoldMinor == 0 || total.RefundedMinor == 0 {
			t.Errorf("totals are %+v, the rows %+v", total.StatementFigures, sum)
		}
	}
	one, err := sight.Statements(auth.With(t.Context(), fixture.Member(t, db, brands[0], models.RoleOwner)), insight.Query{From: &from, To: &to})
	if err != nil || one.Totals[0].StatementFigures == whole.Totals[0].StatementFigures || len(one.Rows) == 0 {
		t.Errorf("an owner reads %+v, %v", one, err)
	}
	file, err := sight.StatementTable(operator, q)
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range file.Rows {
		if err != nil || file.CheckRow(row) != nil {
			t.Fatal(row, err)
		}
		n--
	}
	if n != len(got.Rows)-len(whole.Rows) {
		t.Errorf("the table has another number of rows")
	}
}

func plus(a, b insight.StatementFigures) insight.StatementFigures {
	a.OpeningMinor, a.SoldMinor, a.RefundedMinor = a.OpeningMinor+b.OpeningMinor, a.SoldMinor+b.SoldMinor, a.RefundedMinor+b.RefundedMinor
	a.CommissionMinor, a.PaidOutMinor, a.OtherMinor = a.CommissionMinor+b.CommissionMinor, a.PaidOutMinor+b.PaidOutMinor, a.OtherMinor+b.OtherMinor
	a.ClosingMinor, a.PayableMinor = a.ClosingMinor+b.ClosingMinor, a.PayableMinor+b.PayableMinor
	return a
}
