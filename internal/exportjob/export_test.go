package exportjob_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

func token(l *exportjob.Link) string {
	_, token, _ := strings.Cut(l.URL, exportjob.DownloadPath)
	return token
}

func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(t, `{"a": 1}`)
	if made.Status != models.ExportQueued || w.Link(made) != nil {
		t.Errorf("%+v", made)
	}
	w.work(t)
	e := w.read(t, made)
	if e.Status != models.ExportCompleted || e.RowCount != 2 || e.SizeBytes == 0 || e.DueAt != nil || e.Brands != w.brand.ID.String() {
		t.Fatalf("%+v", e)
	}
	got := w.Link(e)
	if got == nil || !strings.HasPrefix(got.URL, "https://api.example/downloads/") || got.ExpiresAt != began.Add(24*time.Hour) || len(got.URL) > 150 {
		t.Fatalf("%+v", got)
	}
	f, err := w.Open(t.Context(), token(got))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	body, err := io.ReadAll(f)
	if err != nil || string(body) != "text\r\n\"{\"\"a\"\": 1}\"\r\n'=two\r\n" || f.Name != "numbers-2026-11-23-093000.csv" || f.ContentType != "text/csv; charset=utf-8" {
		t.Errorf("%q, %+v, %v", body, f, err)
	}
	if info, err := os.Stat(w.dir + "/" + e.ID.String()); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

func TestExportOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.create(t, "{}")
	w.work(t)
	rival := fixture.Brand(t, w.db.Gorm, "rival")
	colleague := member(t, w, w.brand, models.RoleOwner)
	for name, actor := range map[string]*auth.Actor{
		"another brand's": member(t, w, rival, models.RoleOwner), "a colleague": colleague, "an operator": fixture.Operator(t, w.db.Gorm),
	} {
		ctx := auth.With(t.Context(), actor)
		_, err := w.Export(ctx, made.ID)
		refused(t, err, "id", problem.NotFound)
		_, err = w.Cancel(ctx, made.ID)
		refused(t, err, "input.reportExportId", problem.NotFound)
		if page, err := w.Exports(ctx, exportjob.Filter{}, exportjob.Newest, false, paging.Args{Default: 20, Max: 100}); err != nil || len(page.Edges) != 0 {
			t.Errorf("%s sees %d exports, %v", name, len(page.Edges), err)
		}
	}
	for _, ctx := range []context.Context{t.Context(), auth.With(t.Context(), auth.System()), auth.With(t.Context(), fixture.Shopper(t, w.db.Gorm, "s"))} {
		var denied *problem.Denied
		if _, err := w.Exports(ctx, exportjob.Filter{}, exportjob.Newest, false, paging.Args{Default: 20, Max: 100}); !errors.As(err, &denied) {
			t.Errorf("%v", err)
		}
		if _, err := w.Create(ctx, exportjob.Wanted{Report: "numbers", Format: "CSV"}); !errors.As(err, &denied) {
			t.Errorf("%v", err)
		}
	}
}

