package exportjob

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/robfig/cron/v3"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	maxSchedules = 50
	maxName      = 100
	maxURL       = 2000
	maxFolder    = 60
	// minPause is how close the runs of a schedule may lie.
	minPause = 15 * time.Minute
)

// Planned is what a schedule is to be.
type Planned struct {
	Wanted

	Name     string
	Days     models.ScheduleDays
	Cron     string
	TimeZone *time.Location
	// WebhookURL or Folder is where files are brought.
	WebhookURL, Folder *string
}

// fields of cron expressions: minute, hour, day of month, month, day of week.
var crons = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// next is when an expression comes true after a time; false for never.
func next(expression string, zone *time.Location, after time.Time) (time.Time, bool) {
	when, err := crons.Parse(expression)
	if err != nil || strings.Contains(expression, "=") {
		return time.Time{}, false
	}
	at := when.Next(after.In(zone))
	return at.UTC(), !at.IsZero()
}

// reckon sets when a schedule runs next after a time: never while it is paused.
func reckon(row *models.ReportSchedule, after time.Time) error {
	row.NextAt = nil
	if row.Paused {
		return nil
	}
	zone, err := time.LoadLocation(row.TimeZone)
	if err != nil {
		return fmt.Errorf("schedule %s: %w", row.ID, err)
	}
	at, ok := next(row.Cron, zone, after)
	if !ok {
		return fmt.Errorf("schedule %s: %s never comes true", row.ID, row.Cron)
	}
	row.NextAt = &at
	return nil
}

// tooOften looks at what an expression does for a while.
func tooOften(expression string, zone *time.Location, from time.Time) bool {
	for range 100 {
		at, ok := next(expression, zone, from)
		if !ok {
			return false
		}
		following, ok := next(expression, zone, at)
		if ok && following.Sub(at) < minPause {
			return true
		}
		from = at
	}
	return false
}

func (s *Service) validatePlan(ctx context.Context, p *Planned) error {
	refused := s.validate(ctx, &p.Wanted)
	at := func(field string, code problem.Code, message string) {
		refused = append(refused, problem.At("input."+field, code, message))
	}
	p.Name = strings.TrimSpace(p.Name)
	if p.Name == "" {
		at("name", problem.Required, "must not be empty")
	}
	if len([]rune(p.Name)) > maxName {
		at("name", problem.TooLong, fmt.Sprintf("must have at most %d characters", maxName))
	}
	if strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' }) {
		at("name", problem.Invalid, "must have no control characters")
	}
	if p.TimeZone == nil {
		p.TimeZone = time.UTC
	}
	if _, ok := next(p.Cron, p.TimeZone, s.now()); !ok {
		at("cron", problem.Invalid, "must be a cron expression of five fields that comes true, such as 0 7 * * 1 for Mondays at seven")
	} else if tooOften(p.Cron, p.TimeZone, s.now()) {
		at("cron", problem.OutOfRange, "must not come true more often than every 15 minutes")
	}
	if (p.WebhookURL == nil) == (p.Folder == nil) {
		at("webhookUrl", problem.Required, "name either a webhook or a folder")
	}
	if p.WebhookURL != nil {
		if u, err := url.Parse(*p.WebhookURL); err != nil || u.Scheme != "https" && (u.Scheme != "http" || !s.place.Inside) || u.Host == "" || u.User != nil || len(*p.WebhookURL) > maxURL {
			at("webhookUrl", problem.Invalid, "must be an https URL without a password")
		}
	}
	if p.Folder != nil {
		denied := mayPut(auth.From(ctx))
		switch {
		case denied != nil:
			at("folder", problem.NotAllowed, denied.Error())
		case s.place.Folder == "":
			at("folder", problem.NotAllowed, "no folder is set up on this server")
		case len([]rune(*p.Folder)) > maxFolder:
			at("folder", problem.TooLong, fmt.Sprintf("must have at most %d characters", maxFolder))
		case !filepath.IsLocal(*p.Folder) || strings.ContainsFunc(*p.Folder, func(r rune) bool { return r < ' ' }):
			at("folder", problem.Invalid, "must be a path below the server's folder")
		}
	}
	if len(refused) > 0 {
		return refused
	}
	return nil
}

