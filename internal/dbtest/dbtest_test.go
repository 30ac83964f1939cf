package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

func TestNewGivesEachTestAMigratedDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	one, two := New(t), New(t)
	var n int
	must(t, one.Gorm.Raw("select count(*) from brands").Scan(&n).Error)
	if n != 0 {
		t.Errorf("%d brands", n)
	}
	must(t, one.Gorm.Exec("create table mine (id int)").Error)
	var leaked bool
	must(t, two.Gorm.Raw("select to_regclass('mine') is not null").Scan(&leaked).Error)
	if leaked {
		t.Error("one test sees the other's table")
	}
}

func TestDatabasesAreDroppedWithTheirTest(t *testing.T) {
	var name string
	t.Run("a test", func(t *testing.T) { name = query(t, DSN(t), "select current_database()") })
	if got := query(t, DSN(t), "select count(*)::text from pg_database where datname = $1", name); got != "0" {
		t.Errorf("%s is still there", name)
	}
}

func TestTxLeavesNothingBehind(t *testing.T) {
	for range 2 { // the second finds what the first left
		t.Run("a test", func(t *testing.T) {
			tx := Tx(t)
			must(t, tx.Exec("create table passing (id int)").Error)
			err := database.InTx(t.Context(), tx, func(tx *gorm.DB) error { return tx.Exec("select 1 / 0").Error })
			if err == nil {
				t.Error("no failure")
			}
			must(t, tx.Exec("insert into passing values (1)").Error)
		})
	}
}

func TestGuardIsOn(t *testing.T) {
	t.Parallel()
	open := func(db *gorm.DB) error { return db.Exec("delete from products where slug = 'x'").Error }
	if err := open(Tx(t)); !errors.Is(err, database.ErrAcrossBrands) {
		t.Errorf("a transaction let it through: %v", err)
	}
	told := &teller{TB: t}
	if err := open(New(told).Gorm); !errors.Is(err, database.ErrAcrossBrands) {
		t.Errorf("a database let it through: %v", err)
	}
	if !strings.Contains(told.text, "delete from products") {
		t.Errorf("the test was told %q", told.text)
	}
}

// teller is a test that only notes its failures.
type teller struct {
	testing.TB
	text string
}

func (t *teller) Error(args ...any) { t.text = fmt.Sprint(args...) }

func TestSeededFillsOnce(t *testing.T) {
	t.Parallel()
	var fills atomic.Int32
	fill := func(ctx context.Context, db *database.DB) error {
		fills.Add(1)
		return db.Gorm.WithContext(ctx).Exec("create table costly as select generate_series(1, 1000) as n").Error
	}
	key := t.Name() + DSN(t) // a name no run has used before
	for range 3 {
		db := Seeded(t, key, fill)
		var n int
		must(t, db.Gorm.Raw("select count(*) from costly").Scan(&n).Error)
		if n != 1000 {
			t.Errorf("%d rows", n)
		}
		must(t, db.Gorm.Exec("drop table costly").Error)
	}
	if fills.Load() != 1 {
		t.Errorf("filled %d times", fills.Load())
	}
}

func TestCounted(t *testing.T) {
	t.Parallel()
	db, sent := Counted(t)
	sent.Reset()
	must(t, database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error {
		return database.InTx(t.Context(), tx, func(tx *gorm.DB) error { return tx.Exec("select 1").Error })
	}))
	if list := sent.List(); len(list) != 1 || list[0] != "select 1" {
		t.Errorf("counted %q", list)
	}
}

func BenchmarkClone(b *testing.B) {
	run := start(b)
	for b.Loop() {
		name := run.cloneName()
		must(b, run.clone(name, run.template))
		b.StopTimer()
		must(b, run.run("drop database "+ident(name)))
		b.StartTimer()
	}
}

// BenchmarkOpen is what opening a clone adds to cloning it.
func BenchmarkOpen(b *testing.B) {
	dsn := DSN(b)
	for b.Loop() {
		db, err := database.Open(b.Context(), dsn, database.Options{Guard: &database.Guard{}})
		must(b, err)
		b.StopTimer()
		db.Close()
		b.StartTimer()
	}
}
