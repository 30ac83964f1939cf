package docs_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

// printed is the address that documents print; asCurl makes the test binary
// stand in for curl where a machine has none.
const (
	printed = "127.0.0.1:8080"
	asCurl  = "TRADEWIND_TEST_AS_CURL"
)

func TestMain(m *testing.M) {
	if os.Getenv(asCurl) != "" {
		os.Exit(curl(os.Args[1:], os.Stdout))
	}
	os.Exit(m.Run())
}

// shell runs the commands of one document, in the module's folder, as somebody
// who follows it types them: `go run .` is the built program.
type shell struct {
	address string
	home    string
	in      io.Writer
	out     *bufio.Reader
	errors  string // file of what was said beside the output
	server  string // pid, empty where none runs
}

func newShell(t *testing.T, address string, env ...string) *shell {
	t.Helper()
	home := dbtest.Folder(t)
	bin := filepath.Join(home, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	program(t, bin, "go", fmt.Sprintf(`[ "$1 $2" = "run ." ] || { echo "a document may only go run .: go $*" >&2; exit 64; }
shift 2
exec '%s' "$@"`, servertest.Binary(t)))
	if _, err := exec.LookPath("curl"); err != nil {
		program(t, bin, "curl", fmt.Sprintf(`%s=1 exec '%s' "$@"`, asCurl, os.Args[0]))
	}
	root, err := servertest.Root()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-e")
	cmd.Dir = root
	cmd.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home, "ADDR=" + address}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errors, err := os.Create(filepath.Join(home, "errors.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = errors
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &shell{address: address, home: home, in: in, out: bufio.NewReader(out), errors: errors.Name()}
	t.Cleanup(func() {
		// The server's folder is removed next: it must be gone.
		fmt.Fprintf(in, "[ -z '%s' ] || { kill %[1]s; wait %[1]s; }\n", s.server)
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil && !t.Failed() {
			t.Errorf("the shell and its server end: %v", err)
		}
		// Where a command failed, the shell has left the server behind.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		servertest.Within(20*time.Second, func() bool { return syscall.Kill(-cmd.Process.Pid, 0) != nil })
		_ = errors.Close()
	})
	return s
}

func program(t *testing.T, dir, name, body string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

const done = "--- that was all ---"

// run gives what commands print. One that fails ends the test.
func (s *shell) run(t *testing.T, commands string) string {
	t.Helper()
	commands = strings.ReplaceAll(commands, printed, s.address)
	fmt.Fprintf(s.in, "{\n%s\n} </dev/null\necho '%s'\n", commands, done)
	var b strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		// Output may end without a newline.
		if text, ended := strings.CutSuffix(line, done+"\n"); ended {
			b.WriteString(text)
			return strings.ReplaceAll(b.String(), s.address, printed)
		}
		b.WriteString(line)
		if err != nil {
			errors, _ := os.ReadFile(s.errors)
			t.Fatalf("a command failed:\n%s\n%s%s", commands, b.String(), errors)
		}
	}
}

// serve runs a server in the background until the next one, or the end, and
// gives what it printed when it was ready.
func (s *shell) serve(t *testing.T, command string) string {
	t.Helper()
	s.stop(t)
	log := filepath.Join(s.home, "serve.log")
	command = strings.TrimSpace(strings.ReplaceAll(command, printed, s.address))
	s.server = strings.TrimSpace(s.run(t, fmt.Sprintf("%s >'%s' &\necho $!", command, log)))
	var text []byte
	ready := servertest.Within(2*time.Minute, func() bool {
		text, _ = os.ReadFile(log)
		response, err := http.Get("http://" + s.address + "/readyz")
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK && strings.Contains(string(text), "serves")
	})
	if !ready {
		errors, _ := os.ReadFile(s.errors)
		t.Fatalf("%s does not serve:\n%s%s", command, text, errors)
	}
	return strings.ReplaceAll(string(text), s.address, printed)
}

func (s *shell) stop(t *testing.T) {
	t.Helper()
	if s.server != "" {
		s.run(t, "kill "+s.server+"; wait "+s.server)
		s.server = ""
	}
}

// curl knows as much of curl as documents use.
func curl(args []string, out io.Writer) int {
	flags := flag.NewFlagSet("curl", flag.ContinueOnError)
	flags.Bool("s", false, "")
	flags.Bool("sS", false, "")
	head, get := flags.Bool("i", false, ""), flags.Bool("G", false, "")
	method, body, form := http.MethodGet, "", url.Values{}
	flags.Func("d", "", func(v string) error { method, body = http.MethodPost, v; return nil })
	flags.Func("data-urlencode", "", func(v string) error {
		name, value, _ := strings.Cut(v, "=")
		form.Add(name, value)
		return nil
	})
	headers := http.Header{}
	flags.Func("H", "", func(v string) error {
		name, value, _ := strings.Cut(v, ":")
		headers.Add(name, strings.TrimSpace(value))
		return nil
	})
	var urls []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return 2
		}
		if args = flags.Args(); len(args) > 0 {
			urls, args = append(urls, args[0]), args[1:]
		}
	}
	for _, address := range urls {
		if *get {
			address += "?" + form.Encode()
		}
		request, err := http.NewRequest(method, address, strings.NewReader(body))
		if err != nil {
			return 3
		}
		request.Header = headers
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 7
		}
		if *head {
			fmt.Fprintf(out, "%s %s\r\n", response.Proto, response.Status)
			_ = response.Header.Write(out)
			fmt.Fprint(out, "\r\n")
		}
		_, _ = io.Copy(out, response.Body)
		_ = response.Body.Close()
	}
	return 0
}

var spaces = regexp.MustCompile(`[ \t]+\n`)

// sameOutput compares what a command printed with what the document prints.
func sameOutput(want, got string) bool {
	tidy := func(s string) string { return strings.TrimSpace(spaces.ReplaceAllString(s+"\n", "\n")) }
	return alike(tidy(want), tidy(got))
}
