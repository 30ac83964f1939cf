package database_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

type colour string

type size struct{ Width, Height int32 }

// parcel has a column of each kind that models have.
type parcel struct {
	ID       uuid.UUID `gorm:"primaryKey"`
	Parent   *uuid.UUID
	Colour   colour
	Second   *colour
	Size     size              `gorm:"embedded;embeddedPrefix:size_"`
	Names    map[string]string `gorm:"serializer:json"`
	Sender   *size             `gorm:"serializer:json"`
	Weight   decimal.Decimal
	Price    *int64
	Fragile  bool
	PackedAt time.Time
	SentAt   *time.Time
}

// What pgx reads outside of transactions is what GORM reads within them.
func TestReadEqualsGORM(t *testing.T) {
	t.Parallel()
	db := open(t, database.Options{})
	_, err := db.Pool.Exec(t.Context(), `
		create table parcels (
		  id uuid primary key, parent uuid, colour text not null, second varchar(10), size_width int not null, size_height int not null,
		  names jsonb not null, sender jsonb, weight numeric(12,3) not null, price bigint, fragile boolean not null,
		  packed_at timestamptz not null, sent_at timestamptz, no_field text
		);
		insert into parcels values
		  ('01941f57-42c0-7a75-a9c2-1731e3fb28be', null, 'RED', null, 1, 2, '{"en": "box"}', null, 1.5, null, true, '2026-11-11 08:00:00.123456+08', null, 'x'),
		  ('01941f57-42c0-7a75-a9c2-1731e3fb28bf', '01941f57-42c0-7a75-a9c2-1731e3fb28be', 'BLUE', 'RED', 3, 4, '{}', '{"Width": 5}',
		   -100000000.001, 7, false, '9999-12-31 23:59:59Z', '2026-11-11', null)`)
	must(t, err)
	for name, query := range map[string]func(*gorm.DB) *gorm.DB{
		"all columns":  func(q *gorm.DB) *gorm.DB { return q.Order("id") },
		"some columns": func(q *gorm.DB) *gorm.DB { return q.Select("id", "weight").Order("id desc") },
		"SQL":          func(q *gorm.DB) *gorm.DB { return q.Raw("select 1 as unknown, parcels.* from parcels order by id") },
		"no rows":      func(q *gorm.DB) *gorm.DB { return q.Where("id = ?", uuid.Nil) },
	} {
		var got, want []*parcel
		read := query(db.Gorm.WithContext(t.Context())).Find(&got)
		must(t, read.Error)
		must(t, database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error { return query(tx).Find(&want).Error }))
		if diff := cmp.Diff(want, got); diff != "" || got == nil || read.RowsAffected != int64(len(got)) {
			t.Errorf("%s: %d rows (-gorm +pgx):\n%s", name, read.RowsAffected, diff)
		}
	}
}

func TestReadReportsItsFailures(t *testing.T) {
	t.Parallel()
	db := open(t, database.Options{})
	var rows []*stock
	if err := db.Gorm.WithContext(t.Context()).Where("nothing = 1").Find(&rows).Error; err == nil {
		t.Error("a column that is not there was read")
	}
	must(t, db.Gorm.Exec("update shelf set seen_at = null").Error)
	if err := db.Gorm.WithContext(t.Context()).Find(&rows).Error; err == nil {
		t.Error("a null was read into a field that has none")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Gorm.WithContext(ctx).Find(&rows).Error; !errors.Is(err, context.Canceled) {
		t.Errorf("a query that was given up reports %v", err)
	}
}
