package database_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
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

	t.Run("is_a_transaction_of_its_own_outside_of_one", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		brand := fixture.Brand(t, db.Gorm, "batched")
		send := func(jobs ...int32) error {
			batch := database.NewBatch(db.Gorm)
			for _, n := range jobs {
				batch.Insert(&models.BrandJobReport{BrandID: brand.ID, ID: fixture.ID(), Jobs: n, ReportedAt: fixture.Start})
			}
			return batch.Send()
		}
		if err := send(1, 2, -1); !database.Violates(err, "brand_job_reports_jobs_check") {
			t.Fatal(err)
		}
		if err := send(4, 5); err != nil {
			t.Fatal(err)
		}
		var sum int
		if db.Gorm.Raw("select sum(jobs) from brand_job_reports where brand_id = ?", brand.ID).Scan(&sum); sum != 9 {
			t.Errorf("sum %d", sum)
		}
	})

	t.Run("writes_long_lists_in_few_statements_and_reads_them_back", func(t *testing.T) {
		t.Parallel()
		db, sent := dbtest.Counted(t)
		brand := fixture.Brand(t, db.Gorm, "batched")
		reports := make([]models.BrandJobReport, 199) // 64 three times, 4, 2, 1
		ids := make([]uuid.UUID, len(reports))
		for i := range reports {
			ids[i] = fixture.ID()
			reports[i] = models.BrandJobReport{BrandID: brand.ID, ID: ids[i], Jobs: int32(i), ReportedAt: fixture.Start}
		}
		sent.Reset()
		batch := database.NewBatch(db.Gorm)
		batch.Insert(reports)
		if err := batch.Send(); err != nil || len(sent.List()) != 6 {
			t.Fatalf("%d statements, %v", len(sent.List()), err)
		}
		batch = database.NewBatch(db.Gorm)
		all := database.Read[models.BrandJobReport](batch, database.Text(
			"select * from brand_job_reports where brand_id = ? and id in ? order by jobs", brand.ID, ids))
		none := database.Read[struct{ Jobs int32 }](batch, database.Text("select jobs from brand_job_reports where brand_id = ?", fixture.ID()))
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(reports, *all); diff != "" || len(*none) != 0 {
			t.Errorf("%d others, read back (-written +read):\n%s", len(*none), diff)
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
