package postgres

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// InUseError is the refusal to run a cluster that another process runs.
type InUseError struct {
	DataDir string
	Process string // pid and program, as far as they are known
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("the data folder %s is in use by %s: stop that one first, or choose another folder (--data-dir, DATA_DIR)",
		e.DataDir, e.Process)
}

// lockFolder takes the cluster for this process. The kernel gives it back
// when the process ends, however it ends.
func lockFolder(l layout) (*os.File, error) {
	f, err := tryLock(l.lock)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, &InUseError{DataDir: l.dataDir, Process: holder(l.lock)}
	}
	if err != nil {
		return nil, l.unwritable(err)
	}
	if err = f.Truncate(0); err == nil {
		_, err = fmt.Fprintf(f, "process %d (%s)\n", os.Getpid(), strings.Join(os.Args, " "))
	}
	if err != nil {
		return nil, l.unwritable(errors.Join(err, f.Close()))
	}
	return f, nil
}

func holder(path string) string {
	text, err := os.ReadFile(path)
	if name := strings.TrimSpace(string(text)); err == nil && name != "" {
		return name
	}
	return "another process"
}

func tryLock(path string) (*os.File, error) {
	return flock(path, syscall.LOCK_EX|syscall.LOCK_NB)
}

func lockShared(path string) (*os.File, error) {
	return flock(path, syscall.LOCK_SH)
}

func flock(path string, how int) (*os.File, error) {
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
