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
