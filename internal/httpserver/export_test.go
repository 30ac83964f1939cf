package httpserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

func TestExportsAreStreamed(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	held := make(chan struct{}, 10)
	url, log := serve(t, func(o *httpserver.Options) {
		o.OperationTimeout = 1 // of no matter here
		o.Exports = func(ctx context.Context, report string, arguments json.RawMessage) (*table.Table, error) {
			if !auth.From(ctx).SignedIn() {
				return nil, &problem.Denied{}
			}
			whole := &table.Table{Columns: []table.Column{{Name: "text", Kind: table.Text}}, Rows: table.Of(table.Row{string(arguments)})}
			switch report {
			case "sales":
			case "empty":
				whole.Rows = table.Of()
			case "denied":
				return nil, &problem.Denied{SignedIn: true, Permission: "REPORT_READ"}
			case "early":
				whole.Rows = table.Failed(errors.New("the database is away"))
			case "late":
				whole.Rows = func(yield func(table.Row, error) bool) {
					for range 10_000 {
						yield(table.Row{"a line that is written before it fails"}, nil)
					}
					yield(nil, errors.New("the database is gone"))
				}
			case "slow":
				whole.Rows = func(yield func(table.Row, error) bool) {
					held <- struct{}{}
					<-release
					yield(table.Row{"at last"}, nil)
				}
			default:
				return nil, &problem.BadInput{Argument: "report", Message: "is none"}
			}
			return whole, nil
		}
	})
	good := map[string]string{"Authorization": "Bearer good"}
	for _, c := range []struct {
		path, says string
		status     int
		kind       string
	}{
		{"/exports/sales.csv?arguments=%7B%7D", "text\r\n{}\r\n", 200, "text/csv; charset=utf-8"},
		{"/exports/sales.csv?bom=true", "\ufefftext\r\n", 200, "text/csv; charset=utf-8"},
		{"/exports/sales.jsonl?arguments=x", `{"text":"x"}`, 200, "application/jsonl"},
		{"/exports/sales.xlsx", "PK", 200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"/exports/sales.parquet", "PAR1", 200, "application/vnd.apache.parquet"},
		{"/exports/empty.csv", "text\r\n", 200, "text/csv; charset=utf-8"},
		{"/exports/sales.pdf", "NOT_FOUND", 404, "application/json"},
		{"/exports/sales", "NOT_FOUND", 404, "application/json"},
		{"/exports/weather.csv", "BAD_USER_INPUT", 400, "application/json"},
		{"/exports/denied.csv", "FORBIDDEN", 403, "application/json"},
		{"/exports/early.csv", "INTERNAL", 500, "application/json"},
	} {
		a := call(t, http.MethodGet, url+c.path, good)
		if a.status != c.status || !strings.HasPrefix(a.body, c.says) && !strings.Contains(a.body, `"`+c.says+`"`) || a.header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d %s %q", c.path, a.status, a.header.Get("Content-Type"), a.body)
		}
		if named := a.header.Get("Content-Disposition") != ""; named != (c.status == http.StatusOK) {
			t.Errorf("%s: %v", c.path, a.header)
		}
	}
	for _, header := range []map[string]string{{}, {"Authorization": "Bearer bad"}} {
		if a := call(t, http.MethodGet, url+"/exports/sales.csv", header); a.status != http.StatusUnauthorized {
			t.Errorf("without a good token: %d %s", a.status, a.body)
		}
	}

	post := func(ctx context.Context, path, body string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer good")
		return http.DefaultClient.Do(r)
	}
	t.Run("takes_arguments_as_a_body", func(t *testing.T) {
		for body, status := range map[string]int{`{"a":1}`: 200, strings.Repeat("x", 64<<10+1): 400} {
			a, err := post(t.Context(), "/exports/sales.csv", body)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
			if a.StatusCode != status {
				t.Errorf("%d bytes: %d", len(body), a.StatusCode)
			}
		}
	})
	t.Run("breaks_off_what_fails_late", func(t *testing.T) {
		a, err := post(t.Context(), "/exports/late.csv", "{}")
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		if _, err := io.ReadAll(a.Body); err == nil {
			t.Error("a file that is cut off looks whole")
		}
		if !strings.Contains(log.String(), "the database is gone") {
			t.Error("it is not logged")
		}
	})
	t.Run("streams_a_few_at_once", func(t *testing.T) {
		statuses := make(chan int)
		for range 4 {
			go func() {
				a, err := post(t.Context(), "/exports/slow.csv", "{}")
				if err != nil {
					statuses <- 0
					return
				}
				_ = a.Body.Close()
				statuses <- a.StatusCode
			}()
		}
		for range 4 {
			<-held
		}
		a, err := post(t.Context(), "/exports/sales.csv", "{}")
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
			t.Errorf("the fifth: %d", a.StatusCode)
		}
		close(release)
		for range 4 {
			if status := <-statuses; status != http.StatusOK {
				t.Errorf("one of four: %d", status)
			}
		}
	})
}
