package exportjob_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// What the test binary is told when it stands in for a server to be killed.
const (
	doomedDSN    = "TRADEWIND_TEST_DOOMED_DSN"
	doomedDir    = "TRADEWIND_TEST_DOOMED_DIR"
	doomedExport = "TRADEWIND_TEST_DOOMED_EXPORT"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(doomedDSN); dsn != "" {
		fmt.Fprintln(os.Stderr, doomed(context.Background(), dsn, os.Getenv(doomedDir), uuid.MustParse(os.Getenv(doomedExport))))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// doomed makes a file that has no end.
func doomed(ctx context.Context, dsn, dir string, export uuid.UUID) error {
	db, err := database.Open(ctx, dsn, database.Options{})
	if err != nil {
		return err
	}
	now := func() time.Time { return began }
	service := exportjob.NewService(db.Gorm, now, table.Sources{"numbers": func(context.Context, json.RawMessage) (*table.Table, error) {
		return &table.Table{Title: "Numbers", Columns: []table.Column{{Name: "text", Kind: table.Text}}, Rows: func(yield func(table.Row, error) bool) {
			for yield(table.Row{strings.Repeat("half a file ", 100)}, nil) {
				continue
			}
		}}, nil
	}}, identity.NewService(db.Gorm, now).Rights)
	service.Use(exportjob.Place{Dir: dir, Keep: time.Hour})
	return service.Perform(ctx, export, 1)
}

// killed begins an export in another process, which is killed with -9 while it
// writes; it gives the file that is left.
func killed(t *testing.T, w *world, e *models.ReportExport) (part string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), doomedDSN+"="+w.db.Pool.Config().ConnString(), doomedDir+"="+w.dir, doomedExport+"="+e.ID.String())
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	part = filepath.Join(w.dir, e.ID.String()+".1.part")
	tick, late := time.NewTicker(20*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for {
		info, err := os.Stat(part)
		if err == nil && info.Size() > 0 && w.read(t, e).RowCount > 0 {
			break
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("it writes nothing")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it ended in order")
	}
	return part
}

func (w *world) files(t *testing.T) (names []string) {
	t.Helper()
	list, err := os.ReadDir(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		names = append(names, f.Name())
	}
	return names
}

// TestKilledInTheMiddleOfAnExport kills with -9 who makes a file. What is
// written until then is never given out; another begins anew and says so.
func TestKilledInTheMiddleOfAnExport(t *testing.T) {
	t.Parallel()
	t.Run("another_makes_it_anew", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		e := w.create(t, "{}")
		part := killed(t, w, e)
		left := w.read(t, e)
		if left.Status != models.ExportRunning || w.Link(left) != nil {
			t.Fatalf("%+v", left)
		}
		_, err := w.Open(t.Context(), w.place.Links.Sign("download", e.ID[:], w.now().Add(time.Hour)))
		if !errors.Is(err, link.ErrBad) {
			t.Errorf("half a file can be fetched: %v", err)
		}
		w.work(t) // who was killed might still be at work
		if got := w.read(t, e); got.Runs != 1 {
			t.Fatalf("%+v: it was begun again at once", got)
		}
		w.pass(time.Minute)
		told := int64(-1)
		w.rows = func(yield func(table.Row, error) bool) {
			told = w.read(t, e).RowCount
			if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("what the run before wrote is left: %v", err)
			}
			yield(table.Row{"whole"}, nil)
		}
		w.work(t)
		got := w.read(t, e)
		if told != 0 || got.Status != models.ExportCompleted || got.Runs != 2 || got.RowCount != 1 {
			t.Errorf("%d rows were told of in the beginning, %+v", told, got)
		}
		f, err := w.Open(t.Context(), token(w.Link(got)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if body, err := io.ReadAll(f); err != nil || string(body) != "text\r\nwhole\r\n" {
			t.Errorf("%.40q, %v", body, err)
		}
		if names := w.files(t); len(names) != 1 || names[0] != e.ID.String() {
			t.Errorf("%v lie there", names)
		}
		w.pass(8 * 24 * time.Hour)
		if _, err := w.Sweep(t.Context()); err != nil || len(w.files(t)) != 0 {
			t.Errorf("%v lie there after a week, %v", w.files(t), err)
		}
	})
	t.Run("it_is_cancelled_while_nobody_works_on_it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		e := w.create(t, "{}")
		killed(t, w, e)
		if _, err := w.Sweep(t.Context()); err != nil || len(w.files(t)) != 1 {
			t.Errorf("%v lie there, %v: it might still be written", w.files(t), err)
		}
		if _, err := w.Cancel(w.owner, e.ID); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		w.work(t)
		if got := w.read(t, e); got.Status != models.ExportCancelled || got.Runs != 1 || w.Link(got) != nil {
			t.Errorf("%+v", got)
		}
		if n, err := w.Sweep(t.Context()); err != nil || n != 1 || len(w.files(t)) != 0 {
			t.Errorf("%d files were swept, %v", n, err)
		}
	})
}

// TestExportThatKills takes every server with it that works on it and is not
// stopped before: it ends after some, so that they can serve.
func TestExportThatKills(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.create(t, "{}")
	// Each run claims it, and says nothing more.
	err := w.db.Gorm.Exec("update report_exports set status = 'RUNNING', runs = 8, stopped_runs = 3, row_count = 7, started_at = ?, due_at = ? where id = ?", w.now(), w.now(), e.ID).Error
	if err != nil {
		t.Fatal(err)
	}
	for run := range 9 {
		if err := os.WriteFile(filepath.Join(w.dir, fmt.Sprintf("%s.%d.part", e.ID, run)), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.rows = func(func(table.Row, error) bool) { t.Error("it is begun again") }
	w.work(t)
	if got := w.read(t, e); got.Status != models.ExportFailed || *got.Failure != "it could not be made" || got.DueAt != nil {
		t.Errorf("%+v", got)
	}
	if names := w.files(t); len(names) != 0 {
		t.Errorf("%v lie there", names)
	}
}
