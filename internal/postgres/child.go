package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// largestLog is the size in bytes from which PostgreSQL's log starts anew.
const largestLog = 16 << 20

// child is the postmaster we started.
type child struct {
	process *os.Process
	done    chan struct{} // closed when it has ended
	err     error         // how it ended; read after done
}

// launch starts PostgreSQL and returns once it accepts connections.
func launch(ctx context.Context, bin Installation, l layout, as *account, socketDir string, logger *slog.Logger) (*child, error) {
	log, err := openLog(l)
	if err != nil {
		return nil, l.unwritable(err)
	}
	defer log.Close()
	start, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, l.unwritable(err)
	}
	// It outlives ctx, which bounds the start alone.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin.Bin, "postgres"),
		"-D", l.data, "-p", port,
		"-c", "listen_addresses=",
		"-c", `unix_socket_directories="`+socketDir+`"`,
		"-c", "unix_socket_permissions=0700",
		"-c", "logging_collector=off",
		"-c", "log_destination=stderr")
	cmd.Stdout, cmd.Stderr = log, log
	as.as(cmd, l.data)
	c := &child{done: make(chan struct{})}
	if err := c.start(cmd); err != nil {
		return nil, fmt.Errorf("start %s as %s: %w", cmd.Path, as, err)
	}
	if err := c.awaitReady(ctx, l, logger); err != nil {
		_ = c.giveUp(ctx)
		return nil, fmt.Errorf("PostgreSQL in %s did not start: %w\n%s", l.data, err, logSince(l, start))
	}
	return c, nil
}

// start runs cmd from a thread that lives as long as the child: Linux counts
// the end of the thread that started it as the death of the parent.
func (c *child) start(cmd *exec.Cmd) error {
	endWithParent(cmd, syscall.SIGINT)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err != nil {
			started <- err
			return
		}
		c.process = cmd.Process
		stopWatching := watchParent(cmd.Process.Pid)
		started <- nil
		c.err = cmd.Wait()
		stopWatching()
		close(c.done)
	}()
	return <-started
}

func (c *child) awaitReady(ctx context.Context, l layout, log *slog.Logger) error {
	patience := newPatience()
	for {
		if s, err := readStatus(l); err == nil && s.pid == c.process.Pid && s.ready() {
			return nil
		}
		select {
		case <-c.done:
			return fmt.Errorf("it ended at once (%v) and said:", c.err) //nolint:errorlint,revive // nil where it ended well; its words follow
		default:
		}
		if patience.over() {
			log.Info("PostgreSQL takes its time: after a crash it first recovers")
		}
		if err := wait(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
}

// stop asks for a fast shutdown, and when ctx ends for an immediate one.
func (c *child) stop(ctx context.Context) error {
	_ = c.process.Signal(syscall.SIGINT)
	select {
	case <-c.done:
	case <-ctx.Done():
		_ = c.process.Signal(syscall.SIGQUIT)
		<-c.done
	}
	if c.err != nil {
		return fmt.Errorf("PostgreSQL ended badly: %w", c.err)
	}
	return nil
}

// giveUp stops a child that nobody is going to use.
func (c *child) giveUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return c.stop(ctx)
}

// status is what the postmaster tells in postmaster.pid.
type status struct {
	pid       int
	socketDir string
	state     string
}

func (s status) ready() bool { return s.state == "ready" }

func readStatus(l layout) (status, error) {
	text, err := os.ReadFile(filepath.Join(l.data, "postmaster.pid"))
	if err != nil {
		return status{}, err
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return status{}, fmt.Errorf("read postmaster.pid: %w", err)
	}
	s := status{pid: pid, state: "starting"}
	if len(lines) > 7 {
		s.socketDir = strings.TrimSpace(lines[4])
		s.state = strings.TrimSpace(lines[7])
	}
	return s, nil
}

// awaitPredecessor waits for a PostgreSQL whose parent was killed and which
// is still writing its last. We hold the folder's lock, so nobody uses it.
// A pid that meanwhile belongs to another program is cleared away.
func awaitPredecessor(ctx context.Context, l layout, log *slog.Logger) error {
	patience := newPatience()
	for {
		s, err := readStatus(l)
		if err != nil || !alive(s.pid) {
			return nil //nolint:nilerr // no status, no predecessor
		}
		if !isPostmaster(s.pid, l.data) {
			return os.Remove(filepath.Join(l.data, "postmaster.pid"))
		}
		if patience.over() {
			log.Info("waiting for an earlier PostgreSQL to stop", "process", s.pid)
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("PostgreSQL process %d still runs on %s although nothing of ours does: stop it (kill -INT %d) and start again",
				s.pid, l.data, s.pid)
		}
	}
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

func openLog(l layout) (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(l.log); err == nil && info.Size() > largestLog {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(l.log, flags, 0o600)
}

func logSince(l layout, offset int64) string {
	text, err := os.ReadFile(l.log)
	if err != nil || offset > int64(len(text)) {
		return ""
	}
	return lastLines(text[offset:])
}

// watchByShell leaves a shell behind that reads from a pipe only we hold. The
// pipe ends when we do, also when we were killed, and the shell then asks the
// postmaster for a fast shutdown. For systems without a parent-death signal.
func watchByShell(pid int) (stop func()) {
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", `read -r _; kill -INT "$0"`, strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return func() {}
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = pipe.Close()
		_ = cmd.Wait()
	}
}
