package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
)

// stock is a small table to race for.
type stock struct {
	ID     int `gorm:"primaryKey"`
	OnHand int
	SeenAt time.Time
}

func (stock) TableName() string { return "shelf" }

// open gives a test its own database with two shelves of 10 pieces.
func open(t *testing.T, o database.Options) *database.DB {
	t.Helper()
	db := dbtest.Open(t, dbtest.DSN(t), o)
	_, err := db.Pool.Exec(t.Context(), `
		create table shelf (
		  id int constraint shelf_pk primary key,
		  on_hand int not null constraint shelf_on_hand_check check (on_hand >= 0),
		  seen_at timestamptz
		);
		insert into shelf values (1, 10, now()), (2, 10, now())`)
	must(t, err)
	return db
}

func TestTimesAreUTC(t *testing.T) {
	t.Parallel()
	db := open(t, database.Options{})
	at := time.Date(2026, 11, 11, 8, 0, 0, 123456000, time.FixedZone("Shanghai", 8*3600))
	must(t, db.Gorm.Create(&stock{ID: 3, SeenAt: at}).Error)

	var row stock
	must(t, db.Gorm.Take(&row, 3).Error)
	var direct time.Time
	var list []time.Time
	must(t, db.Pool.QueryRow(t.Context(), "select seen_at, array[seen_at] from shelf where id = 3").Scan(&direct, &list))
	for way, got := range map[string]time.Time{"gorm": row.SeenAt, "pgx": direct, "array": list[0]} {
		if !got.Equal(at) || got.Location() != time.UTC {
			t.Errorf("%s reads %v, want %v in UTC", way, got, at.UTC())
		}
	}
	if got := db.Gorm.NowFunc().Location(); got != time.UTC {
		t.Errorf("gorm's clock is in %s", got)
	}
}

func TestOneConnectionServesGormAndPgx(t *testing.T) {
	t.Parallel()
	db := open(t, database.Options{MaxConns: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 3 {
		must(t, db.Gorm.WithContext(ctx).Exec("select 1").Error)
		_, err := db.Pool.Exec(ctx, "select 1")
		must(t, err)
		must(t, database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
			return database.InTx(ctx, tx, func(tx *gorm.DB) error { return tx.Exec("select 1").Error })
		}))
	}
	stat := db.Pool.Stat()
	if stat.TotalConns() != 1 || stat.NewConnsCount() != 1 {
		t.Errorf("%d connections, %d were made", stat.TotalConns(), stat.NewConnsCount())
	}
}

func TestNoTransactionUnlessAsked(t *testing.T) {
	t.Parallel()
	db, sent := dbtest.Counted(t)
	must(t, db.Gorm.Exec("create table plain (id int)").Error)
	sent.Reset()
	must(t, db.Gorm.Table("plain").Create(map[string]any{"id": 1}).Error)
	var n int64
	must(t, db.Gorm.Table("plain").Count(&n).Error)
	sent.AtMost(t, 2)
	if got := len(sent.List()); got != 2 {
		t.Errorf("%d statements were counted", got)
	}
}

func TestViolates(t *testing.T) {
	t.Parallel()
	db := open(t, database.Options{})
	twice := db.Gorm.Create(&stock{ID: 1}).Error
	if !errors.Is(twice, gorm.ErrDuplicatedKey) || !database.Violates(twice, "shelf_pk") {
		t.Errorf("a duplicate is %v", twice)
	}
	below := db.Gorm.Exec("update shelf set on_hand = -1").Error
	if !errors.Is(below, gorm.ErrCheckConstraintViolated) || !database.Violates(below, "shelf_on_hand_check") {
		t.Errorf("a failed check is %v", below)
	}
	if database.Violates(below, "shelf_pk") || database.Violates(nil, "shelf_pk") || database.Violates(sql.ErrNoRows, "") {
		t.Error("another failure counts as this one")
	}
}

func TestConn(t *testing.T) {
	t.Parallel()
	fill := func(tx *gorm.DB, id int) error {
		return database.Conn(tx, func(c *pgx.Conn) error {
			_, err := c.CopyFrom(context.Background(), pgx.Identifier{"shelf"}, []string{"id", "on_hand"}, //nolint:usetesting // outlives it
				pgx.CopyFromRows([][]any{{id, 1}}))
			return err
		})
	}
	t.Run("commits and rolls back with the transaction", func(t *testing.T) {
		t.Parallel()
		db := open(t, database.Options{})
		stop := errors.New("stop")
		must(t, database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error {
			err := database.InTx(t.Context(), tx, func(tx *gorm.DB) error {
				if err := fill(tx, 30); err != nil {
					return err
				}
				return stop
			})
			if !errors.Is(err, stop) {
				return err
			}
			return fill(tx, 31)
		}))
		err := database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error {
			if err := fill(tx, 32); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Error(err)
		}
		var ids []int
		must(t, db.Gorm.Table("shelf").Where("id >= 30").Pluck("id", &ids).Error)
		if len(ids) != 1 || ids[0] != 31 {
			t.Errorf("kept %v, want [31]", ids)
		}
	})
	t.Run("is refused outside a transaction", func(t *testing.T) {
		t.Parallel()
		db := open(t, database.Options{})
		if err := fill(db.Gorm, 30); err == nil {
			t.Error("it was lent")
		}
	})
	t.Run("is refused once a cancelled context has rolled back", func(t *testing.T) {
		t.Parallel()
		db := open(t, database.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		err := database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
			cancel()
			for tx.Session(&gorm.Session{}).Exec("select 1").Error == nil {
				continue
			}
			// The roll-back happens in its own time; until then the write is
			// part of the transaction, and after it is refused.
			return fill(tx, 30)
		})
		if err == nil {
			t.Error("a cancelled transaction committed")
		}
		var n int64
		must(t, db.Gorm.Table("shelf").Where("id = 30").Count(&n).Error)
		if n != 0 {
			t.Error("the write outlived its transaction")
		}
	})
}

func TestLogTellsFaultsAlone(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db := open(t, database.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_ = db.Gorm.Create(&stock{ID: 1}).Error
	_ = db.Gorm.Take(&stock{}, 99).Error
	_ = db.Gorm.WithContext(cancelled).Exec("select 1").Error
	if log.Len() > 0 {
		t.Errorf("expected failures were logged: %s", log.String())
	}
	secret := "Li Wei, 7 Garden Road"
	if err := db.Gorm.Exec("select ? from absent", secret).Error; err == nil {
		t.Fatal("no fault")
	}
	if text := log.String(); !strings.Contains(text, "absent") || strings.Contains(text, "Li Wei") {
		t.Errorf("logged: %s", text)
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{
		"a malformed URL":  "postgres://%zz",
		"nobody answers":   "postgres://x@/y?host=/nowhere",
		"no such database": strings.Replace(dbtest.EmptyDSN(t), "/test_", "/absent_", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := database.Open(t.Context(), dsn, database.Options{})
			if err == nil {
				db.Close()
				t.Fatal("it opened")
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
