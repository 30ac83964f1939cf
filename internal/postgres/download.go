package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// longestDownload bounds a download. Some 30 MB come over what may be a slow line.
const longestDownload = 10 * time.Minute

// download fetches PostgreSQL into the data folder, from Maven Central.
func download(ctx context.Context, l layout, as *account) (Installation, error) {
	return fetch(ctx, l, as, embedded.DefaultConfig().Version(embedded.V17))
}

// fetch has the library download and unpack. It cannot do so without going on
// to make a cluster, which it refuses as root, and would then listen on TCP.
// We run the programs with our own launcher, so it is stopped on purpose, by a
// locale that does not exist: what counts is whether the programs have come.
func fetch(ctx context.Context, l layout, as *account, config embedded.Config) (Installation, error) {
	scratch, err := os.MkdirTemp("", "tradewind-postgres-")
	if err != nil {
		return Installation{}, err
	}
	defer os.RemoveAll(scratch)
	free, err := freePort(ctx)
	if err != nil {
		return Installation{}, err
	}
	server := embedded.NewDatabase(config.
		Port(free). // it insists on one that is free
		CachePath(filepath.Join(scratch, "cache")).
		RuntimePath(filepath.Join(scratch, "run")).
		DataPath(filepath.Join(scratch, "data")).
		BinariesPath(l.binaries).
		Locale("none-of-this-name").
		Logger(io.Discard))

	ctx, cancel := context.WithTimeout(ctx, longestDownload)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- server.Start() }()
	var reason error
	select {
	case reason = <-ended:
	case <-ctx.Done():
		return Installation{}, fmt.Errorf("gave up: %w", ctx.Err())
	}
	if err := as.own(l.binaries); err != nil && !errors.Is(err, os.ErrNotExist) {
		return Installation{}, err
	}
	in, err := inspect(ctx, filepath.Join(l.binaries, "bin"))
	if errors.Is(err, os.ErrNotExist) {
		return Installation{}, reason
	}
	return in, err
}

func freePort(ctx context.Context) (uint32, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("unexpected address %s", l.Addr())
	}
	return uint32(addr.Port), nil
}
