package database_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
)

func file(sql string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	t.Run("several instances at once migrate one time", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.EmptyDSN(t)
		files := fstest.MapFS{
			"00001_shelves.sql": file("create table shelf (id int);"),
			"00002_slow.sql":    file("insert into shelf select 1 from pg_sleep(0.2);"),
		}
		type outcome struct {
			applied []string
			err     error
		}
		outcomes := make(chan outcome)
		for range 4 {
			go func() {
				applied, err := database.Migrate(t.Context(), dsn, files)
				outcomes <- outcome{applied, err}
			}()
		}
		var all []string
		for range 4 {
			o := <-outcomes
			if o.err != nil {
				t.Error(o.err)
			}
			all = append(all, o.applied...)
		}
		if want := []string{"00001_shelves.sql", "00002_slow.sql"}; !slices.Equal(all, want) {
			t.Errorf("applied %v, want %v once", all, want)
		}
	})
	t.Run("status tells what ran and what is to come", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.EmptyDSN(t)
		files := fstest.MapFS{"00001_one.sql": file("create table one (id int);")}
		_, err := database.Migrate(t.Context(), dsn, files)
		must(t, err)
		files["00002_two.sql"] = file("create table two (id int);")
		states, err := database.MigrationStatus(t.Context(), dsn, files)
		must(t, err)
		if len(states) != 2 || states[0].Pending() || !states[1].Pending() || states[1].Name != "00002_two.sql" {
			t.Errorf("%+v", states)
		}
		applied, err := database.Migrate(t.Context(), dsn, files)
		must(t, err)
		if !slices.Equal(applied, []string{"00002_two.sql"}) {
			t.Errorf("applied %v", applied)
		}
	})
	t.Run("a failing migration is named and leaves nothing of itself", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.EmptyDSN(t)
		files := fstest.MapFS{"00001_bad.sql": file("create table half (id int);\ncreate table half (id int);")}
		_, err := database.Migrate(t.Context(), dsn, files)
		if err == nil || !strings.Contains(err.Error(), "00001_bad.sql") {
			t.Fatalf("%v", err)
		}
		files["00001_bad.sql"] = file("create table half (id int);")
		_, err = database.Migrate(t.Context(), dsn, files)
		must(t, err)
	})
	t.Run("the product's own are in order and complete", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.EmptyDSN(t)
		names, err := fs.Glob(database.Migrations(), "*.sql")
		must(t, err)
		applied, err := database.Migrate(t.Context(), dsn, database.Migrations())
		must(t, err)
		if len(applied) == 0 || !slices.Equal(applied, names) {
			t.Errorf("applied %v of %v", applied, names)
		}
	})
}
