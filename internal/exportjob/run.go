package exportjob

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// lease is how long a run may say nothing before another takes over.
	lease = time.Minute
	// tellEvery is how often a run tells how far it has come, and asks whether
	// it is still wanted.
	tellEvery = time.Second
	// maxAttempts is how often a file is begun that never ends, beside runs whose
	// server was stopped in order.
	maxAttempts = 5
	// afterFault is the pause after the first failed run; later ones are longer.
	afterFault = 15 * time.Second
)

// errUnwanted ends a run whose export was cancelled or taken over.
var errUnwanted = errors.New("the export is not wanted any more")

// errKilled ends an export that took its server with it again and again.
var errKilled = errors.New("the export was begun too often")

// Perform does what is next for an export, unless its run was begun by somebody
// else: it makes the file, or brings it where its schedule says. What fails is
// tried again later; what is cut off by the end of ctx is as well, and that
// however often.
func (s *Service) Perform(ctx context.Context, id uuid.UUID, run int32) error {
	e, err := s.claim(ctx, id, run)
	if err != nil || e == nil {
		return err
	}
	if e.Status == models.ExportCompleted {
		return s.bring(ctx, e)
	}
	// Runs that were killed could not say so themselves.
	if err = errKilled; e.Attempts() <= maxAttempts {
		err = s.make(ctx, e)
	}
	stopped := errors.Is(ctx.Err(), context.Canceled)
	// What is known must be kept, even when all is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errUnwanted):
		return os.RemoveAll(s.part(e))
	case stopped && !errors.Is(err, errKilled):
		return errors.Join(s.stopped(ctx, e), os.RemoveAll(s.part(e)))
	default:
		return errors.Join(s.failed(ctx, e, err), os.RemoveAll(s.part(e)), s.clear(e))
	}
}

// claim begins a run, from its first row; nil where it is begun or not wanted.
func (s *Service) claim(ctx context.Context, id uuid.UUID, run int32) (*models.ReportExport, error) {
	var rows []*models.ReportExport
	now := s.now()
	err := s.db.WithContext(ctx).Raw(`
update report_exports
set runs = ?, due_at = ?, started_at = coalesce(started_at, ?),
  row_count = case status when 'COMPLETED' then row_count else 0 end,
  status = case status when 'QUEUED' then 'RUNNING' else status end
where id = ? and runs = ? and due_at is not null
returning *`, run, now.Add(lease), now, id, run-1).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("begin an export: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // nothing is to be done
	}
	return rows[0], nil
}

func (s *Service) part(e *models.ReportExport) string { return s.partOf(e, e.Runs) }

func (s *Service) partOf(e *models.ReportExport, run int32) string {
	return fmt.Sprintf("%s.%d.part", s.path(e.ID), run)
}

// clear deletes what runs left behind that were killed. One that only hung
// finds out that it does not count any more.
func (s *Service) clear(e *models.ReportExport) error {
	for run := range e.Runs {
		if err := os.RemoveAll(s.partOf(e, run)); err != nil {
			return err
		}
	}
	return nil
}

// make writes the file.
func (s *Service) make(ctx context.Context, e *models.ReportExport) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	asked, actor, err := s.rights(ctx, e.AccountID)
	if err != nil {
		return err
	}
	asked = market.With(asked, market.Context{Country: market.DefaultCountry, Languages: []string{e.Language}})
	brands := brandsOf(actor)
	t, err := s.sources.Open(asked, e.Report, e.Arguments)
	if err != nil {
		return err
	}
	if err := errors.Join(s.disk.folder(s.place.Dir), s.clear(e)); err != nil {
		return err
	}
	f, err := os.OpenFile(s.part(e), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 256<<10)
	var come atomic.Int64
	quiet := s.heartbeat(ctx, e, &come, stop)
	rows, err := export.Write(asked, out, export.Format(e.Format), t, export.Options{BOM: e.BOM, Progress: come.Store})
	quiet()
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err == nil {
		err = out.Flush()
	}
	info, statErr := f.Stat()
	if err = errors.Join(err, statErr, s.disk.keep(f)); err != nil {
		return err
	}
	return s.completed(ctx, e, brands, rows, info.Size())
}

// heartbeat keeps how far a run has come, also while its first row is waited
// for, and stops a run that is not wanted any more.
func (s *Service) heartbeat(ctx context.Context, e *models.ReportExport, come *atomic.Int64, stop context.CancelCauseFunc) (quiet func()) {
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			err := still(s.db.WithContext(ctx), e, map[string]any{"row_count": come.Load(), "due_at": s.now().Add(lease)})
			if errors.Is(err, errUnwanted) {
				stop(err)
				return
			}
		}
	}()
	return func() { close(ended); <-done }
}

