package exportjob_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// daily is at seven in Shanghai, which is 23:00 of the day before.
func daily(t *testing.T, to string) exportjob.Planned {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return exportjob.Planned{
		Wanted: exportjob.Wanted{Report: "numbers", Format: "CSV", Arguments: json.RawMessage(`{"groupBy": ["BRAND"]}`)},
		Name:   "Every morning", Days: models.DaysYesterday, Cron: "0 7 * * *", TimeZone: zone, WebhookURL: &to,
	}
}

func (w *world) schedules(t *testing.T) []*models.ReportSchedule {
	t.Helper()
	page, err := w.Schedules(w.owner, paging.Args{Default: 20, Max: 100})
	if err != nil {
		t.Fatal(err)
	}
	return page.Nodes()
}

func (w *world) exports(t *testing.T) []*models.ReportExport {
	t.Helper()
	page, err := w.Exports(w.owner, exportjob.Filter{}, exportjob.Newest, false, paging.Args{Default: 20, Max: 100})
	if err != nil {
		t.Fatal(err)
	}
	return page.Nodes()
}

func TestScheduleByWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status, secret := http.StatusServiceUnavailable, ""
	var heard []exportjob.Notice
	url := hook(t, func(r *http.Request) int {
		body, _ := io.ReadAll(r.Body)
		if err := webhook.Verify([]byte(secret), r.Header.Get(webhook.Header), body, w.now()); err != nil {
			t.Error(err)
		}
		var n exportjob.Notice
		if err := json.Unmarshal(body, &n); err != nil {
			t.Error(err)
		}
		heard = append(heard, n)
		return status
	})
	made, secret, err := w.CreateSchedule(w.owner, daily(t, url))
	if err != nil || secret == "" {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC); *made.NextAt != want {
		t.Fatalf("the first run is at %v, not %v", made.NextAt, want)
	}
	w.work(t)
	if len(w.exports(t)) != 0 {
		t.Fatal("it runs before its time")
	}
	// A night and a day without a server: it is made up for once.
	w.pass(40 * time.Hour)
	w.work(t)
	w.work(t) // what is made is brought
	all := w.exports(t)
	if len(all) != 1 || all[0].Status != models.ExportCompleted || *all[0].ScheduleID != made.ID || len(heard) != 1 {
		t.Fatalf("%d exports, told %d times", len(all), len(heard))
	}
	got := w.schedules(t)[0]
	if got.LastError == nil || *got.LastError != "the webhook answers 503" || got.LastRunAt == nil ||
		*got.NextAt != time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC) {
		t.Errorf("%+v", got)
	}
	status = http.StatusNoContent
	w.pass(time.Minute)
	w.work(t)
	w.pass(time.Hour)
	w.work(t)
	if len(heard) != 2 {
		t.Fatalf("told %d times", len(heard))
	}
	if got := w.schedules(t)[0]; got.LastError != nil {
		t.Errorf("%s", *got.LastError)
	}
	n := heard[1]
	if n.Event != "report.ready" || n.Name != "Every morning" || n.ScheduleID != made.GlobalID() || n.ExportID != all[0].GlobalID() || n.Rows != 2 {
		t.Errorf("%+v", n)
	}
	f, err := w.Open(t.Context(), token(&exportjob.Link{URL: n.URL}))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	// It ran on 25 November in Shanghai.
	const arguments = `{"where": {"to": "2026-11-24", "from": "2026-11-24"}, "groupBy": ["BRAND"], "timeZone": "Asia/Shanghai"}`
	if err != nil || rows[1][0] != arguments {
		t.Errorf("%v %v", rows, err)
	}
}

func TestScheduleThatNobodyHears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tries := 0
	_, _, err := w.CreateSchedule(w.owner, daily(t, hook(t, func(*http.Request) int { tries++; return 500 })))
	if err != nil {
		t.Fatal(err)
	}
	w.pass(14 * time.Hour)
	for range 600 { // ten hours
		w.work(t)
		w.pass(time.Minute)
	}
	if e := w.exports(t)[0]; e.DueAt != nil || e.DeliveredAt != nil || tries < 8 || tries > 30 {
		t.Errorf("%+v after %d tries", e, tries)
	}
}

func TestScheduleByFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.id = fixture.Operator(t, w.db.Gorm)
	w.owner = auth.With(t.Context(), w.id)
	plan := daily(t, "")
	plan.WebhookURL, plan.Folder = nil, new("finance/daily")
	if _, secret, err := w.CreateSchedule(w.owner, plan); err != nil || secret != "" {
		t.Fatal(secret, err)
	}
	w.pass(14 * time.Hour)
	w.work(t)
	w.work(t)
	body, err := os.ReadFile(filepath.Join(w.folder, "finance/daily/numbers-2026-11-23-233000.csv"))
	if err != nil || !strings.HasPrefix(string(body), "text\r\n") {
		t.Errorf("%q, %v", body, err)
	}
	t.Run("never_leads_out_of_it", func(t *testing.T) {
		outside := t.TempDir()
		if err := os.Symlink(outside, filepath.Join(w.folder, "away")); err != nil {
			t.Fatal(err)
		}
		plan.Folder = new("away")
		if _, _, err := w.CreateSchedule(w.owner, plan); err != nil {
			t.Fatal(err)
		}
		w.pass(24 * time.Hour)
		w.work(t)
		w.work(t)
		if left, _ := os.ReadDir(outside); len(left) != 0 {
			t.Errorf("%v lies outside", left)
		}
		if s := w.schedules(t)[0]; s.LastError == nil || *s.LastError != "the file could not be put in the folder" {
			t.Errorf("%+v", s)
		}
	})
}

// Who made a schedule for a folder as an operator and is none any more has
// nothing brought there, though it may still read the report.
func TestScheduleByFolderOfOneWhoWasAnOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.id = fixture.Operator(t, w.db.Gorm)
	w.owner = auth.With(t.Context(), w.id)
	plan := daily(t, "")
	plan.WebhookURL, plan.Folder = nil, new("finance")
	if _, _, err := w.CreateSchedule(w.owner, plan); err != nil {
		t.Fatal(err)
	}
	w.pass(14 * time.Hour)
	w.work(t) // it is made while the account is one
	err := w.db.Gorm.Exec("update platform_roles set role = 'REPORTING' where account_id = ?", w.id.Account.ID).Error
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w.work(t)
		w.pass(time.Hour)
	}
	if left, _ := os.ReadDir(w.folder); len(left) != 0 {
		t.Errorf("%v is brought", left)
	}
	e, s := w.exports(t)[0], w.schedules(t)[0]
	if e.Status != models.ExportCompleted || e.DeliveredAt != nil || e.DueAt != nil || e.Runs != 2 ||
		s.LastError == nil || *s.LastError != "only operators have reports brought to a folder" {
		t.Errorf("%+v, %+v", e, s)
	}
}

func TestSchedulesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		field  string
		code   problem.Code
		change func(*exportjob.Planned)
	}{
		{"input.name", problem.Required, func(p *exportjob.Planned) { p.Name = "  " }},
		{"input.name", problem.TooLong, func(p *exportjob.Planned) { p.Name = strings.Repeat("蜜", 101) }},
		{"input.name", problem.Invalid, func(p *exportjob.Planned) { p.Name = "a\nb" }},
		{"input.report", problem.Invalid, func(p *exportjob.Planned) { p.Report = "weather" }},
		{"input.cron", problem.Invalid, func(p *exportjob.Planned) { p.Cron = "whenever" }},
		{"input.cron", problem.Invalid, func(p *exportjob.Planned) { p.Cron = "TZ=UTC 0 7 * * *" }},
		{"input.cron", problem.Invalid, func(p *exportjob.Planned) { p.Cron = "@daily" }},
		{"input.cron", problem.Invalid, func(p *exportjob.Planned) { p.Cron = "0 0 31 2 *" }},
		{"input.cron", problem.OutOfRange, func(p *exportjob.Planned) { p.Cron = "*/5 * * * *" }},
		{"input.cron", problem.OutOfRange, func(p *exportjob.Planned) { p.Cron = "0,1 12 * * *" }},
		{"input.webhookUrl", problem.Required, func(p *exportjob.Planned) { p.WebhookURL = nil }},
		{"input.webhookUrl", problem.Invalid, func(p *exportjob.Planned) { p.WebhookURL = new("ftp://example.com/") }},
		{"input.webhookUrl", problem.Invalid, func(p *exportjob.Planned) { p.WebhookURL = new("https://user:secret@example.com/") }},
		{"input.folder", problem.NotAllowed, func(p *exportjob.Planned) { p.WebhookURL, p.Folder = nil, new("mine") }},
	} {
		p := daily(t, "https://example.com/hook")
		c.change(&p)
		_, _, err := w.CreateSchedule(w.owner, p)
		refused(t, err, c.field, c.code)
	}
	operator := auth.With(t.Context(), fixture.Operator(t, w.db.Gorm))
	for _, folder := range []string{"../up", "/etc", "", "a/../../b"} {
		p := daily(t, "")
		p.WebhookURL, p.Folder = nil, &folder
		_, _, err := w.CreateSchedule(operator, p)
		refused(t, err, "input.folder", problem.Invalid)
	}
	place := w.place
	place.Inside = false
	w.Use(place)
	_, _, err := w.CreateSchedule(w.owner, daily(t, "http://example.com/hook"))
	refused(t, err, "input.webhookUrl", problem.Invalid)
}

func TestScheduleIsPausedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, _, err := w.CreateSchedule(w.owner, daily(t, hook(t, func(*http.Request) int { return 200 })))
	if err != nil {
		t.Fatal(err)
	}
	rival := auth.With(t.Context(), member(t, w, fixture.Brand(t, w.db.Gorm, "rival"), models.RoleOwner))
	_, err = w.Pause(rival, made.ID, 1, true)
	refused(t, err, "input.reportScheduleId", problem.NotFound)
	_, err = w.DeleteSchedule(rival, made.ID, 1)
	refused(t, err, "input.reportScheduleId", problem.NotFound)
	if page, err := w.Schedules(rival, paging.Args{Default: 20, Max: 100}); err != nil || len(page.Edges) != 0 {
		t.Errorf("a rival sees %d schedules, %v", len(page.Edges), err)
	}

	paused, err := w.Pause(w.owner, made.ID, 1, true)
	if err != nil || !paused.Paused || paused.NextAt != nil || paused.Version != 2 {
		t.Fatalf("%+v, %v", paused, err)
	}
	_, err = w.Pause(w.owner, made.ID, 1, false)
	refused(t, err, "input.expectedVersion", problem.VersionConflict)
	w.pass(72 * time.Hour)
	w.work(t)
	if len(w.exports(t)) != 0 {
		t.Error("it runs while it is paused")
	}
	resumed, err := w.Pause(w.owner, made.ID, 2, false)
	if err != nil || resumed.Paused || !resumed.NextAt.After(w.now()) {
		t.Fatalf("%+v, %v", resumed, err)
	}
	w.pass(24 * time.Hour)
	w.work(t)
	if len(w.exports(t)) != 1 {
		t.Error("it does not run when it goes on")
	}
	if _, err := w.DeleteSchedule(w.owner, made.ID, 3); err != nil {
		t.Fatal(err)
	}
	if len(w.schedules(t)) != 0 || len(w.exports(t)) != 0 {
		t.Error("something is left")
	}
	if n, err := w.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("%d files deleted, %v", n, err)
	}
}

func TestScheduleOfOneWhoLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, _, err := w.CreateSchedule(w.owner, daily(t, hook(t, func(*http.Request) int { t.Error("a webhook is told"); return 200 }))); err != nil {
		t.Fatal(err)
	}
	ctx := database.AcrossBrands(t.Context(), database.Memberships)
	if err := w.db.Gorm.WithContext(ctx).Where("account_id = ?", w.id.Account.ID).Delete(&models.Membership{}).Error; err != nil {
		t.Fatal(err)
	}
	w.pass(14 * time.Hour)
	w.work(t)
	w.work(t)
	if s := w.schedules(t)[0]; s.LastError == nil || !strings.Contains(*s.LastError, "may not read") {
		t.Errorf("%+v", s)
	}
}

func TestWebhooksGoToPublicAddressesAlone(t *testing.T) {
	t.Parallel()
	url := hook(t, func(*http.Request) int { t.Error("this machine was reached"); return 200 })
	client := exportjob.Client(false)
	for _, to := range []string{
		url, strings.Replace(url, "127.0.0.1", "localhost", 1), strings.Replace(url, "127.0.0.1", "[::ffff:127.0.0.1]", 1),
		"http://169.254.169.254/", "http://10.0.0.1/", "http://[fe80::1]/", "http://0.0.0.0/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err == nil {
			_ = answer.Body.Close()
			t.Errorf("%s is reached", to)
		} else if !strings.Contains(err.Error(), "public addresses alone") {
			t.Errorf("%s: %v", to, err)
		}
	}
}
