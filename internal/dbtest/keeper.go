package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/filelock"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

const (
	// keeperVar marks a process as the keeper of a cluster, and names its folder.
	keeperVar = "TRADEWIND_DBTEST_KEEPER"
	// lingerVar tells it how long to outlive the last user.
	lingerVar = "TRADEWIND_DBTEST_LINGER"
)

// Every test binary shares one cluster, and each of them is short-lived. So
// the cluster is the child of a keeper: this same binary, started again in a
// session of its own by whoever comes first. Users hold a shared lock for as
// long as they live; when the keeper gets the exclusive one, nobody is left.
//
//nolint:gochecknoinits // it must come before any test or TestMain
func init() {
	if folder := os.Getenv(keeperVar); folder != "" {
		linger, err := time.ParseDuration(os.Getenv(lingerVar))
		if err == nil {
			keep(context.Background(), folder, linger)
		}
		os.Exit(0)
	}
}

// startKeeper runs this binary as the cluster's keeper and waits until it
// reports that PostgreSQL is up.
func startKeeper(ctx context.Context, folder string, linger time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self)
	cmd.Env = append(os.Environ(), keeperVar+"="+folder, lingerVar+"="+linger.String())
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{write} // its fd 3; it must not hold the test's output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	if err := errors.Join(err, write.Close()); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = read.SetReadDeadline(deadline)
	}
	answer, err := io.ReadAll(read)
	if err != nil {
		return err
	}
	if string(answer) != "ready" {
		return fmt.Errorf("%s", answer)
	}
	return nil
}

// keep runs the cluster in folder until nobody has used it for linger, then
// removes it.
func keep(ctx context.Context, folder string, linger time.Duration) {
	syscall.CloseOnExec(3) // or PostgreSQL would hold the answer open
	answer := os.NewFile(3, "answer")
	server, err := startScratch(ctx, folder)
	if err != nil {
		fmt.Fprint(answer, err)
		return
	}
	fmt.Fprint(answer, "ready")
	_ = answer.Close()

	const step = 100 * time.Millisecond
	tick := time.NewTicker(step)
	defer tick.Stop()
	for idle := time.Duration(0); ; {
		select {
		case <-server.Done():
			_ = server.Stop(ctx)
			return
		case <-tick.C:
		}
		users, err := filelock.TryExclusive(folder + ".users")
		if err != nil {
			idle = 0
			continue
		}
		if idle += step; idle < linger {
			_ = users.Close()
			continue
		}
		// New users wait for the lock until this process has ended, and then
		// start a keeper of their own.
		_ = server.Stop(ctx)
		_ = os.RemoveAll(folder)
		return
	}
}

// startScratch runs the cluster in folder, or a new one where it is broken,
// as one without fsync may be after a power cut.
func startScratch(ctx context.Context, folder string) (*postgres.Server, error) {
	options := postgres.Options{
		DataDir: folder,
		Scratch: true,
		Log:     quiet,
		Settings: map[string]string{
			"max_connections": "1000",
			"shared_buffers":  "128MB",
			"max_wal_size":    "512MB",
		},
	}
	server, err := postgres.Start(ctx, options)
	if err == nil {
		return server, nil
	}
	if _, inUse := errors.AsType[*postgres.InUseError](err); inUse {
		return nil, err
	}
	if os.RemoveAll(filepath.Join(folder, "postgres", "data")) != nil {
		return nil, err
	}
	return postgres.Start(ctx, options)
}
