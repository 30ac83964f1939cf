package postgres

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/filelock"
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

// lockFolder takes the cluster for this process.
func lockFolder(l layout) (*filelock.Lock, error) {
	lock, err := filelock.TryExclusive(l.lock)
	if errors.Is(err, filelock.ErrHeld) {
		return nil, &InUseError{DataDir: l.dataDir, Process: holder(l.lock)}
	}
	if err != nil {
		return nil, l.unwritable(err)
	}
	err = lock.Note(fmt.Sprintf("process %d (%s)", os.Getpid(), strings.Join(os.Args, " ")))
	if err != nil {
		return nil, l.unwritable(errors.Join(err, lock.Close()))
	}
	return lock, nil
}

func holder(path string) string {
	text, err := os.ReadFile(path)
	if name := strings.TrimSpace(string(text)); err == nil && name != "" {
		return name
	}
	return "another process"
}
