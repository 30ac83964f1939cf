package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/filelock"
)

func TestLocks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	one, err := filelock.Shared(path)
	must(t, err)
	two, err := filelock.Shared(path)
	must(t, err)
	if _, err := filelock.TryExclusive(path); !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("shared twice: %v", err)
	}
	must(t, one.Close())
	must(t, one.Close())
	if _, err := filelock.TryExclusive(path); !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("shared once: %v", err)
	}
	must(t, two.Close())
	mine, err := filelock.TryExclusive(path)
	must(t, err)

	waited := make(chan error)
	go func() {
		l, err := filelock.Exclusive(path)
		waited <- errors.Join(err, l.Close())
	}()
	must(t, mine.Note("a long note"))
	must(t, mine.Note("mine"))
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
	select {
	case err := <-waited:
		t.Errorf("did not wait: %v", err)
	default:
	}
	must(t, mine.Close())
	must(t, <-waited)
}

func TestLockOutlivesTheCollector(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	_, err := filelock.Exclusive(path) // nobody keeps it
	must(t, err)
	for range 3 {
		runtime.GC()
	}
	if _, err := filelock.TryExclusive(path); !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("the lock was lost: %v", err)
	}
}

func TestLockThatCannotBeMade(t *testing.T) {
	t.Parallel()
	if _, err := filelock.Shared(filepath.Join(t.TempDir(), "absent", "lock")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A child has the descriptor from its start until it is another program.
func TestGivenBackWhereAChildHasTheDescriptor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := filelock.Exclusive(path)
	if err != nil {
		t.Fatal(err)
	}
	inherited, err := syscall.Dup(lock.Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(inherited) }()
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := filelock.TryExclusive(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
