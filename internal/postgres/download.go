package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// NotFoundError is a machine without a usable PostgreSQL.
type NotFoundError struct {
	Found []string // installations that are too old
	Err   error    // why the download failed
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("no PostgreSQL %d or newer on this machine, and downloading one failed (%v): "+
		"install it (Debian: apt install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql@17), "+
		"put its bin folder on PATH, or set DATABASE_URL to a database that runs elsewhere", OldestMajor, e.Err)
}

func (e *NotFoundError) Unwrap() error { return e.Err }

// download fetches PostgreSQL into the data folder. The library knows no
// fetching without starting, and refuses to start as root; we start with our
// own launcher anyway, so what counts is that the programs have arrived.
func download(ctx context.Context, l layout, as *account, o Options) (Installation, error) {
	o.Progress("downloading PostgreSQL")
	scratch, err := os.MkdirTemp("", "tradewind-postgres-")
	if err != nil {
		return Installation{}, err
	}
	defer os.RemoveAll(scratch)
	free, err := freePort()
	if err != nil {
		return Installation{}, err
	}
	config := embedded.DefaultConfig().
		Version(embedded.V17).
		Port(free).
		CachePath(filepath.Join(scratch, "cache")).
		RuntimePath(filepath.Join(scratch, "run")).
		DataPath(filepath.Join(scratch, "data")).
		BinariesPath(l.binaries).
		Logger(io.Discard)
	server := embedded.NewDatabase(config)
	startErr := server.Start()
	if startErr == nil {
		startErr = server.Stop()
	}
	if err := as.own(l.binaries); err != nil && !errors.Is(err, os.ErrNotExist) {
		return Installation{}, err
	}
	in, err := inspect(ctx, filepath.Join(l.binaries, "bin"))
	if err != nil {
		return Installation{}, &NotFoundError{Err: errors.Join(startErr, err)}
	}
	return in, nil
}

func freePort() (uint32, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return uint32(l.Addr().(*net.TCPAddr).Port), nil
}
