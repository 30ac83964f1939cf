package exportjob

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Edit is a change of a schedule. What is not given stays.
type Edit struct {
	Name, Report *string
	// Arguments that are emptied are none.
	Arguments patch.Field[json.RawMessage]
	Days      *models.ScheduleDays
	Format    *export.Format
	Language  *string
	Cron      *string
	TimeZone  *time.Location
	// A webhook that is named takes the place of a folder, and the other way round.
	WebhookURL, Folder patch.Field[string]
	Paused             *bool
}

// onto is what a schedule would be.
func (e *Edit) onto(row *models.ReportSchedule) (Planned, error) {
	zone, err := time.LoadLocation(row.TimeZone)
	if err != nil {
		return Planned{}, fmt.Errorf("schedule %s: %w", row.ID, err)
	}
	p := Planned{
		Wanted: Wanted{Report: row.Report, Arguments: row.Arguments, Format: formatOf(row), Language: row.Language},
		Name:   row.Name, Days: row.Days, Cron: row.Cron, TimeZone: zone, WebhookURL: row.WebhookURL, Folder: row.Folder,
	}
	put(&p.Name, e.Name)
	put(&p.Report, e.Report)
	put(&p.Days, e.Days)
	put(&p.Format, e.Format)
	put(&p.Language, e.Language)
	put(&p.Cron, e.Cron)
	if e.Arguments.Given {
		p.Arguments, _ = e.Arguments.Set()
	}
	if e.TimeZone != nil {
		p.TimeZone = e.TimeZone
	}
	if e.WebhookURL.To != nil {
		p.Folder = nil
	}
	if e.Folder.To != nil {
		p.WebhookURL = nil
	}
	if e.WebhookURL.Given {
		p.WebhookURL = e.WebhookURL.To
	}
	if e.Folder.Given {
		p.Folder = e.Folder.To
	}
	return p, nil
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// UpdateSchedule changes a schedule of the caller's, which as a whole must be
// what could be made anew. The next run is reckoned from now where its time
// changed or it goes on, else it stays. Beside it is the secret of its webhook
// where the address changed, empty otherwise.
func (s *Service) UpdateSchedule(ctx context.Context, id uuid.UUID, version int32, e Edit) (row *models.ReportSchedule, secret string, err error) {
	account, err := caller(ctx)
	if err == nil {
		err = s.available()
	}
	if err == nil {
		row, err = ownSchedule(s.db.WithContext(ctx), account, id, version, "")
	}
	if err != nil {
		return nil, "", err
	}
	// The report is opened before the row is locked: that asks the database.
	plan, err := e.onto(row)
	if err == nil {
		err = s.validatePlan(ctx, &plan)
	}
	if err != nil {
		return nil, "", err
	}
	address := row.WebhookURL
	row, err = s.change(ctx, id, version, func(tx *gorm.DB, row *models.ReportSchedule) error {
		if err := s.replan(row, &plan, e.Paused); err != nil {
			return err
		}
		row.Version++
		done := tx.Model(row).Select(
			"Name", "Report", "Arguments", "Days", "Format", "Language", "Cron", "TimeZone", "WebhookURL", "Folder", "Paused", "NextAt", "LastError", "Version",
		).Updates(row)
		return done.Error
	})
	if err != nil {
		return nil, "", err
	}
	if row.WebhookURL != nil && (address == nil || *address != *row.WebhookURL) {
		secret = s.secret(row)
	}
	return row, secret, nil
}

// replan sets a schedule to a plan that is good, and when it runs next.
func (s *Service) replan(row *models.ReportSchedule, p *Planned, paused *bool) error {
	rested, stays := row.Paused, row.Cron == p.Cron && row.TimeZone == p.TimeZone.String()
	row.Name, row.Report, row.Arguments, row.Days = p.Name, p.Report, p.Arguments, p.Days
	row.Format, row.Language, row.Cron, row.TimeZone = string(p.Format), p.Language, p.Cron, p.TimeZone.String()
	row.WebhookURL, row.Folder = p.WebhookURL, p.Folder
	put(&row.Paused, paused)
	if rested && !row.Paused {
		row.LastError = nil
	}
	if rested == row.Paused && stays {
		return nil
	}
	return reckon(row, s.now())
}

// ownSchedule is a schedule of an account's as it was read by it, locked where
// that is asked for.
func ownSchedule(db *gorm.DB, account, id uuid.UUID, version int32, lock string) (*models.ReportSchedule, error) {
	var row models.ReportSchedule
	found := db.Raw("select * from report_schedules where id = ? and account_id = ? "+lock, id, account).Scan(&row)
	switch {
	case found.Error != nil:
		return nil, fmt.Errorf("read the schedule: %w", found.Error)
	case found.RowsAffected == 0:
		return nil, problem.At("input.reportScheduleId", problem.NotFound, "there is no such schedule")
	case row.Version != version:
		return nil, problem.At("input.expectedVersion", problem.VersionConflict, fmt.Sprintf("this is version %d by now: read it again", row.Version))
	}
	return &row, nil
}

// Pause stops a schedule of the caller's, or lets it go on from now.
func (s *Service) Pause(ctx context.Context, id uuid.UUID, version int32, paused bool) (*models.ReportSchedule, error) {
	return s.change(ctx, id, version, func(tx *gorm.DB, row *models.ReportSchedule) error {
		row.Paused = paused
		if !paused {
			row.LastError = nil
		}
		if err := reckon(row, s.now()); err != nil {
			return err
		}
		row.Version++
		return tx.Model(row).Select("Paused", "NextAt", "LastError", "Version").Updates(row).Error
	})
}

// DeleteSchedule ends a schedule of the caller's, with its files.
func (s *Service) DeleteSchedule(ctx context.Context, id uuid.UUID, version int32) (*models.ReportSchedule, error) {
	return s.change(ctx, id, version, func(tx *gorm.DB, row *models.ReportSchedule) error { return tx.Delete(row).Error })
}

func (s *Service) change(
	ctx context.Context, id uuid.UUID, version int32, change func(*gorm.DB, *models.ReportSchedule) error,
) (row *models.ReportSchedule, err error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if row, err = ownSchedule(tx, account, id, version, "for update"); err != nil {
			return err
		}
		return change(tx, row)
	})
	if err != nil {
		return nil, err
	}
	return row, nil
}
