package exportjob_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// Nobody is told of a file that a loss of power could still take.
func TestFilesOutliveALossOfPower(t *testing.T) {
	t.Parallel()
	// watch lists what the disk is asked to keep, below a folder.
	watch := func(t *testing.T, w *world, below string, early func() bool) *[]string {
		t.Helper()
		var kept []string
		w.Sync(func(f *os.File) error {
			name, err := filepath.Rel(below, f.Name())
			if err != nil {
				t.Error(err)
			}
			if kept = append(kept, name); early() {
				t.Errorf("it is told of before %s is kept", name)
			}
			return f.Sync()
		})
		return &kept
	}
	t.Run("in_the_folder_of_exports", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		below := w.place.Dir
		w.place.Dir = filepath.Join(below, "new", "exports")
		w.Use(w.place)
		e := w.create(t, "{}")
		kept := watch(t, w, below, func() bool { return w.read(t, e).Status == models.ExportCompleted })
		w.work(t)
		want := []string{".", "new", "new/exports/" + e.ID.String() + ".1.part", "new/exports"}
		if got := w.read(t, e); got.Status != models.ExportCompleted || !slices.Equal(*kept, want) {
			t.Errorf("%v are kept, not %v, it is %s", *kept, want, got.Status)
		}
	})
	t.Run("in_the_folder_of_a_schedule", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.owner = auth.With(t.Context(), fixture.Operator(t, w.db.Gorm))
		plan := daily(t, "")
		plan.WebhookURL, plan.Folder = nil, new("finance/daily")
		if _, _, err := w.CreateSchedule(w.owner, plan); err != nil {
			t.Fatal(err)
		}
		w.pass(14 * time.Hour)
		w.work(t)
		kept := watch(t, w, w.folder, func() bool { return w.exports(t)[0].DeliveredAt != nil })
		w.work(t)
		want := []string{"finance/daily/numbers-2026-11-23-233000.csv.part", "finance/daily", "finance", "."}
		if !slices.Equal(*kept, want) || w.exports(t)[0].DeliveredAt == nil {
			t.Errorf("%v are kept, not %v", *kept, want)
		}
	})
	t.Run("or_it_is_made_again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		e := w.create(t, "{}")
		w.Sync(func(f *os.File) error {
			if info, err := f.Stat(); err != nil || info.IsDir() {
				return errors.New("the disk is full")
			}
			return nil
		})
		if err := w.Perform(t.Context(), e.ID, 1); err == nil {
			t.Error("no fault is told")
		}
		if got := w.read(t, e); got.Status != models.ExportQueued || w.Link(got) != nil {
			t.Errorf("%+v", got)
		}
		w.Sync((*os.File).Sync)
		w.pass(time.Minute)
		w.work(t)
		if got := w.read(t, e); got.Status != models.ExportCompleted || len(w.files(t)) != 1 {
			t.Errorf("%+v, %v lie there", got, w.files(t))
		}
	})
}
