package command

import (
	"context"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// Common are the flags that every command takes.
type Common struct {
	DataDir             string   `default:"${data_dir}" placeholder:"DIR" help:"Folder of the private PostgreSQL and the development signing key. Default: /var/lib/tradewind for root, else tradewind below $$XDG_DATA_HOME; here ${data_dir}."`
	DatabaseURL         string   `name:"database-url" placeholder:"URL" help:"PostgreSQL 15 or newer to use, such as postgres://user:password@host/name. Without it a private PostgreSQL runs in the data folder."`
	DatabaseConnections int32    `default:"16" help:"Most connections of this process to the database (${default})."`
	IdentityKeys        []string `placeholder:"ID:KEY" help:"Keys that seal identity numbers, each an id and 32 bytes in base64: one called reference, which must never change, then the one that seals, then those that sealed before. Better given as IDENTITY_KEYS than here, where others on the machine may read them. Default with the private PostgreSQL: keys of its own in the data folder; else none, and identity numbers are refused."`
	LogLevel            string   `enum:",debug,info,warn,error" default:"" placeholder:"LEVEL" help:"What to log on standard error: debug, info, warn or error. Default: info for serve, warn for other commands."`
	LogFormat           string   `enum:"text,json" default:"text" help:"Form of the log: text or json (${default})."`

	Out io.Writer `kong:"-"`
	Err io.Writer `kong:"-"`
}

// databaseName is the database in the private PostgreSQL.
const databaseName = "tradewind"

// stopTimeout is how long an orderly end of PostgreSQL may take.
const stopTimeout = time.Minute

// Language is what the command line's tags speak: variables of help texts,
// and an environment variable for every flag.
func Language() []kong.Option {
	dir, _ := postgres.DefaultDataDir() // without a home one must be named
	return []kong.Option{
		kong.DefaultEnvars(""),
		kong.Vars{"data_dir": dir, "version": Version()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Help(help),
	}
}

// Version is the module's version, or the commit a checkout was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}

// Logger writes to standard error, from the level that was asked for or
// else from usual.
func (c *Common) Logger(usual slog.Level) *slog.Logger {
	level := usual
	if c.LogLevel != "" {
		_ = level.UnmarshalText([]byte(c.LogLevel)) // the enum above
	}
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(httpserver.WithRequestID(slog.NewJSONHandler(c.Err, o)))
	}
	return slog.New(httpserver.WithRequestID(slog.NewTextHandler(c.Err, o)))
}

// Database is an open database and, where there is no URL, the private
// PostgreSQL beneath it.
type Database struct {
	*database.DB
	DSN string

	server *postgres.Server
	// before ends what works with the database, before it is closed.
	before []func()
}

// Open gives a command the migrated database: the one at the database URL, or
// that of the private PostgreSQL, which it joins or runs until Close.
func (c *Common) Open(ctx context.Context) (*Database, error) {
	return c.open(ctx, c.Logger(slog.LevelWarn), postgres.Join, true)
}

type starter func(context.Context, postgres.Options) (*postgres.Server, error)

func (c *Common) open(ctx context.Context, log *slog.Logger, start starter, migrate bool) (*Database, error) {
	d, err := c.reach(ctx, log, start)
	if err != nil {
		return nil, err
	}
	if migrate {
		applied, err := database.Migrate(ctx, d.DSN, database.Migrations())
		if err != nil {
			d.Close()
			return nil, err
		}
		if len(applied) > 0 {
			log.Info("database migrated", "applied", len(applied))
		}
	}
	d.DB, err = database.Open(ctx, d.DSN, database.Options{MaxConns: c.DatabaseConnections, Log: log})
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// reach finds the database without opening it.
func (c *Common) reach(ctx context.Context, log *slog.Logger, start starter) (*Database, error) {
	if c.DatabaseURL != "" {
		return &Database{DSN: c.DatabaseURL}, nil
	}
	server, err := start(ctx, postgres.Options{
		DataDir: c.DataDir, Database: databaseName, Memory: memory(), Log: log,
		Progress: func(step string) { log.Info(step) }, //nolint:sloglint // steps are few and fixed
	})
	if err != nil {
		return nil, err
	}
	return &Database{DSN: server.DSN(databaseName), server: server}, nil
}

// Done is closed when the private PostgreSQL has ended.
func (d *Database) Done() <-chan struct{} {
	if d.server == nil {
		return nil
	}
	return d.server.Done()
}

// Close closes the pool and ends a PostgreSQL of our own, in order even when
// the command was interrupted.
func (d *Database) Close() {
	for _, end := range d.before {
		end()
	}
	if d.DB != nil {
		d.DB.Close()
	}
	if d.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := d.server.Stop(ctx); err != nil {
		slog.Warn("PostgreSQL did not stop in order", "error", err)
	}
}
