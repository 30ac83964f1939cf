// Package postgres runs a private PostgreSQL cluster in a data folder, as a
// child of this process: one that listens on a socket of its own, belongs to
// an unprivileged user, ends with its parent and keeps every commit.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tradewind-commerce/tradewind/internal/filelock"
)

const (
	// Superuser is the role that owns the cluster and everything in it.
	Superuser = "tradewind"
	// OldestMajor is the first PostgreSQL release the product runs on.
	OldestMajor = 15

	port = "5432" // names the socket file; nothing listens on TCP
)

// Options say where the cluster lives and how it is run.
type Options struct {
	// DataDir is the product's data folder; the cluster takes DataDir/postgres.
	DataDir string
	// Database is created when it is missing. Empty creates none.
	Database string
	// Memory in bytes that PostgreSQL shares with the program: up to a quarter of it
	// holds pages. 0 for one of a gigabyte.
	Memory uint64
	// Settings override the defaults of settings.go.
	Settings map[string]string
	// Scratch gives up durability for speed. For data that tests can remake.
	Scratch bool
	// StartTimeout bounds the making, starting and recovery of a cluster, and
	// the wait for one that is still stopping. A download is not counted.
	// Default 5 min: a start takes a second, recovery of much data longer, and
	// giving up on it would only begin it anew.
	StartTimeout time.Duration
	// Log receives what happens. Default slog.Default().
	Log *slog.Logger
	// Progress is told in a few words of each step that takes a while.
	Progress func(string)

	find     func(context.Context) ([]Installation, error)
	download func(context.Context, layout, *account) (Installation, error)
}

// Server is a running cluster: our own child, or one that was joined.
type Server struct {
	socketDir string
	child     *child // nil when joined
	locks     []*filelock.Lock
	layout    layout
	exclusive bool
	log       *slog.Logger
}

// Start runs the cluster in o.DataDir, making it on first use. It refuses
// with *InUseError while another process runs it.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	l, as, err := prepare(o)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(l)
	if err != nil {
		return nil, err
	}
	s, err := run(ctx, l, as, o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.locks = append(s.locks, lock)
	s.exclusive = true
	return s, nil
}

// Join gives another command the cluster in o.DataDir: the one that runs
// there already, or else one of its own that lasts until Stop.
func Join(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	deadline, cancel := context.WithTimeout(ctx, o.StartTimeout)
	defer cancel()
	patience := newPatience()
	for {
		l, as, err := prepare(o)
		if err != nil {
			return nil, err
		}
		guest, err := filelock.Shared(l.guests)
		if err != nil {
			return nil, l.unwritable(err)
		}
		var inUse *InUseError
		lock, err := lockFolder(l)
		switch {
		case err == nil:
			s, err := run(ctx, l, as, o)
			if err != nil {
				return nil, errors.Join(err, lock.Close(), guest.Close())
			}
			s.locks = append(s.locks, guest, lock)
			return s, nil
		case !errors.As(err, &inUse):
			return nil, errors.Join(err, guest.Close())
		}
		s, err := attach(deadline, l, o)
		if err == nil {
			s.locks = append(s.locks, guest)
			return s, nil
		}
		_ = guest.Close()
		if patience.over() {
			o.Log.Info("waiting for PostgreSQL to accept connections", "run by", inUse.Process)
		}
		if wait(deadline, 50*time.Millisecond) != nil {
			return nil, fmt.Errorf("join the PostgreSQL that %s runs in %s: %w", inUse.Process, l.dataDir, err)
		}
	}
}

// Attach joins the cluster in o.DataDir and fails when none answers there.
func Attach(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	l, err := newLayout(o.DataDir)
	if err != nil {
		return nil, err
	}
	return attach(ctx, l, o)
}

// DSN is the URL of one database of the cluster.
func (s *Server) DSN(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(Superuser),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {s.socketDir}, "port": {port}}.Encode(),
	}
	return u.String()
}

