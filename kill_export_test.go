package main

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

// TestKilledInTheMiddleOfAnExport kills a server with -9 while it makes files.
// The next one makes them anew, unless they are cancelled, and no link leads
// to what was left.
func TestKilledInTheMiddleOfAnExport(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.DSN(t), Dir: dbtest.Folder(t)}
	s := servertest.Start(t, o, "--no-demo")
	told := servertest.Run(t, o, "token", "--role=operator")
	token := strings.TrimSpace(told.Out)
	create := func() string {
		t.Helper()
		var made struct {
			ReportExportCreate struct{ ReportExport struct{ ID string } }
		}
		s.As(token).Do(t, `mutation { reportExportCreate(input: { report: "sales", format: CSV }) { reportExport { id } } }`, nil, &made)
		return made.ReportExportCreate.ReportExport.ID
	}
	type export struct {
		Status, RowCount string
		Link             *struct{ URL string }
	}
	read := func(id string) (e export) {
		t.Helper()
		var data struct{ Node export }
		s.As(token).Do(t, `query ($id: ID!) { node(id: $id) { ... on ReportExport { status rowCount link { url } } } }`, map[string]any{"id": id}, &data)
		return data.Node
	}
	reaches := func(id, status string) {
		t.Helper()
		if !servertest.Within(20*time.Second, func() bool { return read(id).Status == status }) {
			t.Fatalf("it is %s, not %s", read(id).Status, status)
		}
	}
	files := func() (n int) {
		t.Helper()
		list, err := os.ReadDir(filepath.Join(o.Dir, "exports"))
		if !errors.Is(err, fs.ErrNotExist) { // before the first begins
			must(t, err)
		}
		return len(list)
	}

	// Facts that cannot be read hold both in the middle.
	conn := dial(t, o.Database)
	tx, err := conn.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), "lock table sales_facts in access exclusive mode")
	must(t, err)
	made, cancelled := create(), create()
	reaches(made, "RUNNING")
	reaches(cancelled, "RUNNING")
	if !servertest.Within(20*time.Second, func() bool { return files() == 2 }) {
		t.Fatalf("%d files are begun", files())
	}
	must(t, syscall.Kill(s.Pid, syscall.SIGKILL))
	s.Wait(t)
	must(t, tx.Rollback(t.Context()))
	// However long the next one takes to start: a minute has not passed.
	_, err = conn.Exec(t.Context(), "update report_exports set due_at = now() + interval '1 hour'")
	must(t, err)

	s = servertest.Start(t, o, "--no-demo")
	if e := read(made); e.Status != "RUNNING" || e.Link != nil || files() != 2 {
		t.Errorf("%+v, %d files", e, files())
	}
	var ended struct{ ReportExportCancel struct{ ReportExport export } }
	s.As(token).Do(t, `mutation ($id: ID!) { reportExportCancel(input: { reportExportId: $id }) { reportExport { status } } }`, map[string]any{"id": cancelled}, &ended)
	if got := ended.ReportExportCancel.ReportExport.Status; got != "CANCELLED" {
		t.Errorf("it is %s", got)
	}
	// The minute is over in which the first might still have been at work.
	_, err = conn.Exec(t.Context(), "update report_exports set due_at = now() where due_at is not null")
	must(t, err)
	reaches(made, "COMPLETED")
	body := fetched(t, read(made).Link.URL)
	if !strings.HasPrefix(body, "currency,") || strings.Count(body, "\n") != 1 {
		t.Errorf("%q", body)
	}
	if e := read(cancelled); e.Status != "CANCELLED" || e.Link != nil {
		t.Errorf("%+v", e)
	}
	if n := count(t, conn, "select max(runs) from report_exports"); n != 2 {
		t.Errorf("%d runs", n)
	}
}

func fetched(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", url, answer.Status)
	}
	return string(body)
}
