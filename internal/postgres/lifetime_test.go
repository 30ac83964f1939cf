package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

func TestRunsAsAnUnprivilegedUser(t *testing.T) {
	t.Parallel()
	for _, as := range users() {
		t.Run("started by "+nameOf(as), func(t *testing.T) {
			t.Parallel()
			dir := folderFor(t, as)
			h := mustStart(t, dir, as)
			pid := postmaster(t, dir)

			socket := strings.Trim(ask(t, h.dsn, "select current_setting('unix_socket_directories')"), `"`)
			info, err := os.Stat(filepath.Join(socket, ".s.PGSQL.5432"))
			must(t, err)
			stat, _ := info.Sys().(*syscall.Stat_t)
			if want := uidOf(t, as); stat.Uid != want || want == 0 {
				t.Errorf("PostgreSQL runs as user %d, want %d", stat.Uid, want)
			}
			for setting, want := range map[string]string{
				"listen_addresses": "", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
				"server_encoding": "UTF8", "timezone": "UTC", "data_checksums": "on",
			} {
				if got := ask(t, h.dsn, "select current_setting('"+setting+"')"); got != want {
					t.Errorf("%s is %q, want %q", setting, got, want)
				}
			}
			for name, mode := range map[string]os.FileMode{
				"postgres": 0o700, "postgres/data": 0o700, "postgres/postgres.log": 0o600,
			} {
				info, err := os.Stat(filepath.Join(dir, name))
				must(t, err)
				if info.Mode().Perm() != mode {
					t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), mode)
				}
			}

			h.end(t, syscall.SIGTERM)
			waitGone(t, "PostgreSQL", pid)
			if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the socket's folder %s was left behind: %v", socket, err)
			}
		})
	}
}

func TestRootRunsDataAsItsOwner(t *testing.T) {
	t.Parallel()
	as := ""
	if os.Getuid() == 0 {
		as = "nobody" // whom it falls back to where there is no user postgres
	}
	dir := folderWithData(t, as)
	mustStart(t, dir, "")
	info, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	must(t, err)
	if stat, _ := info.Sys().(*syscall.Stat_t); stat.Uid != uidOf(t, as) {
		t.Errorf("PostgreSQL runs as user %d, the data belongs to %d", stat.Uid, uidOf(t, as))
	}
}

func TestKilledLosesNoCommit(t *testing.T) {
	t.Parallel()
	for _, as := range users() {
		t.Run("started by "+nameOf(as), func(t *testing.T) {
			t.Parallel()
			dir := folderWithData(t, as)
			h := mustStart(t, dir, as)
			conn := dial(t, h.dsn)
			_, err := conn.Exec(t.Context(), "create table sale (n bigint primary key)")
			must(t, err)

			var committed int64
			// One kill takes our process while a client writes, the next
			// PostgreSQL itself: that one needs crash recovery.
			for _, victim := range []string{"parent", "postgres"} {
				pid := postmaster(t, dir)
				stop := write(t, h.dsn, &committed)
				if victim == "parent" {
					h.end(t, syscall.SIGKILL)
				} else {
					must(t, syscall.Kill(pid, syscall.SIGKILL))
					h.end(t, syscall.SIGKILL)
				}
				stop()
				waitGone(t, "PostgreSQL", pid)

				h = mustStart(t, dir, as)
				got, err := strconv.ParseInt(ask(t, h.dsn, "select count(*)::text from sale"), 10, 64)
				must(t, err)
				// The last one may have been written and not yet answered.
				if got < committed || got > committed+1 {
					t.Fatalf("%s killed: %d rows, %d commits were confirmed", victim, got, committed)
				}
				committed = got
			}
		})
	}
}

// write commits rows until the connection breaks; it returns once some are
// in, with a function that waits for the break.
func write(t *testing.T, dsn string, committed *int64) (stop func()) {
	t.Helper()
	conn := dial(t, dsn)
	ended := make(chan struct{})
	var n atomic.Int64
	n.Store(*committed)
	go func() {
		defer close(ended)
		for {
			if _, err := conn.Exec(context.WithoutCancel(t.Context()), "insert into sale values ($1)", n.Load()+1); err != nil {
				return
			}
			n.Add(1)
		}
	}()
	if !within(30*time.Second, func() bool { return n.Load() >= *committed+20 }) {
		t.Fatal("nothing was written")
	}
	return func() { <-ended; *committed = n.Load() }
}

func TestKilledGoToolLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := folderWithData(t, "")
	cmd := exec.CommandContext(t.Context(), "go", "run", "./testdata/serve", dir)
	h, err := await(t, cmd)
	must(t, err)
	server, database := h.pid, postmaster(t, dir)
	if server == cmd.Process.Pid {
		t.Fatal("the go tool ran nothing of its own")
	}
	h.end(t, syscall.SIGKILL)
	waitGone(t, "the program", server)
	waitGone(t, "PostgreSQL", database)
}

