package exportjob_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestExportsAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	schedule, _, err := w.CreateSchedule(w.owner, daily(t, "https://acme.example/hook"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[uuid.UUID]string{}
	add := func(name, report string, of *uuid.UUID, status models.ExportStatus) {
		t.Helper()
		w.pass(time.Hour)
		e := w.create(t, "{}")
		err := w.db.Gorm.Model(e).Updates(map[string]any{"report": report, "schedule_id": of, "status": status}).Error
		if err != nil {
			t.Fatal(err)
		}
		names[e.ID] = name
	}
	from := w.now()
	add("a", "sales", nil, models.ExportRunning)          // 1 hour later
	add("b", "funnel", &schedule.ID, models.ExportQueued) // 2
	add("c", "sales", &schedule.ID, models.ExportRunning) // 3
	add("d", "cohorts", nil, models.ExportQueued)         // 4
	hours := func(n int) *time.Time { return new(from.Add(time.Duration(n) * time.Hour)) }
	for _, c := range []struct {
		where   exportjob.Filter
		key     exportjob.SortKey
		reverse bool
		want    string
	}{
		{exportjob.Filter{}, exportjob.Newest, false, "dcba"},
		{exportjob.Filter{}, exportjob.Newest, true, "abcd"},
		{exportjob.Filter{}, exportjob.ByReport, false, "dbac"},
		{exportjob.Filter{}, exportjob.ByReport, true, "cabd"},
		{exportjob.Filter{Status: []models.ExportStatus{models.ExportRunning, models.ExportFailed}}, exportjob.Newest, false, "ca"},
		{exportjob.Filter{Status: []models.ExportStatus{}}, exportjob.Newest, false, ""},
		{exportjob.Filter{ScheduleID: &schedule.ID}, exportjob.Newest, false, "cb"},
		{exportjob.Filter{ScheduleID: new(uuid.New())}, exportjob.Newest, false, ""},
		{exportjob.Filter{From: hours(2), To: hours(4)}, exportjob.Newest, false, "cb"},
		{exportjob.Filter{From: hours(2), ScheduleID: &schedule.ID, Status: []models.ExportStatus{models.ExportQueued}}, exportjob.ByReport, false, "b"},
	} {
		var got []byte
		args := paging.Args{First: new(int32(1)), Default: 20, Max: 100}
		for range 5 { // a page for each
			page, err := w.Exports(w.owner, c.where, c.key, c.reverse, args)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Nodes() {
				got = append(got, names[e.ID]...)
			}
			if args.After = page.PageInfo.EndCursor; !page.PageInfo.HasNextPage {
				break
			}
		}
		if string(got) != c.want {
			t.Errorf("%+v by %s is %q, not %q", c.where, c.key, got, c.want)
		}
	}
	bad := (*problem.BadInput)(nil)
	if _, err := w.Exports(w.owner, exportjob.Filter{}, "SIZE", false, paging.Args{}); !errors.As(err, &bad) || bad.Argument != "sortKey" {
		t.Errorf("%v", err)
	}
}
