// Package servertest runs the product's own binary in tests, as the processes
// people start.
package servertest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/filelock"
)

// Root is the module's folder.
var Root = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	return filepath.Dir(strings.TrimSpace(string(out))), err
})

var build = sync.OnceValues(func() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	// One for all packages of a run: the go tool leaves alone what is up to date.
	sum := sha256.Sum256([]byte(root))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("tradewind-binary-%d-%s", os.Getuid(), hex.EncodeToString(sum[:4])))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() {
		return "", fmt.Errorf("%s belongs to somebody else: remove it", dir)
	}
	lock, err := filelock.Exclusive(filepath.Join(dir, "lock"))
	if err != nil {
		return "", err
	}
	defer lock.Close()
	binary := filepath.Join(dir, "tradewind")
	cmd := exec.Command("go", "build", "-o", binary, ".")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return binary, nil
})

// Binary is the path of the built program.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Options of a process.
type Options struct {
	// Dir is its data folder. Default: an empty one that ends with the test.
	Dir string
	// Database is its DATABASE_URL; without one it runs a private PostgreSQL.
	Database string
	// Env is added to its environment, which holds nothing else of ours but PATH.
	Env []string
	// As is the user it runs as. Default: ourselves.
	As string
}

// command prepares a process of the binary, or of cmd where one is given.
func (o *Options) command(t testing.TB, args []string) *exec.Cmd {
	t.Helper()
	if o.Dir == "" {
		o.Dir = Folder(t, o.As)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), Binary(t), args...)
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "DATA_DIR=" + o.Dir, "DATABASE_URL=" + o.Database}, o.Env...)
	if o.As != "" {
		uid, gid := ids(t, o.As)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	}
	return cmd
}

// Result is what a process left.
type Result struct {
	Code     int
	Out, Err string
}

// Run runs a command to its end.
func Run(t testing.TB, o Options, args ...string) Result {
	t.Helper()
	return RunCommand(t, o.command(t, args))
}

// RunCommand runs any process to its end.
func RunCommand(t testing.TB, cmd *exec.Cmd) Result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Result{Code: cmd.ProcessState.ExitCode(), Out: out.String(), Err: errs.String()}
}

// Users of this run: ourselves, and an ordinary one where we are root.
func Users() []string {
	if os.Getuid() == 0 {
		return []string{"", "nobody"}
	}
	return []string{""}
}

// Folder is an empty data folder that belongs to a user.
func Folder(t testing.TB, as string) string {
	t.Helper()
	dir := dbtest.Folder(t)
	if as != "" {
		uid, gid := ids(t, as)
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func ids(t testing.TB, name string) (uid, gid uint32) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.ParseUint(u.Uid, 10, 32)
	group, groupErr := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err, groupErr); err != nil {
		t.Fatal(err)
	}
	return uint32(id), uint32(group)
}

// Postmaster is the pid of the PostgreSQL that runs on a data folder.
func Postmaster(t testing.TB, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// Gone fails the test unless the process ends within 20 s.
func Gone(t testing.TB, what string, pid int) {
	t.Helper()
	if !Within(20*time.Second, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }) {
		t.Fatalf("%s (process %d) was left behind", what, pid)
	}
}

// Within waits until done, at most limit.
func Within(limit time.Duration, done func() bool) bool {
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
