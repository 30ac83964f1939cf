package database_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestCopy(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 30, 15, 123456000, time.UTC)

	t.Run("writes_every_kind_of_column_as_it_reads_back", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		brand := fixture.Brand(t, tx, "copied")
		shop := fixture.Storefront(t, tx, brand, "copied-cn")
		vendor, hs := "Vendor \\ \t \"quoted\"", "04090000"
		product := models.Product{
			BrandID: brand.ID, ID: fixture.ID(), Handle: "honey", Status: models.ProductDraft, DefaultLanguage: "en",
			Texts: models.Texts[models.ProductText]{"en": {Title: "Honey"}, "zh-CN": {Title: "蜂蜜"}}, Vendor: &vendor,
			Tags: models.StringList{"a,b", `c"d`, "", "NULL"}, HSCode: &hs, Tokens: "'honey':1", VisibleFrom: &at,
			Options: []models.Option{{Name: "Size", Values: []string{"S"}}}, Version: 1, CreatedAt: at, UpdatedAt: at,
		}
		bare := models.Product{
			BrandID: brand.ID, ID: fixture.ID(), Handle: "bare", Status: models.ProductDraft, DefaultLanguage: "en",
			Texts: models.Texts[models.ProductText]{}, Tags: models.StringList{}, Options: []models.Option{},
			Version: 1, CreatedAt: at, UpdatedAt: at,
		}
		net, unit, grams := decimal.RequireFromString("0.125"), models.Gram, int32(12)
		variant := models.Variant{
			BrandID: brand.ID, ID: fixture.ID(), ProductID: product.ID, Position: 1, WeightGrams: &grams,
			Options: []models.SelectedOption{{Name: "Size", Value: "S"}}, OptionKey: "s", NetContent: &net, NetUnit: &unit,
			TrackStock: true, Version: 1, CreatedAt: at, UpdatedAt: at,
		}
		batch := models.ImportBatch{
			BrandID: brand.ID, ID: fixture.ID(), Kind: models.ImportSales, FileName: "f.csv", FileSHA256: []byte{0, 1, 255},
			StorefrontID: &shop.ID, UnroundedSum: decimal.RequireFromString("-12345678901234567890.123"), BookedMinor: -5, StartedAt: at,
		}
		event := models.OutboxEvent{BrandID: brand.ID, ID: fixture.ID(), Type: "x", SubjectType: "Order",
			SubjectID: fixture.ID(), Payload: json.RawMessage(`{"a": 1}`), RecordedAt: at}

		same(t, tx, brand.ID, product, bare)
		same(t, tx, brand.ID, variant)
		same(t, tx, brand.ID, batch)
		same(t, tx, brand.ID, event)
	})

	t.Run("writes_nothing_of_a_list_with_a_refused_row", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		brand := fixture.Brand(t, db.Gorm, "halved")
		row := models.Warehouse{BrandID: brand.ID, ID: fixture.ID(), Code: "A", Name: "A", Kind: models.OriginWarehouse,
			Country: "US", Version: 1, CreatedAt: at, UpdatedAt: at}
		twin := row
		twin.ID = fixture.ID()

		err := database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error {
			return database.Copy(tx, []models.Warehouse{row, twin})
		})

		if !database.Violates(err, "warehouses_code_key") {
			t.Fatalf("got %v, want the violation", err)
		}
		var n int64
		if err := db.Gorm.Model(&models.Warehouse{}).Where("brand_id = ?", brand.ID).Count(&n).Error; err != nil || n != 0 {
			t.Errorf("%d rows stand (%v)", n, err)
		}
	})

	t.Run("refuses_to_work_outside_a_transaction", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		if err := database.Copy(db.Gorm, []models.Warehouse{{}}); err == nil {
			t.Error("it did not")
		}
	})
}

func same[T any](t *testing.T, tx *gorm.DB, brand uuid.UUID, rows ...T) {
	t.Helper()
	if err := database.Copy(tx, rows); err != nil {
		t.Fatal(err)
	}
	var got []T
	if err := tx.Where("brand_id = ?", brand).Order("id").Find(&got).Error; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
}