func TestLinksThatAreNotGood(t *testing.T) {
	t.Parallel()
	bad := func(t *testing.T, w *world, token string) {
		t.Helper()
		if _, err := w.Open(t.Context(), token); !errors.Is(err, link.ErrBad) {
			t.Errorf("%v", err)
		}
	}
	done := func(t *testing.T) (*world, *models.ReportExport, string) {
		t.Helper()
		w := newWorld(t)
		e := w.create(t, "{}")
		w.work(t)
		e = w.read(t, e)
		return w, e, token(w.Link(e))
	}
	t.Run("altered", func(t *testing.T) {
		t.Parallel()
		w, _, good := done(t)
		for _, other := range []string{"", "x", good[1:], good[:len(good)-1], strings.ToUpper(good), good + "A"} {
			bad(t, w, other)
		}
		bad(t, w, w.place.Links.Sign("chart", []byte("0123456789abcdef"), w.now().Add(time.Hour)))
		bad(t, w, w.place.Links.Sign("download", []byte("0123456789abcdef"), w.now().Add(time.Hour)))
		bad(t, w, w.place.Links.Sign("download", []byte("short"), w.now().Add(time.Hour)))
	})
	t.Run("expired", func(t *testing.T) {
		t.Parallel()
		w, e, good := done(t)
		w.pass(24 * time.Hour)
		bad(t, w, good)
		again := token(w.Link(e))
		w.pass(6*24*time.Hour - 2*time.Hour)
		last := w.Link(e)
		if last.ExpiresAt != *e.ExpiresAt {
			t.Errorf("the last link outlives the file: %v", last.ExpiresAt)
		}
		w.pass(2 * time.Hour)
		if w.Link(e) != nil {
			t.Error("a file that has expired has a link")
		}
		bad(t, w, again)
		bad(t, w, token(last))
	})
	t.Run("of_a_file_that_is_deleted", func(t *testing.T) {
		t.Parallel()
		w, e, _ := done(t)
		w.pass(7 * 24 * time.Hour)
		if n, err := w.Sweep(t.Context()); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if left, _ := os.ReadDir(w.dir); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
		if e = w.read(t, e); e.Status != models.ExportExpired || w.Link(e) != nil {
			t.Errorf("%+v", e)
		}
		bad(t, w, w.place.Links.Sign("download", e.ID[:], w.now().Add(time.Hour)))
		w.pass(90 * 24 * time.Hour)
		if _, err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Export(w.owner, e.ID); err == nil {
			t.Error("it is not forgotten")
		}
	})
	t.Run("of_one_who_left_the_brand", func(t *testing.T) {
		t.Parallel()
		w, _, good := done(t)
		ctx := database.AcrossBrands(t.Context(), database.Memberships)
		err := w.db.Gorm.WithContext(ctx).Where("account_id = ?", w.id.Account.ID).Delete(&models.Membership{}).Error
		if err != nil {
			t.Fatal(err)
		}
		bad(t, w, good)
	})
}

func TestExportsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, wanted := range map[string]exportjob.Wanted{
		"input.report":    {Report: "weather", Format: "CSV"},
		"input.arguments": {Report: "numbers", Format: "CSV", Arguments: json.RawMessage(`{"bad": 1}`)},
		"input.language":  {Report: "numbers", Format: "CSV", Language: "no tag"},
	} {
		_, err := w.Create(w.owner, wanted)
		refused(t, err, field, problem.Invalid)
	}
	_, err := w.Create(w.owner, exportjob.Wanted{Report: "numbers", Format: "CSV", Arguments: json.RawMessage(`"` + strings.Repeat("x", 64<<10) + `"`)})
	refused(t, err, "input.arguments", problem.TooLong)
	for range 10 {
		w.create(t, "{}")
	}
	_, err = w.Create(w.owner, exportjob.Wanted{Report: "numbers", Format: "CSV"})
	refused(t, err, "", problem.NotAllowed)
	w.work(t)
	w.create(t, "{}")
	w.Use(exportjob.Place{})
	_, err = w.Create(w.owner, exportjob.Wanted{Report: "numbers", Format: "CSV"})
	refused(t, err, "", problem.NotAllowed)
}

func TestExportThatIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waiting := w.create(t, "{}")
	if _, err := w.Cancel(w.owner, waiting.ID); err != nil {
		t.Fatal(err)
	}
	w.work(t)
	if e := w.read(t, waiting); e.Status != models.ExportCancelled || e.Runs != 0 {
		t.Errorf("%+v", e)
	}
	if _, err := w.Cancel(w.owner, waiting.ID); err != nil {
		t.Errorf("again: %v", err)
	}

	running := w.create(t, "{}")
	w.rows = func(yield func(table.Row, error) bool) {
		if _, err := w.Cancel(w.owner, running.ID); err != nil {
			t.Error(err)
		}
		for yield(table.Row{"on and on"}, nil) {
			continue
		}
	}
	w.work(t)
	if e := w.read(t, running); e.Status != models.ExportCancelled {
		t.Errorf("%+v", e)
	}
	if left, _ := os.ReadDir(w.dir); len(left) != 0 {
		t.Errorf("%v is left", left)
	}

	w.rows = nil
	done := w.create(t, "{}")
	w.work(t)
	_, err := w.Cancel(w.owner, done.ID)
	refused(t, err, "input.reportExportId", problem.Conflict)
}

