package postgres_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// names fails the test unless err tells each of the words.
func names(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the message does not name %q: %v", w, err)
		}
	}
}

func TestDataOfAnotherMajorVersion(t *testing.T) {
	t.Parallel()
	dir := dbtest.Folder(t)
	data := filepath.Join(dir, "postgres", "data")
	must(t, os.MkdirAll(data, 0o700))
	version := filepath.Join(data, "PG_VERSION")
	must(t, os.WriteFile(version, []byte("12\n"), 0o600))

	t.Run("names both versions and what to do", func(t *testing.T) {
		t.Parallel()
		_, err := postgres.Start(t.Context(), postgres.On(quietly(dir), postgres.Installation{Version: "15.4", Major: 15}))
		if _, ok := errors.AsType[*postgres.VersionError](err); !ok {
			t.Fatal(err)
		}
		names(t, err, data, "PostgreSQL 12", "15.4", "pg_upgrade", "--data-dir")
		if text, err := os.ReadFile(version); err != nil || string(text) != "12\n" {
			t.Errorf("the data was touched: %q, %v", text, err)
		}
	})
	t.Run("with no PostgreSQL at all nothing is downloaded", func(t *testing.T) {
		t.Parallel()
		other := dbtest.Folder(t)
		must(t, os.MkdirAll(filepath.Join(other, "postgres", "data"), 0o700))
		must(t, os.WriteFile(filepath.Join(other, "postgres", "data", "PG_VERSION"), []byte("15\n"), 0o600))
		_, err := postgres.Start(t.Context(), postgres.On(quietly(other)))
		names(t, err, "made by PostgreSQL 15", "this machine has none", "install PostgreSQL 15")
	})
}

func TestDataOfAnOlderMajorUsesItsOwnPrograms(t *testing.T) {
	t.Parallel()
	dir := dbtest.Folder(t)
	found, err := postgres.Installations(t.Context())
	must(t, err)
	newer := postgres.Installation{Bin: "/nowhere", Version: "99.1", Major: 99}
	for range 2 { // the second start meets data
		s, err := postgres.Start(t.Context(), postgres.On(quietly(dir), found...))
		must(t, err)
		must(t, s.Stop(t.Context()))
		found = append([]postgres.Installation{newer}, found...)
	}
}

func TestNoPostgreSQLFound(t *testing.T) {
	t.Parallel()
	_, err := postgres.Start(t.Context(), postgres.On(quietly(dbtest.Folder(t)),
		postgres.Installation{Version: "14.2", Major: 14}))
	if _, ok := errors.AsType[*postgres.NotFoundError](err); !ok {
		t.Fatal(err)
	}
	names(t, err, "PostgreSQL 15 or newer", "only 14.2", "no network", "apt install postgresql", "PATH", "DATABASE_URL")
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	t.Run("a file stands in its place", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(dbtest.Folder(t), "data")
		must(t, os.WriteFile(file, []byte("mine"), 0o600))
		_, err := postgres.Start(t.Context(), quietly(file))
		names(t, err, file, "not a folder", "--data-dir")
		if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
			t.Errorf("the file was touched: %q, %v", text, err)
		}
	})
	t.Run("it may not be written", func(t *testing.T) {
		t.Parallel()
		dir := dbtest.Folder(t)
		as := ""
		if os.Getuid() == 0 {
			as = "nobody" // and the folder is root's
		} else {
			must(t, os.Chmod(dir, 0o555))
		}
		for _, folder := range []string{dir, filepath.Join(dir, "below", "it")} {
			_, err := startHelper(t, folder, as)
			names(t, err, dir, "permission denied", "--data-dir")
		}
	})
	t.Run("none is given", func(t *testing.T) {
		t.Parallel()
		_, err := postgres.Start(t.Context(), quietly(""))
		names(t, err, "no data folder")
	})
	if os.Getuid() != 0 {
		return
	}
	t.Run("root's PostgreSQL user may not pass through a folder above", func(t *testing.T) {
		t.Parallel()
		closed := filepath.Join(dbtest.Folder(t), "closed")
		must(t, os.Mkdir(closed, 0o700))
		_, err := postgres.Start(t.Context(), quietly(filepath.Join(closed, "data")))
		names(t, err, closed, "0700", "may not pass", "--data-dir")
	})
	t.Run("root opens a closed data folder itself", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(dbtest.Folder(t), "data")
		must(t, os.Mkdir(dir, 0o700))
		s, err := postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		must(t, s.Stop(t.Context()))
	})
}
