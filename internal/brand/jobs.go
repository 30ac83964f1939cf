package brand

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// JobsReport tells how many jobs a brand has now.
type JobsReport struct {
	BrandID uuid.UUID
	Jobs    int32
	Note    *string
}

// Validate gives the report in the form that is kept, or all that is wrong with it.
func (r JobsReport) Validate() (JobsReport, error) {
	var refused problem.List
	refused.Number("input.jobs", int64(r.Jobs), 0, jobsMax)
	r.Note = note(&refused, "input.note", r.Note)
	return r, refused.Err()
}

func note(refused *problem.List, field string, text *string) *string {
	if text == nil {
		return nil
	}
	return models.Optional(refused.Lines(field, *text, 0, noteMax))
}

// ReportJobs records how many jobs a brand has now; earlier reports are kept.
func (s *Service) ReportJobs(ctx context.Context, r JobsReport) (*models.Brand, error) {
	if err := auth.RequireFor(ctx, auth.BrandWrite, r.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	r, err := r.Validate()
	if err != nil {
		return nil, err
	}
	var b *models.Brand
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if b, err = lockLivingTx(tx, r.BrandID, "input.brandId"); err != nil {
			return err
		}
		b.JobsNow = r.Jobs
		if err := s.reportTx(tx, auth.From(ctx), b, r.Note); err != nil {
			return err
		}
		return s.keepTx(tx, b, "jobs_now")
	})
	return answer(b, err)
}

// reportTx adds the brand's jobs of now to their history.
func (s *Service) reportTx(tx *gorm.DB, actor *auth.Actor, b *models.Brand, note *string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	report := models.BrandJobReport{
		BrandID: b.ID, ID: id, Jobs: b.JobsNow, Note: note, ReportedBy: actor.AccountID(), ReportedAt: s.now(),
	}
	if err := tx.Create(&report).Error; err != nil {
		return fmt.Errorf("record the jobs: %w", err)
	}
	return nil
}