func TestExportsOutliveTheirServer(t *testing.T) {
	t.Parallel()
	t.Run("that_stops", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		e := w.create(t, "{}")
		// More often than a file is begun whose servers are killed.
		for run := range int32(7) {
			ctx, stop := context.WithCancelCause(t.Context())
			w.rows = func(yield func(table.Row, error) bool) {
				stop(errors.New("the server is stopped"))
				for yield(table.Row{"again"}, nil) {
					continue
				}
			}
			if err := w.Perform(ctx, e.ID, run+1); err != nil {
				t.Error(err)
			}
			if got := w.read(t, e); got.Status != models.ExportQueued || got.RowCount != 0 || !got.DueAt.Equal(w.now()) || len(w.files(t)) != 0 {
				t.Fatalf("%+v, %v lie there", got, w.files(t))
			}
		}
		w.rows = nil
		w.work(t)
		if got := w.read(t, e); got.Status != models.ExportCompleted || got.Runs != 8 || got.RowCount != 2 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("that_is_killed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		e := w.create(t, "{}")
		var late error
		w.rows = func(yield func(table.Row, error) bool) {
			// While this run hangs, another takes over.
			w.rows = nil
			w.pass(2 * time.Minute)
			w.work(t)
			yield(table.Row{"too late"}, nil)
		}
		late = w.Perform(t.Context(), e.ID, 1)
		if late != nil {
			t.Error(late)
		}
		got := w.read(t, e)
		if got.Status != models.ExportCompleted || got.Runs != 2 || got.RowCount != 2 {
			t.Errorf("%+v", got)
		}
		if err := w.Perform(t.Context(), e.ID, 1); err != nil {
			t.Errorf("a run that was done: %v", err)
		}
		f, err := w.Open(t.Context(), token(w.Link(got)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if body, _ := io.ReadAll(f); strings.Contains(string(body), "too late") {
			t.Error("the file is that of the run that hung")
		}
	})
}

func TestExportThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.create(t, "{}")
	w.rows = table.Failed(errors.New("the database is away"))
	for run := range int32(5) {
		_ = w.Perform(t.Context(), e.ID, run+1)
	}
	if got := w.read(t, e); got.Status != models.ExportFailed || *got.Failure != "it could not be made" || got.DueAt != nil {
		t.Errorf("%+v", got)
	}
	w.rows = nil
	e = w.create(t, "{}")
	ctx := database.AcrossBrands(t.Context(), database.Memberships)
	if err := w.db.Gorm.WithContext(ctx).Where("account_id = ?", w.id.Account.ID).Delete(&models.Membership{}).Error; err != nil {
		t.Fatal(err)
	}
	w.work(t)
	if got := w.read(t, e); got.Status != models.ExportFailed || !strings.Contains(*got.Failure, "may not read") {
		t.Errorf("%+v", got)
	}
}

// A queue that is stopped leaves what it works on to the next one.
func TestRunnerThatIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	e := w.create(t, "{}")
	begun := make(chan struct{}, 1)
	w.rows = func(yield func(table.Row, error) bool) {
		begun <- struct{}{}
		for yield(table.Row{"on and on"}, nil) {
			continue
		}
	}
	for range 6 {
		runner, err := exportjob.Start(t.Context(), w.Service, w.db.Pool, log)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := runner.Round(t.Context()); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		select {
		case <-begun:
		case <-time.After(20 * time.Second):
			t.Errorf("it is not begun: %+v", w.read(t, e))
		}
		if err := runner.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.read(t, e); got.Status != models.ExportQueued || got.Runs != 6 || got.Attempts() != 0 {
		t.Errorf("%+v", got)
	}
}

func TestRunner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	one, err := exportjob.Start(t.Context(), w.Service, w.db.Pool, log)
	if err != nil {
		t.Fatal(err)
	}
	two, err := exportjob.Start(t.Context(), w.Service, w.db.Pool, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := errors.Join(one.Stop(ctx), two.Stop(ctx)); err != nil {
			t.Error(err)
		}
	}()
	var all []*models.ReportExport
	for range 6 {
		all = append(all, w.create(t, "{}"))
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for left := len(all); left > 0; <-tick.C {
		for _, r := range []*exportjob.Runner{one, two} {
			if _, err := r.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		left = 0
		for _, e := range all {
			if got := w.read(t, e); got.Status != models.ExportCompleted {
				left++
			} else if got.Runs != 1 {
				t.Fatalf("made %d times", got.Runs)
			}
		}
	}
}