func TestShellWatchesWhereTheKernelDoesNot(t *testing.T) {
	t.Parallel()
	// The child stands for PostgreSQL: it ends by SIGINT alone.
	child := exec.CommandContext(t.Context(), "sleep", "60")
	must(t, child.Start())
	t.Run("stopped watching, the child lives on", func(t *testing.T) {
		postgres.WatchByShell(child.Process.Pid)()
		if err := syscall.Kill(child.Process.Pid, 0); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("parent killed, the child is asked to stop", func(t *testing.T) {
		self, err := os.Executable()
		must(t, err)
		parent := exec.CommandContext(t.Context(), self)
		parent.Env = append(os.Environ(), fmt.Sprintf("%s=%d", watchVar, child.Process.Pid))
		out, err := parent.StdoutPipe()
		must(t, err)
		must(t, parent.Start())
		_, err = out.Read(make([]byte, 8))
		must(t, err)
		must(t, parent.Process.Kill())
		_ = parent.Wait()
		var exit *exec.ExitError
		if err := child.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
			t.Fatalf("the child ended by %v", err)
		}
	})
}

func TestStartedTwiceOnOneFolder(t *testing.T) {
	t.Parallel()
	dir := folderWithData(t, "")
	h := mustStart(t, dir, "")
	_, err := postgres.Start(t.Context(), quietly(dir))
	if _, ok := errors.AsType[*postgres.InUseError](err); !ok {
		t.Fatalf("the second start: %v", err)
	}
	for _, want := range []string{dir, "process " + strconv.Itoa(h.pid), "--data-dir"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the refusal does not name %q: %v", want, err)
		}
	}
	if got := ask(t, h.dsn, "select 'still here'"); got != "still here" {
		t.Error(got)
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	t.Run("joins a running cluster and leaves it running", func(t *testing.T) {
		t.Parallel()
		dir := folderWithData(t, "")
		h := mustStart(t, dir, "")
		guest, err := postgres.Join(t.Context(), quietly(dir))
		must(t, err)
		if guest.Own() {
			t.Error("it runs a cluster of its own")
		}
		ask(t, guest.DSN("shop"), "select 'x'")
		must(t, guest.Stop(t.Context()))
		ask(t, h.dsn, "select 'x'")
	})
	t.Run("runs a cluster for its own duration", func(t *testing.T) {
		t.Parallel()
		dir := folderWithData(t, "")
		own, err := postgres.Join(t.Context(), quietly(dir))
		must(t, err)
		pid := postmaster(t, dir)
		ask(t, own.DSN("shop"), "select 'x'")
		must(t, own.Stop(t.Context()))
		waitGone(t, "PostgreSQL", pid)
	})
	t.Run("waits for those who joined before it ends", func(t *testing.T) {
		t.Parallel()
		dir := folderWithData(t, "")
		own, err := postgres.Join(t.Context(), quietly(dir))
		must(t, err)
		guest, err := postgres.Join(t.Context(), quietly(dir))
		must(t, err)
		stopped := make(chan error, 1)
		go func() { stopped <- own.Stop(t.Context()) }()
		for range 20 {
			ask(t, guest.DSN("postgres"), "select 'x'")
		}
		select {
		case err := <-stopped:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		must(t, guest.Stop(t.Context()))
		must(t, <-stopped)
	})
	t.Run("many at once make and share one", func(t *testing.T) {
		t.Parallel()
		dir := dbtest.Folder(t)
		results := make(chan error)
		for range 6 {
			go func() {
				results <- func() error {
					s, err := postgres.Join(t.Context(), quietly(dir))
					if err != nil {
						return err
					}
					conn, err := pgx.Connect(t.Context(), s.DSN("shop"))
					if err != nil {
						return err
					}
					return errors.Join(conn.Close(t.Context()), s.Stop(t.Context()))
				}()
			}()
		}
		for range 6 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

// uidOf is the user PostgreSQL shall run as, started by as.
func uidOf(t *testing.T, as string) uint32 {
	t.Helper()
	if as == "" && os.Getuid() != 0 {
		return uint32(os.Getuid())
	}
	if as == "" {
		as = "postgres"
		if _, err := user.Lookup(as); err != nil {
			as = "nobody"
		}
	}
	uid, _ := idsOf(t, as)
	return uid
}

func nameOf(as string) string {
	switch {
	case as != "":
		return "an ordinary user"
	case os.Getuid() == 0:
		return "root"
	}
	return "ourselves"
}
