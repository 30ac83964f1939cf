// Package filelock locks files between processes. The kernel gives a lock back
// when its process ends, however it ends.
package filelock

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrHeld is the refusal of TryExclusive.
var ErrHeld = errors.New("another process holds the lock")

// Lock is a lock held. It is kept until Close: unlike an os.File it is not
// given back when the collector finds it unreachable.
type Lock struct {
	fd   int
	path string
}

// Shared waits until nobody holds path exclusively, and joins those who share it.
func Shared(path string) (*Lock, error) { return open(path, syscall.LOCK_SH) }

// Exclusive waits until nobody else holds path.
func Exclusive(path string) (*Lock, error) { return open(path, syscall.LOCK_EX) }

// TryExclusive fails with ErrHeld when somebody else holds path.
func TryExclusive(path string) (*Lock, error) { return open(path, syscall.LOCK_EX|syscall.LOCK_NB) }

// Note replaces what the file says, for whoever asks who holds it.
func (l *Lock) Note(text string) error {
	err := retry(func() error { return syscall.Ftruncate(l.fd, 0) })
	if err == nil {
		err = retry(func() error { _, err := syscall.Pwrite(l.fd, []byte(text), 0); return err })
	}
	return l.wrap("write", err)
}

// Close gives the lock back. Closing again does nothing.
func (l *Lock) Close() error {
	if l.fd < 0 {
		return nil
	}
	// A child that is being started has the descriptor, too, for a moment, and
	// with it what is not given back.
	err := retry(func() error { return syscall.Flock(l.fd, syscall.LOCK_UN) })
	err = errors.Join(err, syscall.Close(l.fd))
	l.fd = -1
	return l.wrap("close", err)
}

func open(path string, how int) (*Lock, error) {
	l := &Lock{fd: -1, path: path}
	err := retry(func() (err error) {
		l.fd, err = syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
		return err
	})
	if err != nil {
		return nil, l.wrap("open", err)
	}
	err = retry(func() error { return syscall.Flock(l.fd, how) })
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(ErrHeld, l.Close())
	}
	if err != nil {
		return nil, errors.Join(l.wrap("lock", err), l.Close())
	}
	return l, nil
}

func (l *Lock) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("lock file: %w", &os.PathError{Op: op, Path: l.path, Err: err})
}

// retry repeats a call that a signal interrupted.
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
