package database_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestBatch(t *testing.T) {
	t.Parallel()

	t.Run("writes_rows_and_statements_in_order", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		brand := fixture.Brand(t, tx, "batched")
		reports := []models.BrandJobReport{
			{BrandID: brand.ID, ID: fixture.ID(), Jobs: 1, ReportedAt: fixture.Start},
			{BrandID: brand.ID, ID: fixture.ID(), Jobs: 2, ReportedAt: fixture.Start},
		}
		batch := database.NewBatch(tx)
		batch.Insert(reports, &models.BrandJobReport{BrandID: brand.ID, ID: fixture.ID(), Jobs: 3, ReportedAt: fixture.Start})
		batch.Exec("update brand_job_reports set jobs = jobs * 10 where brand_id = $1", brand.ID)
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
		var sum int
		if tx.Raw("select sum(jobs) from brand_job_reports where brand_id = ?", brand.ID).Scan(&sum); sum != 60 {
			t.Errorf("sum %d", sum)
		}
	})

	t.Run("tells_which_constraint_refused", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		brand := fixture.Brand(t, tx, "batched")
		err := database.InTx(t.Context(), tx, func(tx *gorm.DB) error {
			batch := database.NewBatch(tx)
			batch.Insert(&models.BrandJobReport{BrandID: brand.ID, ID: fixture.ID(), Jobs: -1, ReportedAt: fixture.Start})
			return batch.Send()
		})
		if !database.Violates(err, "brand_job_reports_jobs_check") {
			t.Error(err)
		}
	})

	t.Run("sends_nothing_where_a_row_is_no_model", func(t *testing.T) {
		t.Parallel()
		batch := database.NewBatch(dbtest.Tx(t))
		word := "word"
		if batch.Insert(&word); batch.Send() == nil {
			t.Error("a word became a row")
		}
	})
}
