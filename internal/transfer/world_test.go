package transfer_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a database with one brand, its storefront, and the importer.
type world struct {
	*database.DB
	t       *testing.T
	ctx     context.Context
	now     time.Time
	service *transfer.Service
	brand   *models.Brand
	shop    *models.Storefront
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, DB: dbtest.New(t), now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}
	w.ctx = auth.With(t.Context(), auth.System())
	now := w.clock
	w.service = transfer.NewService(w.Gorm, transfer.Domain{
		Brands: brand.NewService(w.Gorm, now), Storefronts: storefront.NewService(w.Gorm, now),
		Catalog: catalog.NewService(w.Gorm, customs.NewService(w.Gorm, now), now), Stock: inventory.NewService(w.Gorm, now),
	}, now)
	w.brand = fixture.Brand(t, w.Gorm, "prairie-gold")
	w.shop = fixture.Storefront(t, w.Gorm, w.brand, "prairie-gold-de", func(s *models.Storefront) { s.Country, s.Currency = "DE", "EUR" })
	return w
}

func (w *world) target() transfer.Target {
	return transfer.Target{Brand: "prairie-gold", Storefront: "prairie-gold-de", Currency: "EUR", Country: "US", Market: "DE", Language: "en"}
}

func (w *world) clock() time.Time { return w.now }

// later lets an hour pass: what is written then can be told by its times.
func (w *world) later() { w.now = w.now.Add(time.Hour) }

func text(name, content string) transfer.Source {
	return transfer.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func fixtureFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func columns(t *testing.T, pairs ...string) salescsv.Columns {
	t.Helper()
	c, err := salescsv.ParseColumns(pairs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func times(t *testing.T, form, zone string) cell.Times {
	t.Helper()
	in, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	times, err := cell.NewTimes(form, in)
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// sales is an import of a file like testdata/sales.csv.
func (w *world) sales(file string) transfer.SalesImport {
	return transfer.SalesImport{Target: w.target(), File: text("sales.csv", file), Layout: salescsv.Layout{
		Times: times(w.t, "", "Europe/Berlin"),
		Columns: columns(w.t, "order=Receipt", "sku=Article", "title=Name", "quantity=Pieces", "time=Sold at", "unit-price=Price",
			"customer=Member", "country=Buyer from"),
	}}
}

func (w *world) products(file string) transfer.ProductImport {
	return transfer.ProductImport{Target: w.target(), File: text("products.csv", file)}
}

func (w *world) importSales(in transfer.SalesImport) *transfer.SalesReport {
	w.t.Helper()
	report, err := w.service.Sales(w.ctx, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

func (w *world) importProducts(in transfer.ProductImport) *transfer.ProductReport {
	w.t.Helper()
	report, err := w.service.Products(w.ctx, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// rows reads what a query gives, each row as text.
func (w *world) rows(query string) []string {
	w.t.Helper()
	var got []string
	ctx := database.AcrossBrands(w.ctx, database.Reconciliation)
	if err := w.Gorm.WithContext(ctx).Raw(query).Scan(&got).Error; err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w *world) expect(query string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.rows(query)); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", query, diff)
	}
}

// unchanged fails unless the work leaves every table as it was.
func (w *world) unchanged(work func()) {
	w.t.Helper()
	before := dbtest.Contents(w.t, w.DB)
	w.later()
	work()
	if diff := cmp.Diff(before, dbtest.Contents(w.t, w.DB)); diff != "" {
		w.t.Errorf("tables changed (-before +after):\n%s", diff)
	}
}

// agrees fails where `check` would.
func (w *world) agrees() {
	w.t.Helper()
	_, err := reconcile.Check(w.ctx, w.Gorm, func(f reconcile.Finding) {
		for _, d := range f.Differences {
			w.t.Errorf("%s: %s: %s", f.Name, d.Subject, d.Detail)
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