// CreateSchedule has a report made again and again. Beside it is the secret
// that its webhook's bodies are signed with, empty for a folder.
func (s *Service) CreateSchedule(ctx context.Context, p Planned) (made *models.ReportSchedule, secret string, err error) {
	account, err := caller(ctx)
	if err == nil {
		err = s.available()
	}
	if err == nil {
		err = s.validatePlan(ctx, &p)
	}
	if err != nil {
		return nil, "", err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, "", err
	}
	now := s.now()
	made = &models.ReportSchedule{
		ID: id, AccountID: account, Name: p.Name, Report: p.Report, Arguments: p.Arguments, Days: p.Days, Format: string(p.Format),
		Language: p.Language, Cron: p.Cron, TimeZone: p.TimeZone.String(), WebhookURL: p.WebhookURL, Folder: p.Folder,
		CreatedAt: now, Version: 1,
	}
	if err := reckon(made, now); err != nil {
		return nil, "", err
	}
	if made.Days == "" {
		made.Days = models.DaysAsGiven
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := tx.Exec("select 1 from accounts where id = ? for update", account).Error; err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		var n int64
		if err := tx.Model(&models.ReportSchedule{}).Where("account_id = ?", account).Count(&n).Error; err != nil {
			return fmt.Errorf("count schedules: %w", err)
		}
		if n >= maxSchedules {
			return problem.New(problem.NotAllowed, fmt.Sprintf("there are %d schedules already: delete one", maxSchedules))
		}
		return tx.Create(made).Error
	})
	if err != nil {
		return nil, "", err
	}
	if made.WebhookURL != nil {
		secret = s.secret(made)
	}
	return made, secret, nil
}

// secret signs what is sent to a schedule's webhook, which others cannot tell
// from what another address was sent. It is made of the key of links.
func (s *Service) secret(row *models.ReportSchedule) string {
	return s.place.Links.Secret("report schedule", append(row.ID[:], *row.WebhookURL...))
}

// Begin asks for the files of schedules whose time has come, and tells how
// many. What was missed while no server ran is made once.
func (s *Service) Begin(ctx context.Context) (int, error) {
	if s.place.Dir == "" {
		return 0, nil
	}
	n, now := 0, s.now()
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		n = 0
		var due []*models.ReportSchedule
		err := tx.Raw(`
select *
from report_schedules
where next_at <= ?
order by next_at
limit 100
for update skip locked`, now).Scan(&due).Error
		if err != nil {
			return fmt.Errorf("find schedules: %w", err)
		}
		for _, row := range due {
			zone, err := time.LoadLocation(row.TimeZone)
			if err != nil {
				return err
			}
			arguments, err := within(row, now.In(zone))
			if err != nil {
				return err
			}
			_, err = s.createTx(tx, row.AccountID, &row.ID, Wanted{
				Report: row.Report, Arguments: arguments, Format: formatOf(row), Language: row.Language,
			}, now)
			if err != nil {
				return err
			}
			if err := reckon(row, now); err != nil {
				return err
			}
			row.LastRunAt = &now
			if err := tx.Model(row).Select("NextAt", "LastRunAt").Updates(row).Error; err != nil {
				return fmt.Errorf("keep the next run of a schedule: %w", err)
			}
			n++
		}
		return nil
	})
	return n, err
}

// within puts the days of a schedule among its arguments.
func within(row *models.ReportSchedule, now time.Time) (json.RawMessage, error) {
	from, to, ok := row.Days.Span(models.DateOf(now))
	if !ok {
		return row.Arguments, nil
	}
	arguments := map[string]any{}
	if err := json.Unmarshal(row.Arguments, &arguments); err != nil {
		return nil, err
	}
	where, _ := arguments["where"].(map[string]any)
	if where == nil {
		where = map[string]any{}
	}
	where["from"], where["to"] = from.String(), to.String()
	arguments["where"] = where
	if _, given := arguments["timeZone"]; !given {
		arguments["timeZone"] = row.TimeZone
	}
	return json.Marshal(arguments)
}

// note keeps what went wrong with the last run of a schedule, nothing where
// all is well.
func (s *Service) note(ctx context.Context, schedule uuid.UUID, text string) {
	var said *string
	if text != "" {
		said = &text
	}
	_ = s.db.WithContext(ctx).Model(&models.ReportSchedule{}).Where("id = ?", schedule).Update("last_error", said).Error
}
