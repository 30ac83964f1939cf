package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// helperVar has this test binary run a cluster in the folder it names, so
// that tests can start one as another user, and kill it.
const helperVar = "TRADEWIND_POSTGRES_HELPER"

// watchVar has it leave a shell to watch over the process it names.
const watchVar = "TRADEWIND_POSTGRES_WATCH"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperVar); dir != "" {
		help(dir)
		return
	}
	if pid, err := strconv.Atoi(os.Getenv(watchVar)); err == nil {
		postgres.WatchByShell(pid)
		fmt.Println("watching")
		select {} // until killed
	}
	code := m.Run()
	if dir, err := made(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func help(dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server, err := postgres.Start(ctx, quietly(dir))
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	fmt.Println("ready", os.Getpid(), server.DSN("shop"))
	<-ctx.Done()
	if err := server.Stop(context.WithoutCancel(ctx)); err != nil {
		fmt.Println("failed", err)
	}
}

// quietly are the options of a cluster with one database, shop.
func quietly(dir string) postgres.Options {
	return postgres.Options{DataDir: dir, Database: "shop", Log: slog.New(slog.DiscardHandler)}
}

// helper is a process of ours that runs a cluster.
type helper struct {
	cmd *exec.Cmd
	pid int // of the process that runs the cluster
	dsn string
}

// startHelper runs the helper as a user ("" is ourselves) and waits until its
// cluster is up, or returns what it failed with.
func startHelper(t *testing.T, dir, as string) (*helper, error) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	// The folder that go test builds in is closed to other users.
	binary := filepath.Join(dbtest.Folder(t), "helper")
	copyFile(t, self, binary)
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = append(os.Environ(), helperVar+"="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if as != "" {
		uid, gid := idsOf(t, as)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	return await(t, cmd)
}

// await starts cmd and reads its first line.
func await(t *testing.T, cmd *exec.Cmd) (*helper, error) {
	t.Helper()
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	h := &helper{cmd: cmd}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		// Killed, it leaves its socket's folder for the next start to reuse.
		if u, err := url.Parse(h.dsn); err == nil && h.dsn != "" {
			_ = os.RemoveAll(u.Query().Get("host"))
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the helper said nothing: %v\n%s", err, log.String())
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if word != "ready" {
		text, _ := io.ReadAll(out)
		return nil, errors.New(rest + "\n" + string(text))
	}
	var pid string
	pid, h.dsn, _ = strings.Cut(rest, " ")
	h.pid, err = strconv.Atoi(pid)
	must(t, err)
	return h, nil
}

func mustStart(t *testing.T, dir, as string) *helper {
	t.Helper()
	h, err := startHelper(t, dir, as)
	must(t, err)
	return h
}

// end signals the helper and waits for it.
func (h *helper) end(t *testing.T, signal syscall.Signal) {
	t.Helper()
	must(t, h.cmd.Process.Signal(signal))
	_ = h.cmd.Wait()
}

// users of this run: ourselves, and an ordinary one where we are root.
func users() []string {
	if os.Getuid() == 0 {
		return []string{"", "nobody"}
	}
	return []string{""}
}

// folderFor is an empty data folder that belongs to a user.
func folderFor(t *testing.T, as string) string {
	t.Helper()
	dir := dbtest.Folder(t)
	if as != "" {
		uid, gid := idsOf(t, as)
		must(t, os.Chown(dir, int(uid), int(gid)))
	}
	return dir
}

// made is a cluster that most tests start from a copy of, since making one
// takes a second.
var made = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "tradewind-made-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	s, err := postgres.Start(ctx, quietly(dir))
	if err != nil {
		return "", err
	}
	return dir, s.Stop(ctx)
})

// folderWithData is a data folder of a user with a cluster in it.
func folderWithData(t *testing.T, as string) string {
	t.Helper()
	from, err := made()
	must(t, err)
	dir := folderFor(t, as)
	out, err := exec.CommandContext(t.Context(), "cp", "-a", filepath.Join(from, "postgres"), dir).CombinedOutput()
	if err == nil && as != "" {
		out, err = exec.CommandContext(t.Context(), "chown", "-R", as, dir).CombinedOutput()
	}
	if err != nil {
		t.Fatalf("copy the cluster: %v: %s", err, out)
	}
	return dir
}

func idsOf(t *testing.T, name string) (uid, gid uint32) {
	t.Helper()
	u, err := user.Lookup(name)
	must(t, err)
	id, err := strconv.ParseUint(u.Uid, 10, 32)
	must(t, err)
	group, err := strconv.ParseUint(u.Gid, 10, 32)
	must(t, err)
	return uint32(id), uint32(group)
}

// postmaster is the pid of the PostgreSQL that runs on a data folder.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	must(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	must(t, err)
	return pid
}

// waitGone fails the test unless the process ends within a minute.
func waitGone(t *testing.T, what string, pid int) {
	t.Helper()
	if !within(time.Minute, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }) {
		t.Fatalf("%s (process %d) was left behind", what, pid)
	}
}

func within(limit time.Duration, done func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(limit)
	for !done() {
		select {
		case <-tick.C:
		case <-end:
			return false
		}
	}
	return true
}

// ask runs a query of one text value.
func ask(t *testing.T, dsn, sql string) string {
	t.Helper()
	conn := dial(t, dsn)
	defer conn.Close(t.Context())
	var answer string
	must(t, conn.QueryRow(t.Context(), sql).Scan(&answer))
	return answer
}

func dial(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	must(t, err)
	return conn
}

// copyFile lets no process begin meanwhile: one that inherited the file open
// for writing would keep it from being run ("text file busy").
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	must(t, err)
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	must(t, os.WriteFile(to, data, 0o755))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
