package rollup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Service keeps the roll-ups.
type Service struct {
	db          *gorm.DB
	now         func() time.Time
	factsAtOnce int
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now, factsAtOnce: factsAtOnce}
}

// Advance adds the facts of ended transactions, and tells how many they were;
// where there are none, one statement tells so.
// Roll-ups and the watermark move in one statement. Of several runners one
// works, the others find nothing to do. Roll-ups that were never built, or in
// another cluster, are built.
func (s *Service) Advance(ctx context.Context) (int, error) {
	ctx = database.AcrossBrands(ctx, database.Outbox)
	built, facts, err := due(s.db.WithContext(ctx))
	switch {
	case err != nil:
		return 0, err
	case !built:
		return 0, s.Rebuild(ctx, nil)
	case !facts:
		return 0, nil
	}
	n := 0
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		state, err := hold(tx)
		if err != nil || state == nil {
			return err
		}
		return tx.Raw(advance, map[string]any{"watermark": state.Watermark, "generation": state.Generation, "at": s.now()}).Scan(&n).Error
	})
	if err != nil {
		return 0, fmt.Errorf("advance the roll-ups: %w", err)
	}
	return n, nil
}

// hold gives the state, which nobody else changes until tx ends; nil where
// another runner holds it.
func hold(tx *gorm.DB) (*State, error) {
	if err := database.PlanByValues(tx); err != nil {
		return nil, err
	}
	var held []*State
	err := tx.Raw(`
select generation, watermark::text
from sales_rollups
where system = (select system_identifier from pg_control_system())
for update skip locked`).Scan(&held).Error
	if err != nil || len(held) == 0 {
		return nil, err
	}
	return held[0], nil
}

// advance reads what is new up to the oldest transaction that may write facts, adds it to
// each cube and moves the watermark. The watermark is given as a value: from a
// table, it would be planned as if a third of all facts were new.
var advance = func() string {
	b := &strings.Builder{}
	b.WriteString(`
with ended as materialized (select ` + ended + ` as upto), fresh as materialized (
  select f.*
  from ended
  join sales_facts f on f.xid >= cast(@watermark as xid8) and f.xid < ended.upto
)`)
	for i, c := range cubes {
		fmt.Fprintf(b, ", c%d as (\n%s\n)", i, c.add("@generation", "fresh", "true"))
	}
	b.WriteString(`, moved as (
  update sales_rollups
  set watermark = ended.upto, advanced_at = @at
  from ended
  where ended.upto > watermark
)
select count(*) from fresh`)
	return b.String()
}()