// Own reports whether the cluster is this process's child.
func (s *Server) Own() bool { return s.child != nil }

// Done is closed when our child has ended, asked to or not. It stays open
// for a joined cluster.
func (s *Server) Done() <-chan struct{} {
	if s.child == nil {
		return nil
	}
	return s.child.done
}

// Stop ends a cluster of our own: it disconnects all clients, flushes and
// waits, or, once ctx is over, stops at once and leaves the rest to crash
// recovery. One that Join started first waits for the commands that joined
// it meanwhile. A joined cluster goes on.
func (s *Server) Stop(ctx context.Context) error {
	defer func() {
		for _, lock := range s.locks {
			_ = lock.Close()
		}
	}()
	if s.child == nil {
		return nil
	}
	if !s.exclusive {
		s.waitForGuests(ctx)
	}
	err := s.child.stop(ctx)
	_ = os.RemoveAll(s.socketDir)
	s.log.Debug("PostgreSQL stopped")
	return err
}

func (s *Server) waitForGuests(ctx context.Context) {
	_ = s.locks[0].Close() // our own place among the guests
	patience := newPatience()
	for {
		lock, err := filelock.TryExclusive(s.layout.guests)
		if err == nil {
			s.locks = append(s.locks, lock) // newcomers wait until we have stopped
			return
		}
		if patience.over() {
			s.log.Info("waiting for other commands that use this PostgreSQL")
		}
		if wait(ctx, 100*time.Millisecond) != nil {
			return
		}
	}
}

// run makes the cluster where there is none and starts it. The folder's lock
// is held.
func run(ctx context.Context, l layout, as *account, o Options) (*Server, error) {
	bin, err := choose(ctx, l, as, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.StartTimeout)
	defer cancel()
	if err := awaitPredecessor(ctx, l, o.Log); err != nil {
		return nil, err
	}
	if !l.initialised() {
		if err := initialise(ctx, bin, l, as, o); err != nil {
			return nil, err
		}
	}
	if err := writeSettings(l, as, o); err != nil {
		return nil, l.unwritable(err)
	}
	socketDir, err := makeSocketDir(l, as)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	c, err := launch(ctx, bin, l, as, socketDir, o.Log)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(socketDir))
	}
	s := &Server{socketDir: socketDir, child: c, layout: l, log: o.Log}
	if err := s.ensureDatabase(ctx, o.Database); err != nil {
		return nil, errors.Join(err, c.giveUp(ctx), os.RemoveAll(socketDir))
	}
	o.Log.Info("PostgreSQL runs", "version", bin.Version, "folder", l.data,
		"user", as.String(), "took", time.Since(began).Round(time.Millisecond))
	return s, nil
}

// attach connects to the cluster that another process runs.
func attach(ctx context.Context, l layout, o Options) (*Server, error) {
	status, err := readStatus(l)
	if err != nil {
		return nil, err
	}
	if !status.ready() {
		return nil, fmt.Errorf("PostgreSQL in %s is not ready: %s", l.data, status.state)
	}
	s := &Server{socketDir: status.socketDir, layout: l, log: o.Log}
	if err := s.ensureDatabase(ctx, o.Database); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) ensureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if name == "" {
		return nil
	}
	var exists bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
	}
	// Another command may have made it at the same moment.
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "42P04" || pg.ConstraintName == "pg_database_datname_index") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.StartTimeout == 0 {
		o.StartTimeout = 5 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.find == nil {
		o.find = Installations
	}
	if o.download == nil {
		o.download = download
	}
	return o
}

// patience tells when a wait is worth a word: once, after 3 s.
type patience struct {
	since time.Time
	told  bool
}

func newPatience() *patience { return &patience{since: time.Now()} }

func (p *patience) over() bool {
	if p.told || time.Since(p.since) < 3*time.Second {
		return false
	}
	p.told = true
	return true
}

// wait pauses for d or until ctx is over.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
