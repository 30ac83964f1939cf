package exportjob_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

func (w *world) edit(t *testing.T, of *models.ReportSchedule, e exportjob.Edit) (row *models.ReportSchedule, secret string) {
	t.Helper()
	row, secret, err := w.UpdateSchedule(w.owner, of.ID, of.Version, e)
	if err != nil {
		t.Fatal(err)
	}
	if row.Version != of.Version+1 {
		t.Errorf("version %d follows %d", row.Version, of.Version)
	}
	return row, secret
}

func TestScheduleIsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, _, err := w.CreateSchedule(w.owner, daily(t, "https://acme.example/hook"))
	if err != nil {
		t.Fatal(err)
	}
	// What does not touch its time leaves its next run, even one that is due.
	w.pass(14 * time.Hour)
	now, secret := w.edit(t, made, exportjob.Edit{
		Name: new(" Each day "), Format: new(export.XLSX), Language: new("zh-CN"), Days: new(models.DaysLastWeek),
		Arguments: patch.To(json.RawMessage(`{"first": 3}`)),
	})
	if now.Name != "Each day" || now.Format != "XLSX" || now.Language != "zh-CN" || now.Days != models.DaysLastWeek || secret != "" ||
		!now.NextAt.Equal(*made.NextAt) || now.Cron != made.Cron || *now.WebhookURL != *made.WebhookURL {
		t.Errorf("%+v, secret %q", now, secret)
	}
	kept := w.schedules(t)[0]
	if kept.Name != now.Name || kept.Version != now.Version || string(kept.Arguments) != `{"first": 3}` || !kept.NextAt.Equal(*now.NextAt) {
		t.Errorf("%+v is kept", kept)
	}
	// 23:30 on 23 November in UTC is half past six in the evening in New York.
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	now, _ = w.edit(t, now, exportjob.Edit{TimeZone: york, Cron: new("30 8 * * 2"), Arguments: patch.Empty[json.RawMessage]()})
	if want := time.Date(2026, 11, 24, 13, 30, 0, 0, time.UTC); !now.NextAt.Equal(want) || string(now.Arguments) != "{}" || now.TimeZone != "America/New_York" {
		t.Errorf("the next run is at %v, not %v: %+v", now.NextAt, want, now)
	}
	if now, _ = w.edit(t, now, exportjob.Edit{Paused: new(true), Cron: new("0 9 * * *")}); now.NextAt != nil || !now.Paused {
		t.Errorf("it rests: %+v", now)
	}
	w.pass(48 * time.Hour)
	w.work(t)
	if n := len(w.exports(t)); n != 0 {
		t.Errorf("%d files are made while it rests", n)
	}
	if now, _ = w.edit(t, now, exportjob.Edit{Paused: new(false)}); now.Paused || !now.NextAt.Equal(time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)) {
		t.Errorf("it goes on: %+v", now)
	}
}

// However a schedule is let go on, it runs next when one made anew would.
func TestScheduleRunsNextAsOneMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plan := daily(t, "https://acme.example/hook")
	paused, _, err := w.CreateSchedule(w.owner, plan)
	if err != nil {
		t.Fatal(err)
	}
	edited, _, err := w.CreateSchedule(w.owner, plan)
	if err != nil {
		t.Fatal(err)
	}
	w.note(t, "the webhook answers 503")
	for _, rests := range []bool{true, false} {
		w.pass(30 * time.Hour)
		if paused, err = w.Pause(w.owner, paused.ID, paused.Version, rests); err != nil {
			t.Fatal(err)
		}
		edited, _ = w.edit(t, edited, exportjob.Edit{Paused: &rests})
		fresh, _, err := w.CreateSchedule(w.owner, plan)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*models.ReportSchedule{paused, edited} {
			if rests && (s.NextAt != nil || s.LastError == nil) || !rests && (!s.NextAt.Equal(*fresh.NextAt) || s.LastError != nil) {
				t.Errorf("%+v, made anew %+v", s, fresh)
			}
		}
	}
}

func (w *world) note(t *testing.T, what string) {
	t.Helper()
	if err := w.db.Gorm.Exec("update report_schedules set last_error = ?", what).Error; err != nil {
		t.Fatal(err)
	}
}

