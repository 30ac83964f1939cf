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
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// Advance adds the facts of ended transactions, and tells how many they were.
// Roll-ups and the watermark move in one statement. Of several runners one
// works, the others find nothing to do. Roll-ups that were never built, or in
// another cluster, are built.
func (s *Service) Advance(ctx context.Context) (int, error) {
	ctx = database.AcrossBrands(ctx, database.Outbox)
	state, err := Read(s.db.WithContext(ctx))
	if err != nil {
		return 0, err
	}
	if !state.Built {
		return 0, s.Rebuild(ctx, nil)
	}
	var n int
	err = s.db.WithContext(ctx).Raw("select 1 from sales_facts where xid >= ?::xid8 limit 1", state.Watermark).Scan(&n).Error
	if err == nil && n > 0 {
		err = s.db.WithContext(ctx).Raw(advance, s.now()).Scan(&n).Error
	}
	if err != nil {
		return 0, fmt.Errorf("advance the roll-ups: %w", err)
	}
	return n, nil
}

// advance holds the state, reads what is new up to the oldest transaction that
// runs, adds it to each cube and moves the watermark. Where another runner
// holds the state, nothing is new.
var advance = func() string {
	b := &strings.Builder{}
	b.WriteString(`
with held as materialized (
  select r.generation, r.watermark, pg_snapshot_xmin(pg_current_snapshot()) as upto
  from sales_rollups r
  where r.system = (select system_identifier from pg_control_system())
  for update skip locked
), fresh as materialized (
  select f.*, h.generation
  from held h
  join sales_facts f on f.xid >= h.watermark and f.xid < h.upto
)`)
	for i, c := range cubes {
		fmt.Fprintf(b, ", c%d as (\n%s\n)", i, c.add("(select generation from held)", "fresh", "true"))
	}
	b.WriteString(`, moved as (
  update sales_rollups r
  set watermark = h.upto, advanced_at = ?
  from held h
  where h.upto > r.watermark
)
select count(*) from fresh`)
	return b.String()
}()