// still writes what has become of a run while it is the one that counts.
func still(db *gorm.DB, e *models.ReportExport, changes map[string]any) error {
	done := db.Model(&models.ReportExport{}).
		Where("id = ? and runs = ? and status = ?", e.ID, e.Runs, models.ExportRunning).Updates(changes)
	if done.Error != nil {
		return fmt.Errorf("keep the state of an export: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return errUnwanted
	}
	return nil
}

// completed puts the file in its place for good and says so, unless another run
// has taken over: the row is locked meanwhile.
func (s *Service) completed(ctx context.Context, e *models.ReportExport, brands string, rows, size int64) error {
	now := s.now()
	changes := map[string]any{
		"status": models.ExportCompleted, "brands": brands, "row_count": rows, "size_bytes": size,
		"finished_at": now, "expires_at": now.Add(s.place.Keep), "due_at": nil,
	}
	if e.ScheduleID != nil {
		changes["due_at"] = now // to be brought
	}
	return database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := still(tx, e, changes); err != nil {
			return err
		}
		root, err := os.OpenRoot(s.place.Dir)
		if err != nil {
			return err
		}
		defer root.Close()
		return s.disk.rename(root, filepath.Base(s.part(e)), e.ID.String())
	})
}

// stopped leaves an export to the next server: it is not what ended its run.
func (s *Service) stopped(ctx context.Context, e *models.ReportExport) error {
	err := s.again(ctx, e, s.now(), e.StoppedRuns+1)
	if errors.Is(err, errUnwanted) {
		return nil
	}
	return err
}

// again has an export begun anew.
func (s *Service) again(ctx context.Context, e *models.ReportExport, at time.Time, stopped int32) error {
	return still(s.db.WithContext(ctx), e, map[string]any{
		"status": models.ExportQueued, "due_at": at, "row_count": 0, "stopped_runs": stopped,
	})
}

// failed ends an export that cannot be made, and has others begun again later.
func (s *Service) failed(ctx context.Context, e *models.ReportExport, err error) error {
	now := s.now()
	var denied *problem.Denied
	var bad *problem.BadInput
	text := ""
	switch {
	case errors.As(err, &denied):
		text = "the account may not read this report any more"
	case errors.As(err, &bad):
		text = bad.Error()
	case e.Attempts() >= maxAttempts:
		text = "it could not be made"
	}
	if text == "" {
		return errors.Join(err, s.again(ctx, e, now.Add(afterFault*time.Duration(e.Attempts())), e.StoppedRuns))
	}
	if e.ScheduleID != nil {
		s.note(ctx, *e.ScheduleID, text)
	}
	lost := still(s.db.WithContext(ctx), e, map[string]any{"status": models.ExportFailed, "failure": text, "due_at": nil, "finished_at": now})
	if errors.Is(lost, errUnwanted) {
		lost = nil
	}
	return lost
}

// Due are exports to be worked on, with the number of their next run. Each is
// given out again only after a while.
func (s *Service) Due(ctx context.Context, most int) ([]Job, error) {
	now := s.now()
	var jobs []Job
	err := s.db.WithContext(ctx).Raw(`
update report_exports
set due_at = ?
where id in (
  select id
  from report_exports
  where due_at <= ?
  order by due_at
  limit ?
  for update skip locked
)
returning id, runs + 1 as run`, now.Add(lease), now, most).Scan(&jobs).Error
	if err != nil {
		return nil, fmt.Errorf("find exports to be made: %w", err)
	}
	return jobs, nil
}

// Job names the run of an export.
type Job struct {
	ID  uuid.UUID `json:"id"`
	Run int32     `json:"run"`
}

// Sweep deletes files that have expired, and those that nobody knows of, and
// forgets exports a while later. It tells how many files it deleted.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	if s.place.Dir == "" {
		return 0, nil
	}
	db, now := s.db.WithContext(ctx), s.now()
	err := db.Model(&models.ReportExport{}).Where("status = ? and expires_at <= ?", models.ExportCompleted, now).
		Updates(map[string]any{"status": models.ExportExpired, "due_at": nil}).Error
	if err == nil {
		err = db.Where("finished_at < ?", now.Add(-forgetAfter)).Delete(&models.ReportExport{}).Error
	}
	if err != nil {
		return 0, fmt.Errorf("end exports: %w", err)
	}
	return s.tidy(db)
}

// forgetAfter is how long the row of an export outlives its end.
const forgetAfter = 90 * 24 * time.Hour

// tidy deletes files that no completed export has, and no run can be writing.
func (s *Service) tidy(db *gorm.DB) (int, error) {
	files, err := os.ReadDir(s.place.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var rows []models.ReportExport
	err = db.Select("id, status").Where("status in ?", []models.ExportStatus{models.ExportCompleted, models.ExportRunning}).Find(&rows).Error
	if err != nil {
		return 0, fmt.Errorf("list exports: %w", err)
	}
	known := make(map[string]models.ExportStatus, len(rows))
	for _, e := range rows {
		known[e.ID.String()] = e.Status
	}
	n := 0
	for _, f := range files {
		id, part, _ := strings.Cut(f.Name(), ".")
		if status := known[id]; status == models.ExportRunning || status == models.ExportCompleted && part == "" {
			continue
		}
		if err := os.Remove(filepath.Join(s.place.Dir, f.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return n, err
		}
		n++
	}
	return n, nil
}
