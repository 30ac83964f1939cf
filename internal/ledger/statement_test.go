package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t), "KWD", 10_005, "KWD")
	w.plan(t, "0.1")
	w.exec(t, "update brands set name = '<b>Acme</b>' where id = ?", w.brand.ID)
	june := w.buy(t, 1)
	w.clock = time.Date(2026, 7, 3, 8, 0, 0, 0, time.UTC)
	w.sweep(t) // closes June
	july := w.buy(t, 3)
	w.release(t, june)
	if _, err := w.payout(t); err != nil {
		t.Fatal(err)
	}
	if err := w.refund(t, july, 1); err != nil {
		t.Fatal(err)
	}
	w.clock = time.Date(2026, 8, 9, 8, 0, 0, 0, time.UTC)
	w.buy(t, 7)
	owner := w.as(t, fixture.Member(t, w.db, w.brand.ID, models.RoleOwner))
	all, err := w.books.WholeStatements(owner, w.brand.ID, models.Date{Year: 2026, Month: 7, Day: 20})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	s := all[0]
	if got := []int64{s.Opening.Minor, s.Sold.Minor, s.Refunded.Minor, s.Commission.Minor, s.PaidOut.Minor, s.Closing.Minor, s.Payable.Minor}; !equalInts(got, 9004, 30015, 10005, 2001, 9004, 18009, 0) {
		t.Errorf("%v", got)
	}

	t.Run("are written as a table", func(t *testing.T) {
		var b strings.Builder
		if err := ledger.WriteCSV(&b, all); err != nil {
			t.Fatal(err)
		}
		want := `date,kind,order,currency,gross,commission,change
2026-07-01,OPENING,,KWD,,,9.004
2026-07-03T08:00:00Z,SALE,` + july.Number + `,KWD,30.015,3.002,27.013
2026-07-03T08:00:00Z,PAYOUT,,KWD,0.000,0.000,-9.004
2026-07-03T08:00:00Z,REFUND,` + july.Number + `,KWD,-10.005,-1.001,-9.004
2026-07-31,CLOSING,,KWD,,,18.009
`
		if b.String() != want {
			t.Errorf("%swant\n%s", b.String(), want)
		}
	})

	t.Run("are written as a page that fetches nothing and trusts no name", func(t *testing.T) {
		var b strings.Builder
		if err := ledger.WriteHTML(&b, all); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for _, want := range []string{"statement of 2026-07 in KWD", "&lt;b&gt;Acme&lt;/b&gt;", "<td class=\"amount\">18.009</td>", "<td>refund</td>", "@page", july.Number} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q in\n%s", want, page)
			}
		}
		for _, not := range []string{"<b>", "http:", "https:", "<script", "url("} {
			if strings.Contains(page, not) {
				t.Errorf("%q in the page", not)
			}
		}
	})

	t.Run("are for those who may read balances", func(t *testing.T) {
		for _, role := range []models.BrandRole{models.RoleStaff} {
			if _, err := w.books.Statements(w.as(t, fixture.Member(t, w.db, w.brand.ID, role)), w.brand.ID, models.DateOf(now)); err == nil {
				t.Errorf("%s read it", role)
			}
		}
		other := newWorld(t, w.db, "USD", 100, "USD")
		if _, err := w.books.Statements(w.as(t, fixture.Member(t, w.db, other.brand.ID, models.RoleOwner)), w.brand.ID, models.DateOf(now)); refusals(t, err) != "brandId NOT_FOUND" {
			t.Error(err)
		}
	})
}

func equalInts(got []int64, want ...int64) bool {
	for i := range want {
		if got[i] != want[i] {
			return false
		}
	}
	return len(got) == len(want)
}
