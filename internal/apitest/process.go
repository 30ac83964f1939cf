package apitest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/identity"
)

// Processes are servers of the real program on one database, with tokens
// signed as in development.
type Processes struct {
	binary, dsn, dir string
	signer           *identity.Development
}

// Build makes the program, to be served on the database at dsn.
func Build(t testing.TB, dsn string) *Processes {
	t.Helper()
	p := &Processes{binary: filepath.Join(t.TempDir(), "tradewind"), dsn: dsn, dir: t.TempDir()}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", p.binary, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var err error
	if p.signer, err = identity.OpenDevelopment(p.dir, time.Now); err != nil {
		t.Fatal(err)
	}
	return p
}

var served = regexp.MustCompile(`http://\S+`)

// Serve starts a server and gives its GraphQL address. It ends with the test.
func (p *Processes) Serve(t testing.TB, args ...string) string {
	t.Helper()
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--database-url", p.dsn, "--data-dir", p.dir, "--log-level", "error"}, args...)
	server := exec.Command(p.binary, args...)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("stop the server: %v", err)
		}
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := served.FindString(lines.Text()); url != "" {
			go func() {
				for lines.Scan() { // keep its output flowing
				}
			}()
			return url + "/graphql"
		}
	}
	t.Fatal("the server said no address")
	return ""
}

// As gives a client of a server, signed in as the subject.
func (p *Processes) As(t testing.TB, url, subject string) *Client {
	t.Helper()
	token, err := p.signer.Sign(subject, subject, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{api: &API{URL: url}, token: token}
}
