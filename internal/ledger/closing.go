package ledger

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// grace is how long after its end a month is closed: all that is dated in it
// was written by then.
const grace = 24 * time.Hour

// monthOf is the beginning of a time's month, in UTC.
func monthOf(at time.Time) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// closable is until when books can be closed at a time.
func closable(now time.Time) time.Time { return monthOf(now.Add(-grace)) }

// closeTx writes the sums of all accounts of a brand before a time, from the
// closing before it and what came since. Closed once, it stays.
func closeTx(tx *gorm.DB, brand uuid.UUID, until, now time.Time) error {
	err := tx.Exec(`
insert into ledger_closings (brand_id, until, account, currency, balance_minor, closed_at)
select @brand, @until, e.account, e.currency, sum(e.amount)::bigint, @now
from (
  select account, currency, balance_minor as amount
  from ledger_closings
  where brand_id = @brand and until = (select max(until) from ledger_closings where brand_id = @brand and until < @until)
  union all
  select account, currency, amount_minor
  from ledger_entries
  where brand_id = @brand and recorded_at < @until
    and recorded_at >= coalesce((select max(until) from ledger_closings where brand_id = @brand and until < @until), '-infinity')
) e
group by e.account, e.currency
on conflict on constraint ledger_closings_pk do nothing`,
		map[string]any{"brand": brand, "until": until, "now": now}).Error
	if err != nil {
		return fmt.Errorf("close the books: %w", err)
	}
	return nil
}
