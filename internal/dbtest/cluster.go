package dbtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

const (
	// keeperVar marks a process as the keeper of a cluster, and names its folder.
	keeperVar = "TRADEWIND_DBTEST_KEEPER"

	// linger is how long a cluster outlives its last user, so that the next
	// package, still compiling, finds it.
	linger = 30 * time.Second

	// roomy is the size in bytes from which /dev/shm holds a run's databases.
	roomy = 1 << 30
)

// Every test binary shares one cluster, and each of them is short-lived. So
// the cluster is the child of a keeper: this same binary, started again in a
// session of its own by whoever comes first. Users hold a shared lock for as
// long as they live; when the keeper gets the exclusive one, nobody is left.
var _ = keepIfAsked()

func keepIfAsked() struct{} {
	if folder := os.Getenv(keeperVar); folder != "" {
		keep(folder)
		os.Exit(0)
	}
	return struct{}{}
}

// clusterFolder returns the folder all test runs of this user share. Its
// locks stay; what lies below goes with the cluster.
func clusterFolder() (string, error) {
	base := os.TempDir()
	var fs syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &fs) == nil && fs.Blocks*uint64(fs.Bsize) >= roomy && writable("/dev/shm") {
		base = "/dev/shm"
	}
	dir := filepath.Join(base, fmt.Sprintf("tradewind-test-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() {
		return "", fmt.Errorf("%s belongs to somebody else: remove it", dir)
	}
	return dir, os.Chmod(dir, 0o711) // PostgreSQL's own user passes through
}

func writable(dir string) bool {
	f, err := os.CreateTemp(dir, "tradewind-probe-")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// join returns the run's cluster, starting it when nobody has. The lock it
// takes lasts until this process ends.
func join(ctx context.Context) (*postgres.Server, error) {
	base, err := clusterFolder()
	if err != nil {
		return nil, err
	}
	found, err := postgres.Installations(ctx)
	if err != nil {
		return nil, err
	}
	major := 0
	if len(found) > 0 {
		major = found[0].Major
	}
	folder := filepath.Join(base, fmt.Sprintf("v%d-pg%d", format, major))
	users, err := lock(folder+".users", syscall.LOCK_SH)
	if err != nil {
		return nil, err
	}
	userLock = users

	starting, err := lock(folder+".starting", syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer starting.Close()
	options := postgres.Options{DataDir: folder, Log: quiet}
	if s, err := postgres.Attach(ctx, options); err == nil {
		return s, nil
	}
	if err := startKeeper(ctx, folder); err != nil {
		return nil, err
	}
	return postgres.Attach(ctx, options)
}

// userLock keeps the shared lock's file from being collected.
var userLock *os.File

var quiet = slog.New(slog.DiscardHandler)

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// startKeeper runs this binary as the cluster's keeper and waits until it
// reports that PostgreSQL is up.
func startKeeper(ctx context.Context, folder string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), keeperVar+"="+folder)
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{write} // fd 3; the test's own output stays closed to it
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return fmt.Errorf("start the keeper of the test cluster: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = read.SetReadDeadline(deadline)
	}
	answer, err := io.ReadAll(bufio.NewReader(read))
	if err != nil {
		return fmt.Errorf("wait for the test cluster: %w", err)
	}
	if text := strings.TrimSpace(string(answer)); text != "ready" {
		return fmt.Errorf("start the test cluster: %s", text)
	}
	return nil
}

// keep runs the cluster in folder until nobody has used it for a while, then
// removes it.
func keep(folder string) {
	syscall.CloseOnExec(3) // or PostgreSQL would hold the answer open
	answer := os.NewFile(3, "answer")
	ctx := context.Background()
	if err := os.RemoveAll(filepath.Join(folder, "postgres", "data.new")); err != nil {
		fmt.Fprint(answer, err)
		return
	}
	server, err := postgres.Start(ctx, postgres.Options{
		DataDir: folder, Scratch: true, Log: quiet,
		Settings: map[string]string{
			"max_connections": "400",
			"shared_buffers":  "128MB",
			"max_wal_size":    "512MB",
		},
	})
	if err != nil {
		fmt.Fprint(answer, err)
		return
	}
	fmt.Fprint(answer, "ready")
	_ = answer.Close()

	idle := time.Duration(0)
	const step = 250 * time.Millisecond
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-server.Done():
			return
		case <-tick.C:
		}
		users, err := lock(folder+".users", syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			idle = 0
			continue
		}
		if idle += step; idle < linger {
			_ = users.Close()
			continue
		}
		// New users wait for the lock, and then start a keeper of their own.
		_ = server.Stop(ctx)
		_ = os.RemoveAll(folder)
		return
	}
}
