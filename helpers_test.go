package main

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// says fails the test unless a text has each of the words.
func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it does not say %q:\n%s", w, text)
		}
	}
}

// failsWith wants exit code 1 and one line that has each of the words.
func failsWith(t *testing.T, r servertest.Result, words ...string) {
	t.Helper()
	if r.Code != 1 || r.Out != "" {
		t.Errorf("exit code %d, output %q", r.Code, r.Out)
	}
	lines := strings.Split(strings.TrimSpace(r.Err), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "tradewind: ") {
		t.Errorf("not one clear line:\n%s", r.Err)
	}
	says(t, last, words...)
}

func nameOf(as string) string {
	switch {
	case as != "":
		return "an ordinary user"
	case os.Getuid() == 0:
		return "root"
	}
	return "ourselves"
}

// private connects to the database of a server's private PostgreSQL.
func private(t *testing.T, dir string) *pgx.Conn {
	t.Helper()
	server, err := postgres.Attach(t.Context(), postgres.Options{DataDir: dir})
	must(t, err)
	return dial(t, server.DSN("tradewind"))
}

func dial(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func count(t *testing.T, conn *pgx.Conn, query string) int64 {
	t.Helper()
	var n int64
	must(t, conn.QueryRow(t.Context(), query).Scan(&n))
	return n
}

// signer signs tokens as the server with this data folder accepts them.
func signer(t *testing.T, dir string) *identity.Development {
	t.Helper()
	d, err := identity.OpenDevelopment(dir, time.Now)
	must(t, err)
	return d
}

func sign(t *testing.T, d *identity.Development, subject string) string {
	t.Helper()
	token, err := d.Sign(subject, "Test", time.Hour)
	must(t, err)
	return token
}

const askViewer = `{ viewer { account { name } permissions } }`

// permissions asks who a token stands for.
func permissions(t *testing.T, c *apitest.Client) []string {
	t.Helper()
	var got struct {
		Viewer struct{ Permissions []string }
	}
	c.Do(t, askViewer, nil, &got)
	return got.Viewer.Permissions
}

func ownerOf(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Sys().(*syscall.Stat_t).Uid
}
