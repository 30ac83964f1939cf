package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

const atOnce = 500

// Sweep makes payable what is due, and closes months that have ended, of all
// brands, and counts orders and books. Several at once do it once; what one
// misses, the next does.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	ctx = database.AcrossBrands(ctx, database.LedgerSweep)
	released, err := s.releaseDue(ctx)
	if err != nil {
		return released, err
	}
	closed, err := s.closeMonths(ctx)
	return released + closed, err
}

func (s *Service) releaseDue(ctx context.Context) (released int, err error) {
	now := s.now()
	for {
		var keys []models.Key
		err := s.db.WithContext(ctx).Raw("select brand_id, id from orders where "+due+" order by payable_due, brand_id, id limit ?", now, atOnce).Scan(&keys).Error
		if err != nil {
			return released, fmt.Errorf("read what is due: %w", err)
		}
		for _, key := range keys {
			var ok bool
			err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
				ok, err = releaseTx(tx, key, now, due, now)
				return err
			})
			if err != nil {
				return released, err
			}
			if ok {
				released++
			}
		}
		if len(keys) < atOnce {
			return released, nil
		}
	}
}

func (s *Service) closeMonths(ctx context.Context) (closed int, err error) {
	now := s.now()
	until, after := closable(now), uuid.Nil
	for {
		var brands []uuid.UUID
		err := s.db.WithContext(ctx).Raw(`
select b.id
from brands as b
cross join lateral (select coalesce(max(c.until), '-infinity') as until from ledger_closings c where c.brand_id = b.id) c
where b.id > ? and c.until < ?
  and exists (select 1 from ledger_entries e where e.brand_id = b.id and e.recorded_at >= c.until and e.recorded_at < ?)
order by b.id
limit ?`, after, until, until, atOnce).Scan(&brands).Error
		if err != nil {
			return closed, fmt.Errorf("read whose books are open: %w", err)
		}
		for _, brand := range brands {
			if err := closeTx(s.db.WithContext(ctx), brand, until, now); err != nil {
				return closed, err
			}
			closed++
		}
		if len(brands) < atOnce {
			return closed, nil
		}
		after = brands[len(brands)-1]
	}
}
