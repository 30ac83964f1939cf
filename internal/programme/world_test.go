package programme_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a database with a clock.
type world struct {
	*testing.T
	db       *gorm.DB
	now      time.Time
	office   *programme.Service
	rollups  *rollup.Service
	operator context.Context
	reporter context.Context
	shops    map[uuid.UUID]*models.Storefront
	made     int
}

func newWorld(t *testing.T, now string) *world {
	t.Helper()
	db := dbtest.New(t).Gorm
	w := &world{T: t, db: db, now: date(now).Time().Add(12 * time.Hour), shops: map[uuid.UUID]*models.Storefront{}}
	w.office = programme.NewService(db, func() time.Time { return w.now })
	w.rollups = rollup.NewService(db, time.Now)
	w.operator = auth.With(t.Context(), fixture.Operator(t, db))
	w.reporter = auth.With(t.Context(), fixture.Reporter(t, db))
	w.exec("insert into exchange_rates (currency, day, rate, source) values ('USD', '2017-01-10', 1.0567, 'ECB'), ('CNY', '2017-01-10', 7.3, 'ECB')")
	return w
}

func (w *world) exec(query string, args ...any) {
	w.Helper()
	if err := w.db.WithContext(database.AcrossBrands(w.Context(), database.ProgrammeReports)).Exec(query, args...).Error; err != nil {
		w.Fatal(err)
	}
}

func date(text string) models.Date {
	d, err := models.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// noon of a day in UTC.
func noon(day string) time.Time { return date(day).Time().Add(12 * time.Hour) }

// programme makes one from 2017 on, in US dollars at the rates of 2017-01-10.
func (w *world) programme(change ...func(*programme.Terms)) *models.Programme {
	w.Helper()
	terms := programme.Terms{
		Name: new("One million small businesses"), BusinessGoal: patch.To(int64(100)), JobGoal: patch.To(int64(100)),
		SalesGoal: patch.To(decimal.NewFromInt(1000)), Currency: new(money.Currency("USD")),
		From: new(date("2017-01-10")), To: new(date("2022-01-09")), OriginCountries: patch.To([]string{"US"}), RatesOn: patch.To(date("2017-01-10")),
	}
	for _, f := range change {
		f(&terms)
	}
	p, err := w.office.Create(w.operator, terms)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// join makes a brand of a state that joined on a day with 3 jobs, and its
// storefront, which sells in US dollars.
func (w *world) join(day, state string, change ...func(*models.Brand)) *models.Brand {
	w.Helper()
	w.made++
	slug := fmt.Sprintf("brand-%d", w.made)
	b := fixture.Brand(w.T, w.db, slug, append([]func(*models.Brand){func(b *models.Brand) {
		b.JoinedAt, b.Region, b.CensusRegion = new(noon(day)), &state, models.CensusRegionOf("US", state)
	}}, change...)...)
	w.shops[b.ID] = fixture.Storefront(w.T, w.db, b, slug, func(s *models.Storefront) { s.Currency = "USD" })
	return b
}

// sell books an order of one line in the currency of the storefront, or another.
func (w *world) sell(b *models.Brand, day string, minor int64, change ...func(*models.SalesFact)) {
	w.Helper()
	shop, at := w.shops[b.ID], noon(day)
	fact := models.SalesFact{
		BrandID: b.ID, ID: fixture.ID(), Kind: models.FactSale, Source: models.OrderFromImport, EventAt: at, RecordedAt: at,
		OrderID: fixture.ID(), LineID: fixture.ID(), StorefrontID: shop.ID, Market: shop.Country, Currency: shop.Currency,
		UnitsSold: 1, GrossMinor: minor, OpensOrder: true,
	}
	for _, f := range change {
		f(&fact)
	}
	order := models.Order{
		BrandID: b.ID, ID: fact.OrderID, Number: fact.OrderID.String(), Source: fact.Source, Kind: models.OrderSale, StorefrontID: shop.ID,
		Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown, FulfilmentStatus: models.Fulfilled, ReturnStatus: models.NoReturn,
		Currency: fact.Currency, SellerName: b.Name, PlacedAt: at, RecordedAt: at, Version: 1,
	}
	fixture.Create(w.T, w.db, &order, &fact)
}

// report tells of a brand's jobs on a day.
func (w *world) report(b *models.Brand, day string, jobs int32) {
	w.Helper()
	fixture.Create(w.T, w.db, &models.BrandJobReport{BrandID: b.ID, ID: fixture.ID(), Jobs: jobs, ReportedAt: noon(day).Add(time.Hour)})
}

// closes a brand on a day.
func (w *world) closes(b *models.Brand, day string) {
	w.Helper()
	w.exec("update brands set status = 'CLOSED' where id = ?", b.ID)
	fixture.Create(w.T, w.db, &models.BrandTransition{BrandID: b.ID, ID: fixture.ID(), ToStatus: models.BrandClosed, RecordedAt: noon(day)})
}

func (w *world) progress(ctx context.Context, p *models.Programme, change ...func(*programme.Query)) *programme.Progress {
	w.Helper()
	q := programme.Query{Programme: p.ID, Parts: programme.AllParts}
	for _, f := range change {
		f(&q)
	}
	r, err := w.office.Progress(ctx, q)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func measure(r *programme.Progress, kind programme.Kind) *programme.Measure {
	for _, m := range r.Measures {
		if m.Kind == kind {
			return m
		}
	}
	return nil
}
