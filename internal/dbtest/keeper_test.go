package dbtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// userVar has this binary use the cluster below the folder it names, as a
// test package does, until its input ends or it is killed.
const userVar = "TRADEWIND_DBTEST_USER"

func TestMain(m *testing.M) {
	if base := os.Getenv(userVar); base != "" {
		if err := use(context.Background(), base); err != nil {
			fmt.Println("failed", err)
		}
		return
	}
	os.Exit(m.Run())
}

func use(ctx context.Context, base string) error {
	run, err := enter(ctx, base, 300*time.Millisecond)
	if err != nil {
		return err
	}
	name := run.cloneName()
	if err := run.clone(name, run.template); err != nil {
		return err
	}
	fmt.Println("ready", name, run.server.DSN(name))
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// package_ is a test package at work in a process of its own.
type package_ struct {
	cmd      *exec.Cmd
	input    io.Closer
	database string
	dsn      string
}

func startPackage(t *testing.T, base, as string) (*package_, error) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	if as != "" { // the folder that go test builds in is closed to others
		binary := filepath.Join(Folder(t), "package")
		data, err := os.ReadFile(self)
		must(t, err)
		must(t, os.WriteFile(binary, data, 0o755))
		self = binary
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), userVar+"="+base)
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	if as != "" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: ids(t, as)}
	}
	input, err := cmd.StdinPipe()
	must(t, err)
	output, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, err
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if word != "ready" {
		return nil, errors.New(rest)
	}
	p := &package_{cmd: cmd, input: input}
	p.database, p.dsn, _ = strings.Cut(rest, " ")
	return p, nil
}

func (p *package_) finish(t *testing.T) {
	t.Helper()
	must(t, p.input.Close())
	must(t, p.cmd.Wait())
}

func (p *package_) kill(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait()
}

func ids(t *testing.T, name string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup(name)
	must(t, err)
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	must(t, err)
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	must(t, err)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// postmaster is the process of the cluster below base.
func postmaster(t *testing.T, base string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(base, "*", "postgres", "data", "postmaster.pid"))
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("clusters below %s: %v", base, files)
	}
	text, err := os.ReadFile(files[0])
	must(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	must(t, err)
	return pid
}

// place is a folder for a cluster, which has ended when the test has.
func place(t *testing.T) string {
	t.Helper()
	base := Folder(t)
	t.Cleanup(func() {
		within(t, "the cluster's data is left behind", func() bool {
			left, err := filepath.Glob(filepath.Join(base, "*", "postgres"))
			return err == nil && len(left) == 0
		})
	})
	return base
}

func waitGone(t *testing.T, pid int) {
	t.Helper()
	within(t, "PostgreSQL is left behind", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
}

func within(t *testing.T, complaint string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal(complaint)
		}
	}
}

func query(t *testing.T, dsn, sql string, args ...any) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	must(t, err)
	defer conn.Close(t.Context())
	var answer string
	must(t, conn.QueryRow(t.Context(), sql, args...).Scan(&answer))
	return answer
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// users of this run: ourselves, and an ordinary one where we are root.
func users() []string {
	if os.Getuid() == 0 {
		return []string{"", "nobody"}
	}
	return []string{""}
}

func TestClusterOutlivesItsFirstUserAndEndsWithTheLast(t *testing.T) {
	t.Parallel()
	for _, as := range users() {
		t.Run("as "+as, func(t *testing.T) {
			t.Parallel()
			base := place(t)
			if as != "" {
				who := ids(t, as)
				must(t, os.Chown(base, int(who.Uid), int(who.Gid)))
			}
			first, err := startPackage(t, base, as)
			must(t, err)
			second, err := startPackage(t, base, as)
			must(t, err)
			pid := postmaster(t, base)

			first.kill(t)
			if got := query(t, second.dsn, "select count(*)::text from brands"); got != "0" {
				t.Errorf("brands: %s", got)
			}
			third, err := startPackage(t, base, as)
			must(t, err)
			left := query(t, third.dsn, "select count(*)::text from pg_database where datname = $1", first.database)
			if left != "0" {
				t.Error("the database of a killed process is still there")
			}
			if query(t, third.dsn, "select count(*)::text from pg_database where datname = $1", second.database) != "1" {
				t.Error("the database of a living process is gone")
			}
			if postmaster(t, base) != pid {
				t.Error("there was another cluster in between")
			}

			second.finish(t)
			third.kill(t)
			waitGone(t, pid)
		})
	}
}

func TestPackagesThatStartAtOnceShareOneCluster(t *testing.T) {
	t.Parallel()
	base := place(t)
	type outcome struct {
		p   *package_
		err error
	}
	outcomes := make(chan outcome)
	for range 4 {
		go func() {
			p, err := startPackage(t, base, "")
			outcomes <- outcome{p, err}
		}()
	}
	clusters := map[string]bool{}
	for range 4 {
		o := <-outcomes
		if o.err != nil {
			t.Error(o.err)
			continue
		}
		clusters[query(t, o.p.dsn, "select system_identifier::text from pg_control_system()")] = true
	}
	if len(clusters) != 1 {
		t.Errorf("%d clusters", len(clusters))
	}
}

func TestUsersThatArriveWhileTheClusterEnds(t *testing.T) {
	t.Parallel()
	base := place(t)
	run, err := startPackage(t, base, "")
	must(t, err)
	for range 2 {
		pid := filepath.Join(base, "*", "postgres", "data", "postmaster.pid")
		run.finish(t)
		within(t, "the cluster does not end", func() bool {
			files, err := filepath.Glob(pid)
			if err != nil || len(files) == 0 {
				return true
			}
			text, err := os.ReadFile(files[0])
			return err != nil || !strings.Contains(string(text), "ready")
		})
		run, err = startPackage(t, base, "")
		must(t, err)
		query(t, run.dsn, "select 'x'")
	}
}

func TestClusterIsReplacedAfterItsKeeperWasKilled(t *testing.T) {
	t.Parallel()
	base := place(t)
	first, err := startPackage(t, base, "")
	must(t, err)
	locks, err := filepath.Glob(filepath.Join(base, "*", "postgres", "lock"))
	must(t, err)
	holder, err := os.ReadFile(locks[0])
	must(t, err)
	var pid int
	_, err = fmt.Sscanf(string(holder), "process %d", &pid)
	must(t, err)
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	second, err := startPackage(t, base, "")
	must(t, err)
	query(t, second.dsn, "select 'x'")
	first.kill(t)
	second.finish(t)
}

func TestClusterThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	base := place(t)
	run, err := startPackage(t, base, "")
	must(t, err)
	clusters, err := filepath.Glob(filepath.Join(base, "*", "postgres"))
	must(t, err)
	pid := postmaster(t, base)
	run.finish(t)
	waitGone(t, pid)
	cluster := filepath.Dir(clusters[0])
	within(t, "the cluster's folder is left behind", func() bool { _, err := os.Stat(cluster); return err != nil })

	must(t, os.WriteFile(cluster, nil, 0o600))
	_, err = startPackage(t, base, "")
	if err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("the test would fail with: %v", err)
	}
}
