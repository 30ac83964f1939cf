package models

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// ExportStatus says how far a file of a report has come.
type ExportStatus string

// Statuses of exports.
const (
	ExportQueued    ExportStatus = "QUEUED"
	ExportRunning   ExportStatus = "RUNNING"
	ExportCompleted ExportStatus = "COMPLETED"
	ExportFailed    ExportStatus = "FAILED"
	ExportCancelled ExportStatus = "CANCELLED"
	// ExportExpired: its file is deleted.
	ExportExpired ExportStatus = "EXPIRED"
)

// ReportExport is a file of a report, asked for by an account or a schedule of its.
type ReportExport struct {
	ID         uuid.UUID `gorm:"primaryKey"`
	AccountID  uuid.UUID
	ScheduleID *uuid.UUID
	Report     string
	Arguments  json.RawMessage `gorm:"type:jsonb"`
	// Format is one of package export.
	Format   string
	Language string
	BOM      bool
	Status   ExportStatus
	// Brands are those whose figures it has, separated by commas; * is all.
	Brands    string
	RowCount  int64
	SizeBytes int64
	// Failure is for people, and tells nothing of the inside.
	Failure *string
	// Runs is how often work on it was begun, DueAt when it is to be begun the
	// next time; nil where nothing is left to do.
	Runs int32
	// StoppedRuns are those that ended since their server was stopped in order.
	StoppedRuns int32
	DueAt       *time.Time
	CreatedAt   time.Time
	StartedAt   *time.Time
	FinishedAt  *time.Time
	DeliveredAt *time.Time
	ExpiresAt   *time.Time
}

// Attempts are the runs that say something against it.
func (e ReportExport) Attempts() int32 { return e.Runs - e.StoppedRuns }

// GlobalID is the opaque id of the API.
func (e ReportExport) GlobalID() string { return globalid.Encode(globalid.ReportExport, e.ID) }

// ReportSchedule is a report that is made again and again, and brought to somebody.
type ReportSchedule struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	AccountID uuid.UUID
	Name      string
	Report    string
	Arguments json.RawMessage `gorm:"type:jsonb"`
	// Days are those that each file is about, reckoned when it is made.
	Days     ScheduleDays
	Format   string
	Language string
	Cron     string
	TimeZone string
	// WebhookURL or Folder is where files are brought.
	WebhookURL *string
	Folder     *string
	Paused     bool
	// NextAt is nil while it is paused.
	NextAt    *time.Time
	LastRunAt *time.Time
	LastError *string
	CreatedAt time.Time
	Version   int32
}

// GlobalID is the opaque id of the API.
func (s ReportSchedule) GlobalID() string { return globalid.Encode(globalid.ReportSchedule, s.ID) }

// ScheduleDays are days seen from the day on which a file is made.
type ScheduleDays string

// Days of scheduled reports.
const (
	// DaysAsGiven leaves the days to the arguments.
	DaysAsGiven     ScheduleDays = "AS_GIVEN"
	DaysYesterday   ScheduleDays = "YESTERDAY"
	DaysLastSeven   ScheduleDays = "LAST_7_DAYS"
	DaysLastWeek    ScheduleDays = "LAST_WEEK"
	DaysThisMonth   ScheduleDays = "MONTH_TO_DATE"
	DaysLastMonth   ScheduleDays = "LAST_MONTH"
	DaysLastQuarter ScheduleDays = "LAST_QUARTER"
	DaysThisYear    ScheduleDays = "YEAR_TO_DATE"
)

// Span gives the first and the last of the days, both included, seen from a
// day; false where the arguments say it. Weeks begin on Monday.
func (d ScheduleDays) Span(today Date) (from, to Date, ok bool) {
	month := Date{today.Year, today.Month, 1}
	quarter := Date{today.Year, (today.Month-1)/3*3 + 1, 1}
	switch d {
	case DaysYesterday:
		return today.AddDays(-1), today.AddDays(-1), true
	case DaysLastSeven:
		return today.AddDays(-7), today.AddDays(-1), true
	case DaysLastWeek:
		monday := today.AddDays(-int(today.Time().Weekday()+6) % 7)
		return monday.AddDays(-7), monday.AddDays(-1), true
	case DaysThisMonth:
		return month, today, true
	case DaysLastMonth:
		return DateOf(month.Time().AddDate(0, -1, 0)), month.AddDays(-1), true
	case DaysLastQuarter:
		return DateOf(quarter.Time().AddDate(0, -3, 0)), quarter.AddDays(-1), true
	case DaysThisYear:
		return Date{today.Year, time.January, 1}, today, true
	case DaysAsGiven:
	}
	return Date{}, Date{}, false
}
