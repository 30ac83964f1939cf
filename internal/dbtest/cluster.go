package dbtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/filelock"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// roomy is the size in bytes from which /dev/shm holds a run's databases.
const roomy = 1 << 30

// clusterFolder returns the folder all test runs of this user share. Its
// locks stay; what lies below goes with the cluster.
func clusterFolder() (string, error) {
	dir := filepath.Join(tempDir(), fmt.Sprintf("tradewind-test-%d", os.Getuid()))
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

// tempDir is where test data goes: into memory where there is enough.
func tempDir() string {
	const memory = "/dev/shm"
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) == nil && fs.Blocks*uint64(fs.Bsize) >= roomy && writable(memory) {
		return memory
	}
	return os.TempDir()
}

func writable(dir string) bool {
	f, err := os.CreateTemp(dir, "tradewind-probe-")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// join returns the cluster below base, starting it when nobody has. The lock
// it takes lasts until this process ends.
func join(ctx context.Context, base string, linger time.Duration) (*postgres.Server, error) {
	found, err := postgres.Installations(ctx)
	if err != nil {
		return nil, err
	}
	major := 0
	if len(found) > 0 {
		major = found[0].Major
	}
	folder := filepath.Join(base, fmt.Sprintf("v%d-pg%d", format, major))
	if _, err := filelock.Shared(folder + ".users"); err != nil {
		return nil, err
	}
	starting, err := filelock.Exclusive(folder + ".starting")
	if err != nil {
		return nil, err
	}
	defer starting.Close()
	options := postgres.Options{DataDir: folder, Log: quiet}
	s, err := postgres.Attach(ctx, options)
	if err == nil {
		return s, nil
	}
	if starting := startKeeper(ctx, folder, linger); starting != nil {
		return nil, fmt.Errorf("join the test cluster: %w; start one: %w", err, starting)
	}
	return postgres.Attach(ctx, options)
}

// userLock keeps the shared lock's file from being collected.
var userLock *os.File //nolint:unused // being reachable is its use

var quiet = slog.New(slog.DiscardHandler)
