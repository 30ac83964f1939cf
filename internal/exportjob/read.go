package exportjob

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// purpose of links to files.
const purpose = "download"

// DownloadPath is before the tokens of files.
const DownloadPath = "/downloads/"

// Export reads one of the caller's, or reports problem.NotFound.
func (s *Service) Export(ctx context.Context, id uuid.UUID) (*models.ReportExport, error) {
	account, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	var rows []*models.ReportExport
	if err := s.db.WithContext(ctx).Where("id = ? and account_id = ?", id, account).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read an export: %w", err)
	}
	if len(rows) == 0 {
		return nil, problem.At("id", problem.NotFound, "there is no such export")
	}
	return rows[0], nil
}

// ByIDs gives those of the caller's exports that are named, in any order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.ReportExport, error) {
	return named[models.ReportExport](ctx, s, "report_exports", ids)
}

// SchedulesByIDs gives those of the caller's schedules that are named, in any order.
func (s *Service) SchedulesByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.ReportSchedule, error) {
	return named[models.ReportSchedule](ctx, s, "report_schedules", ids)
}

func named[T any](ctx context.Context, s *Service, table string, ids []uuid.UUID) ([]*T, error) {
	seen, args := auth.Where(auth.From(ctx), table, "", s.now())
	return database.Find[T](s.db.WithContext(ctx).Where(seen, args...).Where(table+".id in ?", ids), table)
}

// Link is where a file is fetched by whoever has it.
type Link struct {
	URL       string
	ExpiresAt time.Time
}

// Link of a file that is there, nil for others. It dies with the file, and when
// the account loses the right to read any of its brands.
func (s *Service) Link(e *models.ReportExport) *Link {
	now := s.now()
	if e.Status != models.ExportCompleted || e.ExpiresAt == nil || !e.ExpiresAt.After(now) || s.place.Links == nil {
		return nil
	}
	expires := now.Add(s.place.LinkFor)
	if e.ExpiresAt.Before(expires) {
		expires = *e.ExpiresAt
	}
	expires = expires.Truncate(time.Second)
	return &Link{s.place.URL + DownloadPath + s.place.Links.Sign(purpose, e.ID[:], expires), expires}
}

// File is what a link leads to.
type File struct {
	io.ReadSeekCloser

	Name, ContentType string
	At                time.Time
}

// Open gives the file of a link's token. It reports link.ErrBad, and no reason,
// where the link is not good any more or never was.
func (s *Service) Open(ctx context.Context, token string) (*File, error) {
	if s.place.Links == nil {
		return nil, link.ErrBad
	}
	now := s.now()
	payload, err := s.place.Links.Open(purpose, token, now)
	if err != nil || len(payload) != len(uuid.UUID{}) {
		return nil, link.ErrBad
	}
	var e models.ReportExport
	found := s.db.WithContext(ctx).Where("id = ?", uuid.UUID(payload)).Limit(1).Find(&e)
	if found.Error != nil {
		return nil, fmt.Errorf("read an export: %w", found.Error)
	}
	if found.RowsAffected == 0 || e.Status != models.ExportCompleted || !e.ExpiresAt.After(now) {
		return nil, link.ErrBad
	}
	if _, actor, err := s.rights(ctx, e.AccountID); err != nil {
		return nil, err
	} else if !maySee(actor, e.Brands) {
		return nil, link.ErrBad
	}
	f, err := os.Open(s.path(e.ID))
	if err != nil {
		return nil, fmt.Errorf("open the file of an export: %w", err)
	}
	return &File{ReadSeekCloser: f, Name: name(&e), ContentType: export.Format(e.Format).ContentType(), At: *e.FinishedAt}, nil
}

// name is what a file is saved as.
func name(e *models.ReportExport) string {
	return e.Report + "-" + e.CreatedAt.UTC().Format("2006-01-02-150405") + export.Format(e.Format).Extension()
}
