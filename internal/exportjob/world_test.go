package exportjob_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// world has a brand whose owner asks for reports, and a clock that stands.
type world struct {
	*exportjob.Service

	db    *database.DB
	brand *models.Brand
	owner context.Context
	id    *auth.Actor
	dir   string
	// folder is where operators have reports brought.
	folder string
	place  exportjob.Place
	clock  atomic.Int64
	// rows of the report called numbers, which tells its arguments.
	rows func(yield func(table.Row, error) bool)
}

var began = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

func (w *world) now() time.Time          { return time.Unix(0, w.clock.Load()).UTC() }
func (w *world) pass(much time.Duration) { w.clock.Add(int64(much)) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{db: dbtest.New(t), dir: t.TempDir(), folder: t.TempDir()}
	w.clock.Store(began.UnixNano())
	w.brand = fixture.Brand(t, w.db.Gorm, "maple")
	w.id = member(t, w, w.brand, models.RoleOwner)
	w.owner = auth.With(t.Context(), w.id)
	signer, err := link.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sources := table.Sources{"numbers": func(ctx context.Context, arguments json.RawMessage) (*table.Table, error) {
		if err := auth.Require(ctx, auth.ReportRead); err != nil {
			return nil, err
		}
		if !json.Valid(arguments) || string(arguments) == `{"bad": 1}` {
			return nil, &problem.BadInput{Argument: "arguments.bad", Message: "is no argument of numbers"}
		}
		rows := w.rows
		if rows == nil {
			rows = table.Of(table.Row{string(arguments)}, table.Row{"=two"})
		}
		return &table.Table{Title: "Numbers", Columns: []table.Column{{Name: "text", Kind: table.Text}}, Rows: rows}, nil
	}}
	people := identity.NewService(w.db.Gorm, w.now)
	w.Service = exportjob.NewService(w.db.Gorm, w.now, sources, people.Rights)
	w.place = exportjob.Place{
		Dir: w.dir, Links: signer, URL: "https://api.example", Keep: 7 * 24 * time.Hour, LinkFor: 24 * time.Hour,
		Folder: w.folder, Client: exportjob.Client(true), Inside: true,
	}
	w.Use(w.place)
	return w
}

// member is somebody of a brand whose membership is a row.
func member(t *testing.T, w *world, brand *models.Brand, role models.BrandRole) *auth.Actor {
	t.Helper()
	return fixture.Member(t, w.db.Gorm, brand.ID, role)
}

// work does all that is due once.
func (w *world) work(t *testing.T) {
	t.Helper()
	if _, err := w.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	jobs, err := w.Due(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		if err := w.Perform(t.Context(), job.ID, job.Run); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) create(t *testing.T, arguments string) *models.ReportExport {
	t.Helper()
	e, err := w.Create(w.owner, exportjob.Wanted{Report: "numbers", Arguments: json.RawMessage(arguments), Format: "CSV"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (w *world) read(t *testing.T, e *models.ReportExport) *models.ReportExport {
	t.Helper()
	found, err := w.Export(w.owner, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// refused wants a refusal of a field with a code.
func refused(t *testing.T, err error, field string, code problem.Code) {
	t.Helper()
	for _, p := range problem.From(err) {
		at := ""
		for i, part := range p.Field {
			if i > 0 {
				at += "."
			}
			at += part
		}
		if at == field && p.Code == code {
			return
		}
	}
	t.Errorf("%v is no %s at %q", err, code, field)
}

// hook is a webhook that answers as it is told.
func hook(t *testing.T, answer func(r *http.Request) int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(answer(r)) }))
	t.Cleanup(server.Close)
	return server.URL + "/hook"
}
