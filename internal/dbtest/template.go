package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// format changes whenever clusters or templates of an older dbtest no longer
// serve.
const format = 1

// migrated returns the template for the migrations compiled in, making it
// when this run is the first to need it.
func migrated(ctx context.Context, server *postgres.Server) (string, error) {
	files := database.Migrations()
	sum, err := hash(files)
	if err != nil {
		return "", err
	}
	name := "template_" + sum
	err = once(ctx, server, name, "template1", func(dsn string) error {
		_, err := database.Migrate(ctx, dsn, files)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make the migrated template: %w", err)
	}
	return name, nil
}

// once makes the template name by filling a copy of base, unless it exists.
// A process that dies half-way leaves no template.
func once(ctx context.Context, server *postgres.Server, name, base string, fill func(dsn string) error) error {
	return admin(ctx, server, func(conn *pgx.Conn) error {
		// One builds, the others wait. The lock goes with the connection.
		if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtextextended($1, 0))", name); err != nil {
			return err
		}
		var exists bool
		err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists)
		if err != nil || exists {
			return err
		}
		unfinished := "unfinished_" + name
		if err := script(ctx, conn,
			"drop database if exists "+ident(unfinished)+" with (force)",
			"create database "+ident(unfinished)+" template "+ident(base)+" strategy file_copy",
		); err != nil {
			return err
		}
		if err := fill(server.DSN(unfinished)); err != nil {
			return err
		}
		return script(ctx, conn,
			// Else autovacuum comes in, and cloning waits for it.
			"alter database "+ident(unfinished)+" allow_connections false",
			"alter database "+ident(unfinished)+" rename to "+ident(name),
		)
	})
}

func script(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// hash names the content of files.
func hash(files fs.FS) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, format)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := files.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, path)
		_, err = io.Copy(h, f)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:8]), err
}

// sweep drops the databases of test processes that have ended without
// dropping them. One process at a time; the others leave it to that one.
func (p *process) sweep(ctx context.Context) error {
	return admin(ctx, p.server, func(conn *pgx.Conn) error {
		var mine bool
		err := conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtextextended('sweep', 0))").Scan(&mine)
		if err != nil || !mine {
			return err
		}
		rows, err := conn.Query(ctx, `select datname from pg_database where datname like 'test\_%'`)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			pid, err := strconv.Atoi(strings.Split(name, "_")[1])
			if err == nil && syscall.Kill(pid, 0) == nil {
				continue
			}
			if err := script(ctx, conn, "drop database if exists "+ident(name)+" with (force)"); err != nil {
				return err
			}
		}
		return nil
	})
}
