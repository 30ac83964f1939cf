package programme_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

// viewed is a row of the view that BI tools read.
type viewed struct {
	Day                                             time.Time
	Joined, Closed, Businesses, BusinessesAttesting int64
	JobsAttested                                    *int64
	JobsAssumed                                     int64
	Currency                                        string
	Sales, SalesToDate, SalesGoal                   *decimal.Decimal
}

func (w *world) viewed(p *models.Programme) (rows []viewed) {
	w.Helper()
	err := w.db.WithContext(database.AcrossBrands(w.Context(), database.ProgrammeReports)).Raw(`
select d.*, p.sales_goal
from reporting.programme_daily d
join reporting.programmes p using (programme_id)
where programme_id = ?
order by day`, p.ID).Scan(&rows).Error
	if err != nil {
		w.Fatal(err)
	}
	return rows
}

// The view of BI tools tells of each day what the API does to a reporting
// client: from roll-ups, facts and both, in zones with roll-ups and without.
func TestViewTellsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-12-31")
	w.now = time.Now()
	w.exec("insert into exchange_rates (currency, day, rate, source) values ('JPY', '2017-01-06', 122.5, 'ECB'), ('USD', '2017-01-06', 1.06, 'ECB'), ('CNY', '2017-01-06', 7.31, 'ECB')")
	long := func(currency, days string, change ...func(*programme.Terms)) *models.Programme {
		return w.programme(append([]func(*programme.Terms){func(t *programme.Terms) {
			t.To, t.TimeZone, t.RatesOn = new(date("2018-02-01")), zone(days), patch.To(date("2017-01-10"))
			if currency != "USD" {
				t.Currency, t.SalesGoal = new(money.Currency(currency)), patch.Empty[decimal.Decimal]()
			}
		}}, change...)...)
	}
	programmes := []*models.Programme{
		long("USD", "America/New_York"), long("JPY", "UTC"), long("EUR", "Asia/Shanghai"), long("USD", "Australia/Adelaide"),
		long("USD", "UTC", func(t *programme.Terms) { t.Sizes = patch.To([]models.BrandSize{models.SizeSmall}) }),
	}
	r := rand.New(rand.NewPCG(7, 11))
	var brands []*models.Brand
	for i := range 30 {
		b := w.join(date("2016-12-20").AddDays(r.IntN(300)).String(), "NE", func(b *models.Brand) {
			if i%5 == 0 {
				b.Size = models.SizeSmall
			}
		})
		brands = append(brands, b)
		for range r.IntN(3) {
			w.report(b, date("2016-12-20").AddDays(r.IntN(400)).String(), r.Int32N(20))
		}
		if i%7 == 0 {
			w.closes(b, models.DateOf(*b.JoinedAt).AddDays(r.IntN(90)).String())
		}
	}
	for i := range 200 {
		if i == 120 {
			if _, err := w.rollups.Advance(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		hour := time.Duration(r.IntN(24)) * time.Hour
		w.sell(brands[r.IntN(len(brands))], date("2016-12-25").AddDays(r.IntN(410)).String(), r.Int64N(1<<30)-1<<28, func(f *models.SalesFact) {
			f.Currency, f.EventAt = []string{"USD", "CNY", "JPY", "EUR"}[r.IntN(4)], f.EventAt.Add(hour-12*time.Hour)
		})
	}
	for _, at := range []string{"partly rolled up", "rebuilt"} {
		if at == "rebuilt" {
			if err := w.rollups.Rebuild(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		for i, p := range programmes {
			got := w.progress(w.reporter, p)
			points, err := got.Series(new(report.Day), new(p.From()), nil)
			if err != nil {
				t.Fatal(err)
			}
			rows := w.viewed(p)
			if len(rows) != len(points) || len(rows) != 388 {
				t.Fatalf("%s, programme %d: %d days, the API has %d", at, i, len(rows), len(points))
			}
			for n, row := range rows {
				want := points[n]
				view := fmt.Sprint(models.DateOf(row.Day), row.Joined, row.Closed, row.Businesses, told(row.JobsAttested), row.JobsAssumed, plain(row.Sales), plain(row.SalesToDate))
				var sales, upTo *decimal.Decimal
				if want.Sales != nil {
					sales, upTo = new(want.Sales.Decimal()), new(want.SalesToDate.Decimal())
				}
				api := fmt.Sprint(want.From, want.Joined, want.Closed, want.Businesses, told(want.JobsAttested), want.JobsAssumed, plain(sales), plain(upTo))
				if view != api || row.Currency != p.Currency {
					t.Fatalf("%s, programme %d: the view tells %s %s, the API %s %s", at, i, view, row.Currency, api, p.Currency)
				}
			}
			last := rows[len(rows)-1]
			if last.BusinessesAttesting != got.BusinessesAttesting || plain(last.SalesToDate) != plain(measure(got, programme.Sales).Value) ||
				plain(last.SalesGoal) != plain(measure(got, programme.Sales).Goal) || last.Businesses == 0 || *last.JobsAttested == 0 {
				t.Errorf("%s, programme %d ends with %+v", at, i, last)
			}
		}
	}
	t.Run("nothing_of_few_and_no_sales_without_a_rate", func(t *testing.T) {
		few := 0
		for _, row := range w.viewed(programmes[4]) {
			if row.Businesses > 0 && row.Businesses < programme.SmallestCell && row.Closed == 0 && row.JobsAttested == nil && row.SalesToDate == nil {
				few++
			}
		}
		if few == 0 {
			t.Error("there is no day of few")
		}
		w.exec("delete from exchange_rates where currency = 'CNY'")
		last := w.viewed(programmes[0])[387]
		if last.Sales != nil || last.SalesToDate != nil || last.JobsAttested == nil {
			t.Errorf("%+v", last)
		}
	})
}

func told(n *int64) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

func plain(d *decimal.Decimal) string {
	if d == nil {
		return "-"
	}
	return d.String()
}
