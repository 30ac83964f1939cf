package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

func TestStart(t *testing.T) {
	t.Parallel()
	t.Run("in a folder whose path is too long for a socket", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(dbtest.Folder(t), strings.Repeat("long", 30), "and it's \"odd\", too")
		s, err := postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		defer stop(t, s)
		ask(t, s.DSN("shop"), "select 'x'")
		socket := strings.Trim(ask(t, s.DSN("shop"), "select current_setting('unix_socket_directories')"), `"`)
		if n := len(socket + "/.s.PGSQL.5432"); n > postgres.LongestSocket {
			t.Errorf("the socket's path has %d bytes", n)
		}
	})
	t.Run("over what an interrupted first start left", func(t *testing.T) {
		t.Parallel()
		dir := dbtest.Folder(t)
		must(t, os.MkdirAll(filepath.Join(dir, "postgres", "data.new", "base"), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, "postgres", "data.new", "PG_VERSION"), []byte("15\n"), 0o600))
		s, err := postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		stop(t, s)
	})
	t.Run("where another program has got the pid of a killed PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dir := folderWithData(t, "")
		s, err := postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		stop(t, s)
		file := filepath.Join(dir, "postgres", "data", "postmaster.pid")
		must(t, os.WriteFile(file, fmt.Appendf(nil, "%d\n%s\n", os.Getpid(), dir), 0o600))
		s, err = postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		stop(t, s)
	})
	t.Run("keeps settings that an operator has added", func(t *testing.T) {
		t.Parallel()
		dir := folderWithData(t, "")
		s, err := postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		stop(t, s)
		conf, err := os.OpenFile(filepath.Join(dir, "postgres", "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = conf.WriteString("work_mem = '7MB'\n")
		must(t, err)
		must(t, conf.Close())
		s, err = postgres.Start(t.Context(), quietly(dir))
		must(t, err)
		defer stop(t, s)
		if got := ask(t, s.DSN("shop"), "select current_setting('work_mem')"); got != "7MB" {
			t.Errorf("work_mem is %s", got)
		}
	})
	t.Run("keeps pages in a part of the memory", func(t *testing.T) {
		t.Parallel()
		o := quietly(dbtest.Folder(t))
		for memory, want := range map[uint64]string{0: "256MB, 2GB", 256 << 20: "128MB, 2GB", 6 << 30: "1536MB, 3GB"} {
			o.Memory = memory
			s, err := postgres.Start(t.Context(), o)
			must(t, err)
			if got := ask(t, s.DSN("shop"), "select current_setting('shared_buffers') || ', ' || current_setting('max_wal_size')"); got != want {
				t.Errorf("of %d bytes: %s, want %s", memory, got, want)
			}
			stop(t, s)
		}
	})
	t.Run("fails with PostgreSQL's own words", func(t *testing.T) {
		t.Parallel()
		o := quietly(dbtest.Folder(t))
		o.Settings = map[string]string{"shared_buffers": "a lot"}
		_, err := postgres.Start(t.Context(), o)
		names(t, err, "shared_buffers", "a lot")
	})
	t.Run("sorts texts by code point and knows the letters of all scripts", func(t *testing.T) {
		t.Parallel()
		s, err := postgres.Start(t.Context(), quietly(dbtest.Folder(t)))
		must(t, err)
		defer stop(t, s)
		dsn := s.DSN("shop")
		if got := ask(t, dsn, "select string_agg(w, '' order by w) from unnest(array['b','B','a','蜂','é']) w"); got != "Babé蜂" {
			t.Errorf("sorted to %q", got)
		}
		if got := ask(t, dsn, "select lower('ÄÉ')"); got != "äé" {
			t.Errorf("lower case is %q", got)
		}
	})
	t.Run("tells when PostgreSQL ends on its own", func(t *testing.T) {
		t.Parallel()
		s, err := postgres.Start(t.Context(), quietly(folderWithData(t, "")))
		must(t, err)
		conn := dial(t, s.DSN("shop"))
		_, _ = conn.Exec(t.Context(), "copy (select 1) to program 'kill -QUIT $(head -1 postmaster.pid)'")
		<-s.Done()
		if err := s.Stop(t.Context()); err != nil {
			t.Logf("as it should: %v", err)
		}
	})
}

func stop(t *testing.T, s *postgres.Server) {
	t.Helper()
	must(t, s.Stop(t.Context()))
}

func TestDefaultDataDir(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/srv/share")
	want := "/srv/share/tradewind"
	if os.Getuid() == 0 {
		want = "/var/lib/tradewind"
	}
	if got, err := postgres.DefaultDataDir(); err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	root := dbtest.Folder(t)
	install := func(dir, version string) string {
		bin := filepath.Join(root, dir)
		must(t, os.MkdirAll(bin, 0o755))
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		for _, program := range []string{"postgres", "initdb"} {
			must(t, os.WriteFile(filepath.Join(bin, program), []byte(script), 0o755))
		}
		return bin
	}
	install("lib/9.6/bin", "9.6.24")
	install("lib/16/bin", "16.10 (Debian 16.10-1)")
	install("lib/15/bin", "15.20")
	onPath := install("path", "16.9")
	install("nothing", "")
	half := filepath.Join(root, "client")
	must(t, os.MkdirAll(half, 0o755))
	must(t, os.WriteFile(filepath.Join(half, "postgres"), []byte("#!/bin/sh\n"), 0o755))
	must(t, os.Symlink(onPath, filepath.Join(root, "again")))

	found, err := postgres.Search(t.Context(), []string{filepath.Join(root, "lib/*/bin")},
		[]string{onPath, filepath.Join(root, "again"), half, filepath.Join(root, "nothing"), filepath.Join(root, "absent")})
	must(t, err)
	var got []string
	for _, in := range found {
		got = append(got, in.Version)
	}
	if want := []string{"16.10", "16.9", "15.20", "9.6.24"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if found[1].Bin != onPath || found[1].Major != 16 {
		t.Errorf("%+v", found[1])
	}
}
