package exportjob

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// maxOpen is how many exports of an account wait or run at once.
	maxOpen = 10
	// maxArguments bounds the arguments of a report, in bytes.
	maxArguments = 64 << 10
)

// Wanted is what a file is to be.
type Wanted struct {
	Report    string
	Arguments json.RawMessage
	Format    export.Format
	// Language of names, as a BCP 47 tag; English where empty.
	Language string
	BOM      bool
}

// Validate collects what is wrong, and gives what is to be kept.
func (s *Service) validate(ctx context.Context, w *Wanted) problem.List {
	var refused problem.List
	if w.Language == "" {
		w.Language = "en"
	}
	if _, err := language.Parse(w.Language); err != nil {
		refused = append(refused, problem.At("input.language", problem.Invalid, "must be a BCP 47 tag such as en or zh-CN"))
	}
	if len(w.Arguments) == 0 {
		w.Arguments = json.RawMessage("{}")
	}
	if len(w.Arguments) > maxArguments {
		return append(refused, problem.At("input.arguments", problem.TooLong, "must have at most 64 KiB"))
	}
	if _, err := s.sources.Open(ctx, w.Report, w.Arguments); err != nil {
		refused = append(refused, refusal(err))
	}
	return refused
}

// refusal is a report's error as that of an input.
func refusal(err error) *problem.Problem {
	bad := (*problem.BadInput)(nil)
	if !errors.As(err, &bad) {
		return problem.At("input.arguments", problem.Invalid, "the report cannot be made of them")
	}
	field := "input.arguments"
	if bad.Argument == "report" {
		field = "input.report"
	}
	return problem.At(field, problem.Invalid, bad.Error())
}

// Create asks for a file, which is made soon after.
func (s *Service) Create(ctx context.Context, w Wanted) (*models.ReportExport, error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.available(); err != nil {
		return nil, err
	}
	if refused := s.validate(ctx, &w); len(refused) > 0 {
		return nil, refused
	}
	var made *models.ReportExport
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		// The account's row makes requests of one account queue up.
		if err := tx.Exec("select 1 from accounts where id = ? for update", account).Error; err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		var open int64
		err := tx.Model(&models.ReportExport{}).
			Where("account_id = ? and status in ?", account, []models.ExportStatus{models.ExportQueued, models.ExportRunning}).Count(&open).Error
		if err != nil {
			return fmt.Errorf("count exports: %w", err)
		}
		if open >= maxOpen {
			return problem.New(problem.NotAllowed, fmt.Sprintf("%d exports are under way: wait for one, or cancel it", maxOpen))
		}
		made, err = s.createTx(tx, account, nil, w, s.now())
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Service) createTx(tx *gorm.DB, account uuid.UUID, schedule *uuid.UUID, w Wanted, now time.Time) (*models.ReportExport, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	made := &models.ReportExport{
		ID: id, AccountID: account, ScheduleID: schedule, Report: w.Report, Arguments: w.Arguments, Format: string(w.Format),
		Language: w.Language, BOM: w.BOM, Status: models.ExportQueued, DueAt: &now, CreatedAt: now,
	}
	if err := tx.Create(made).Error; err != nil {
		return nil, fmt.Errorf("keep the export: %w", err)
	}
	return made, nil
}

// Cancel ends an export of the caller's that has not ended. What works on it
// stops within moments.
func (s *Service) Cancel(ctx context.Context, id uuid.UUID) (*models.ReportExport, error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	var row models.ReportExport
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		found := tx.Raw("select * from report_exports where id = ? and account_id = ? for update", id, account).Scan(&row)
		switch {
		case found.Error != nil:
			return fmt.Errorf("read the export: %w", found.Error)
		case found.RowsAffected == 0:
			return problem.At("input.reportExportId", problem.NotFound, "there is no such export")
		case row.Status == models.ExportCancelled:
			return nil
		case row.Status != models.ExportQueued && row.Status != models.ExportRunning:
			return problem.At("input.reportExportId", problem.Conflict, "it has ended already")
		}
		row.Status, row.DueAt, row.FinishedAt = models.ExportCancelled, nil, new(s.now())
		return tx.Model(&row).Select("Status", "DueAt", "FinishedAt").Updates(&row).Error
	})
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// rights are those of an account for which something is done later.
func (s *Service) rights(ctx context.Context, account uuid.UUID) (context.Context, *auth.Actor, error) {
	actor, err := s.actors(ctx, account)
	if err != nil {
		return nil, nil, err
	}
	return auth.With(ctx, actor), actor, nil
}
