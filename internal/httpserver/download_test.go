package httpserver_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/link"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

type closer struct{ io.ReadSeeker }

func (closer) Close() error { return nil }

func TestDownloads(t *testing.T) {
	t.Parallel()
	url, log := serve(t, func(o *httpserver.Options) {
		o.Downloads = func(_ context.Context, token string) (*exportjob.File, error) {
			switch token {
			case "good":
				return &exportjob.File{
					ReadSeekCloser: closer{strings.NewReader("all the rows")}, Name: "sales.csv", ContentType: "text/csv; charset=utf-8", At: time.Now(),
				}, nil
			case "broken":
				return nil, errors.New("the disk is away")
			}
			return nil, link.ErrBad
		}
	})
	a := call(t, http.MethodGet, url+"/downloads/good", nil)
	if a.status != 200 || a.body != "all the rows" || a.header.Get("Content-Disposition") != `attachment; filename="sales.csv"` ||
		a.header.Get("Cache-Control") != "private, no-store" || a.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%+v", a)
	}
	if a := call(t, http.MethodGet, url+"/downloads/good", map[string]string{"Range": "bytes=4-6"}); a.status != 206 || a.body != "the" {
		t.Errorf("%+v", a)
	}
	var first string
	for _, token := range []string{"expired", "altered", "never-was"} {
		a := call(t, http.MethodGet, url+"/downloads/"+token, nil)
		if first == "" {
			first = a.body
		}
		if a.status != 403 || a.body != first || !strings.Contains(a.body, "FORBIDDEN") || strings.Contains(a.body, "expire") {
			t.Errorf("%s: %+v", token, a)
		}
	}
	if a := call(t, http.MethodGet, url+"/downloads/broken", nil); a.status != 500 || strings.Contains(a.body, "disk") {
		t.Errorf("%+v", a)
	}
	if text := log.String(); strings.Contains(text, "/downloads/good") || !strings.Contains(text, "/downloads/…") {
		t.Errorf("the log has what lets in:\n%s", text)
	}
}

func TestCharts(t *testing.T) {
	t.Parallel()
	url, log := serve(t, func(o *httpserver.Options) {
		o.Charts = func(_ context.Context, token string, f exportjob.ChartFormat, w io.Writer) error {
			switch token {
			case "good":
				_, err := io.WriteString(w, string(f))
				return err
			case "crowded":
				return &problem.BadInput{Argument: "arguments", Message: "give too many rows"}
			}
			return link.ErrBad
		}
	})
	for path, kind := range map[string]string{"good.png": "image/png", "good.svg": "image/svg+xml"} {
		a := call(t, http.MethodGet, url+"/charts/"+path, nil)
		if a.status != 200 || a.header.Get("Content-Type") != kind || !strings.HasSuffix(path, strings.ToLower(a.body)) ||
			!strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %+v", path, a)
		}
	}
	for path, status := range map[string]int{"bad.png": 403, "good.gif": 403, "good": 403, "crowded.png": 400} {
		if a := call(t, http.MethodGet, url+"/charts/"+path, nil); a.status != status {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if text := log.String(); strings.Contains(text, "/charts/good") {
		t.Errorf("the log has what lets in:\n%s", text)
	}
}
