package servertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
)

// startTimeout is how long a server may take to serve on a busy machine.
const startTimeout = 2 * time.Minute

// Server is a running `serve`.
type Server struct {
	URL string
	// Dir is its data folder.
	Dir string
	// Pid is its process, or that of the go tool that runs it.
	Pid int

	options Options
	cmd     *exec.Cmd
	ended   chan struct{}
	out     *buffer
	log     *buffer
}

// buffer is read while a process writes to it.
type buffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

var serves = regexp.MustCompile(`(?m)^Tradewind \S+ serves (http://\S+)$`)

// Start runs `serve` on a port of its own and waits until it serves. It is
// killed when the test ends.
func Start(t testing.TB, o Options, args ...string) *Server {
	t.Helper()
	s := Begin(t, o, append([]string{"serve", "--addr=127.0.0.1:0"}, args...)...)
	s.Await(t)
	return s
}

// Begin runs the binary without waiting for it.
func Begin(t testing.TB, o Options, args ...string) *Server {
	t.Helper()
	cmd := o.command(t, args)
	return BeginCommand(t, o, cmd)
}

// BeginCommand runs a process that serves, with the options it was made from.
func BeginCommand(t testing.TB, o Options, cmd *exec.Cmd) *Server {
	t.Helper()
	s := &Server{Dir: o.Dir, options: o, cmd: cmd, ended: make(chan struct{}), out: &buffer{}, log: &buffer{}}
	cmd.Stdout, cmd.Stderr = s.out, s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.Pid = cmd.Process.Pid
	go func() {
		_ = cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		// In order where it can, so that its PostgreSQL is gone, too.
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if !Within(20*time.Second, s.Ended) {
			_ = cmd.Process.Kill()
			<-s.ended
		}
		if t.Failed() {
			t.Logf("the server said:\n%s\n%s", s.out, s.log)
		}
	})
	return s
}

// Await waits until the process serves.
func (s *Server) Await(t testing.TB) {
	t.Helper()
	ok := Within(startTimeout, func() bool {
		if match := serves.FindStringSubmatch(s.Out()); match != nil {
			s.URL = match[1]
		}
		return s.URL != "" || s.Ended()
	})
	if !ok || s.URL == "" {
		t.Fatal("the server does not serve")
	}
}

// Ended tells whether the process is gone.
func (s *Server) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Out is what it has printed so far.
func (s *Server) Out() string { return s.out.String() }

// Log is what it has logged so far.
func (s *Server) Log() string { return s.log.String() }

// Signal sends a signal.
func (s *Server) Signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// Wait waits for the end of the process and gives its exit code, -1 where it
// was killed.
func (s *Server) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-s.ended:
	case <-time.After(startTimeout):
		t.Fatal("the server does not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

// Busy is the processor time that an ended server took, that of its PostgreSQL
// included: what it would have waited for on a machine of its own.
func (s *Server) Busy() time.Duration {
	return s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
}

// Resident is the memory of the Go process now, in bytes; 0 where the system
// does not tell.
func (s *Server) Resident(t testing.TB) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Pid))
	if err != nil {
		return 0
	}
	match := resident.FindSubmatch(text)
	if match == nil {
		t.Fatalf("no VmRSS in:\n%s", text)
	}
	kib, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// Stop asks it to end and fails the test unless it does so in order.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.Signal(t, syscall.SIGTERM)
	if code := s.Wait(t); code != 0 {
		t.Fatalf("it ended with exit code %d", code)
	}
}

// Token makes a token with the token command.
func (s *Server) Token(t testing.TB, args ...string) string {
	t.Helper()
	o := s.options
	o.Dir = s.Dir
	r := Run(t, o, append([]string{"token"}, args...)...)
	if r.Code != 0 {
		t.Fatalf("token: exit code %d\n%s", r.Code, r.Err)
	}
	return strings.TrimSuffix(r.Out, "\n")
}

// As gives a client with a token; without one it is a visitor.
func (s *Server) As(token string) *apitest.Client { return apitest.At(s.URL+"/graphql", token) }
