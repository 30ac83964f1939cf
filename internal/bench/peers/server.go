package peers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/bench"
)

// Server is what is measured, in a process of its own.
type Server struct {
	Name string
	// Pid is 0 where it is not known: its time and memory are not told then.
	Pid int
	// Postmaster is the PostgreSQL that it uses, 0 where that is not known.
	Postmaster int

	url     *url.URL
	scripts map[string]script
	// api: it gives the API's own bytes.
	api bool
}

// Child is a server that runs as long as the measurement.
type Child struct {
	Server
	end func() error
}

var serves = regexp.MustCompile(` serves (http://\S+)$`)

// Start runs the program until End; it tells its address once it serves.
func Start(ctx context.Context, name, program string, postmaster int, args ...string) (*Child, error) {
	cmd := bench.Child(ctx, program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Child{Server: Server{Name: name, Pid: cmd.Process.Pid, Postmaster: postmaster, api: true}, end: ending(cmd, out)}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := serves.FindSubmatch(lines.Bytes()); found != nil {
			c.url, err = url.Parse(string(found[1]) + "/graphql")
			return c, err
		}
	}
	return nil, fmt.Errorf("%s does not serve: %w", name, errors.Join(c.End(), ctx.Err()))
}

func ending(cmd *exec.Cmd, out io.Reader) func() error {
	return func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, out)
		return cmd.Wait()
	}
}

// End stops the child.
func (c *Child) End() error { return c.end() }

// script has no steps where the server does not know the operation.
func (s *Server) script(data *Data, operation string) script {
	if s.api {
		return data.scripts(Once())[operation]
	}
	return s.scripts[operation]
}

// memory that it has now, 0 where that is not known.
func (s *Server) memory() int64 {
	if s.Pid == 0 {
		return 0
	}
	return bench.Memory(s.Pid, "VmRSS")
}

// spent is the processor time of a server and its PostgreSQL up to now.
type spent struct{ server, postgres time.Duration }

func (s *Server) spent() spent {
	var t spent
	if s.Pid != 0 {
		t.server = timesOf(s.Pid).own
		for _, child := range children(s.Pid) { // workers of a cluster
			t.server += timesOf(child).own
		}
	}
	if s.Postmaster != 0 {
		main := timesOf(s.Postmaster)
		t.postgres = main.own + main.ended
		for _, backend := range children(s.Postmaster) {
			t.postgres += timesOf(backend).own
		}
	}
	return t
}

// times of a process and of its children that have ended.
type times struct{ own, ended time.Duration }

// tick is the unit of /proc/PID/stat on every Linux.
const tick = 10 * time.Millisecond

func timesOf(pid int) times {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return times{}
	}
	// The name, in parentheses, may hold anything; state is the field after it.
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return times{}
	}
	of := func(i int) time.Duration {
		n, _ := strconv.ParseInt(fields[i], 10, 64)
		return time.Duration(n) * tick
	}
	return times{own: of(11) + of(12), ended: of(13) + of(14)}
}

func children(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var all []int
	for field := range strings.FieldsSeq(string(text)) {
		if n, err := strconv.Atoi(field); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// Postmaster is the parent of a backend, 0 where it runs on another machine
// or cannot be seen.
func Postmaster(backend int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", backend))
	if err != nil || !strings.Contains(string(text), "(postgres)") {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}