// Another address has a secret of its own, so that those who were told before
// cannot speak for us there; a folder has none.
func TestScheduleIsBroughtElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.id = fixture.Operator(t, w.db.Gorm)
	w.owner = auth.With(t.Context(), w.id)
	made, before, err := w.CreateSchedule(w.owner, daily(t, hook(t, func(*http.Request) int {
		t.Error("the address of before is told")
		return http.StatusOK
	})))
	if err != nil {
		t.Fatal(err)
	}
	secret, heard := "", 0
	url := hook(t, func(r *http.Request) int {
		body, _ := io.ReadAll(r.Body)
		if err := webhook.Verify([]byte(secret), r.Header.Get(webhook.Header), body, w.now()); err != nil {
			t.Error(err)
		}
		heard++
		return http.StatusOK
	})
	// A file that was asked for before goes where the schedule says by then.
	w.pass(14 * time.Hour)
	w.work(t)
	now, secret := w.edit(t, made, exportjob.Edit{WebhookURL: patch.To(url)})
	if secret == "" || secret == before {
		t.Errorf("secret %q after %q", secret, before)
	}
	w.work(t)
	if heard != 1 {
		t.Errorf("told %d times", heard)
	}
	if again, _ := w.edit(t, now, exportjob.Edit{WebhookURL: patch.To(url)}); again.Version != now.Version+1 {
		t.Errorf("%+v", again)
	}
	now = w.schedules(t)[0]
	now, none := w.edit(t, now, exportjob.Edit{Folder: patch.To("finance")})
	if now.WebhookURL != nil || *now.Folder != "finance" || none != "" {
		t.Errorf("%+v, secret %q", now, none)
	}
	w.pass(24 * time.Hour)
	w.work(t)
	w.work(t)
	if files, _ := os.ReadDir(filepath.Join(w.folder, "finance")); len(files) != 1 || heard != 1 {
		t.Errorf("%v lie in the folder, told %d times", files, heard)
	}
	if now, again := w.edit(t, now, exportjob.Edit{WebhookURL: patch.To(url), Folder: patch.Empty[string]()}); now.Folder != nil || again != secret {
		t.Errorf("%+v: the secret of an address is the same each time", now)
	}
}

func TestScheduleChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, _, err := w.CreateSchedule(w.owner, daily(t, "https://acme.example/hook"))
	if err != nil {
		t.Fatal(err)
	}
	for field, c := range map[string]struct {
		edit exportjob.Edit
		code problem.Code
	}{
		"input.name":       {exportjob.Edit{Name: new(" ")}, problem.Required},
		"input.report":     {exportjob.Edit{Report: new("weather")}, problem.Invalid},
		"input.arguments":  {exportjob.Edit{Arguments: patch.To(json.RawMessage(`{"bad": 1}`))}, problem.Invalid},
		"input.language":   {exportjob.Edit{Language: new("no tag")}, problem.Invalid},
		"input.cron":       {exportjob.Edit{Cron: new("* * * * *")}, problem.OutOfRange},
		"input.webhookUrl": {exportjob.Edit{WebhookURL: patch.Empty[string]()}, problem.Required},
		"input.folder":     {exportjob.Edit{Folder: patch.To("finance")}, problem.NotAllowed},
	} {
		_, _, err := w.UpdateSchedule(w.owner, made.ID, 1, c.edit)
		refused(t, err, field, c.code)
	}
	_, _, err = w.UpdateSchedule(w.owner, made.ID, 1, exportjob.Edit{
		Name: new(strings.Repeat("n", 101)), Cron: new("never"), WebhookURL: patch.To("http://a:b@acme.example"), Folder: patch.To("f"),
	})
	refused(t, err, "input.cron", problem.Invalid)
	refused(t, err, "input.folder", problem.NotAllowed)
	refused(t, err, "input.name", problem.TooLong)
	refused(t, err, "input.webhookUrl", problem.Invalid)
	refused(t, err, "input.webhookUrl", problem.Required)
	_, _, err = w.UpdateSchedule(w.owner, made.ID, 2, exportjob.Edit{Name: new("")})
	refused(t, err, "input.expectedVersion", problem.VersionConflict)
	_, _, err = w.UpdateSchedule(w.owner, uuid.New(), 1, exportjob.Edit{})
	refused(t, err, "input.reportScheduleId", problem.NotFound)
	for _, other := range []*auth.Actor{member(t, w, w.brand, models.RoleOwner), fixture.Operator(t, w.db.Gorm)} {
		_, _, err = w.UpdateSchedule(auth.With(t.Context(), other), made.ID, 1, exportjob.Edit{Name: new("mine")})
		refused(t, err, "input.reportScheduleId", problem.NotFound)
	}
	var denied *problem.Denied
	if _, _, err := w.UpdateSchedule(t.Context(), made.ID, 1, exportjob.Edit{}); !errors.As(err, &denied) {
		t.Errorf("%v", err)
	}
	if kept := w.schedules(t)[0]; kept.Version != 1 || kept.Name != made.Name || kept.Cron != made.Cron {
		t.Errorf("%+v", kept)
	}
}
