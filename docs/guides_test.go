// Package docs_test runs what the README and the guides show, and compares it
// with what they print.
//
// A document is read beside a server with the demonstration data, or with an
// empty data folder where its first block is "sh serve".
//
// A block of graphql is sent to the server; a json block behind it is its
// answer, with its status where that is not 200 ("json 422"). Comments lead it:
//
//	# as merchant                             whose token is sent; none is a visitor
//	# header Tradewind-Cost: include
//	# variables {"id": "<product.id>"}        <…> is a value of an earlier answer;
//	#   what is indented goes on
//
// A block of sh is run in the module's folder; a text or json block behind it
// is what it prints. "sh serve" runs until the next such block or the end. "sh
// .ci/run" is a line of that file. "sh elsewhere" needs what a machine that runs
// tests may lack, and is not run; nor are parts of files and drawings. Any other
// block fails.
package docs_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// shown are languages of blocks that are only looked at: parts of files, and
// drawings, which have none.
var shown = []string{"csv", "ini", ""}

// days are the days of the demonstration data: what a guide prints holds on
// any day.
var days = []time.Time{time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}

func TestGuides(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob("guides/*.md")
	if err != nil || len(guides) == 0 {
		t.Fatalf("%d guides, %v", len(guides), err)
	}
	for _, file := range guides {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		for _, day := range days {
			t.Run(name+"/"+day.Format(time.DateOnly), func(t *testing.T) {
				t.Parallel()
				follow(t, file, day)
			})
		}
	}
}

func TestREADME(t *testing.T) {
	t.Parallel()
	follow(t, "../README.md", days[0])
}

// follow does what a document shows, from its first block to its last.
func follow(t *testing.T, file string, day time.Time) {
	t.Helper()
	list := blocks(t, file)
	f := &follower{address: freeAddress(t)}
	if len(list) > 0 && list[0].is("sh", "serve") {
		f.shell = newShell(t, f.address, "DATA_DIR="+dbtest.Folder(t), "DATABASE_URL=")
	} else {
		f.shell = newShell(t, f.address, "DATA_DIR="+dbtest.Folder(t), "DATABASE_URL="+demonstration(t, day),
			"IDENTITY_KEYS="+strings.Join(fixture.IdentityKeyTexts, ","))
		f.shell.serve(t, "go run . --demo")
	}
	for i := 0; i < len(list); i++ {
		b := list[i]
		var printed *block
		if i+1 < len(list) && (list[i+1].language == "json" || list[i+1].language == "text") {
			printed = &list[i+1]
		}
		switch {
		case b.is("graphql", "") && printed != nil:
			f.ask(t, b, *printed)
			i++
		case b.is("sh", ""), b.is("sh", "serve"):
			f.do(t, b, printed)
			if printed != nil {
				i++
			}
		case b.is("sh", ".ci/run"):
			mustBeAStep(t, b)
		case b.is("sh", "elsewhere"), b.note == "" && slices.Contains(shown, b.language):
		default:
			t.Errorf("%s: nothing runs a block of %q here", b.at, strings.TrimSpace(b.language+" "+b.note))
		}
	}
}

// mustBeAStep wants a command to be what .ci/run runs, word for word.
func mustBeAStep(t *testing.T, b block) {
	t.Helper()
	ci, err := os.ReadFile("../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	command := strings.TrimSpace(b.text)
	if !regexp.MustCompile(`(?m)^\w+\(\) .*[a-z0-9] ` + regexp.QuoteMeta(command) + `;`).Match(ci) {
		t.Errorf("%s: .ci/run does not run %q", b.at, command)
	}
}

// demonstration is a database with the demonstration data of a day.
func demonstration(t *testing.T, day time.Time) string {
	t.Helper()
	dsn := dbtest.DSN(t)
	db := dbtest.Open(t, dsn, database.Options{})
	if _, err := demo.Load(t.Context(), db.Gorm, demo.Options{Today: day, Orders: 400}); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// follower is somebody who follows a document.
type follower struct {
	address string
	shell   *shell
	answers answers
}

// do runs commands and compares what they print.
func (f *follower) do(t *testing.T, b block, printed *block) {
	t.Helper()
	run := f.shell.run
	if b.note == "serve" {
		run = f.shell.serve
	}
	out := run(t, b.text)
	switch {
	case printed == nil:
	case printed.language == "text":
		if !sameOutput(printed.text, out) {
			t.Errorf("%s prints:\n%s", b.at, out)
		}
	default:
		got := parse(t, out)
		f.answers = append(f.answers, find(got, []string{"data"}))
		if d := differs("answer", parse(t, printed.text), got); d != "" {
			t.Errorf("%s: %s\n%s", b.at, d, written(got))
		}
	}
}

// ask sends an operation and compares its answer.
func (f *follower) ask(t *testing.T, b, printed block) {
	t.Helper()
	said, query := b.comments("as", "header", "variables")
	call := map[string]any{"query": f.answers.fill(t, query)}
	if v, ok := said["variables"]; ok {
		call["variables"] = parse(t, f.answers.fill(t, v))
	}
	body, err := json.Marshal(call)
	if err != nil {
		t.Fatal(err)
	}
	request, _ := http.NewRequest(http.MethodPost, "http://"+f.address+"/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if role, ok := said["as"]; ok {
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(f.shell.run(t, "go run . token --role "+role)))
	}
	if name, value, ok := strings.Cut(said["header"], ": "); ok {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	status := http.StatusOK
	if printed.note != "" {
		if status, err = strconv.Atoi(printed.note); err != nil {
			t.Fatalf("%s: %q is no status", printed.at, printed.note)
		}
	}
	got := parse(t, string(text))
	f.answers = append(f.answers, find(got, []string{"data"}))
	d := differs("answer", parse(t, printed.text), got)
	if response.StatusCode != status || d != "" {
		t.Errorf("%s: %s (%d)\n%s", b.at, d, response.StatusCode, written(got))
	}
}

// Machines without curl run what stands for it.
func TestCurl(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.RequestURI+" "+r.Header.Get("X-Word")+" "+string(body))
	})}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	home := "http://" + l.Addr().String()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-s", home + "/path", "-H", "X-Word: word", "-d", `{"a":1}`}, `POST /path word {"a":1}`},
		{[]string{"-s", "-G", home + "/", "--data-urlencode", "query={ a\n}"}, "GET /?query=%7B+a%0A%7D  "},
	} {
		var out bytes.Buffer
		if code := curl(c.args, &out); code != 0 || out.String() != c.want {
			t.Errorf("%q: exit code %d, %q", c.args, code, out.String())
		}
	}
	var out bytes.Buffer
	if code := curl([]string{"-s", "-i", home}, &out); code != 0 ||
		!strings.HasPrefix(out.String(), "HTTP/1.1 200 OK\r\n") || !strings.HasSuffix(out.String(), "\r\n\r\nGET /  ") {
		t.Errorf("exit code %d, %q", code, out.String())
	}
}
