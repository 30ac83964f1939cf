package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Balance is what a brand has with us in one currency.
type Balance struct {
	BrandID      uuid.UUID
	Currency     string
	PendingMinor int64
	PayableMinor int64
	SentMinor    int64
}

func (b Balance) money(minor int64) money.Money { return money.New(minor, money.Currency(b.Currency)) }

// Pending will become payable.
func (b Balance) Pending() money.Money { return b.money(b.PendingMinor) }

// Payable is what a payout may take; negative where the brand owes it.
func (b Balance) Payable() money.Money { return b.money(b.PayableMinor) }

// PaidOut is what was sent in this currency so far.
func (b Balance) PaidOut() money.Money { return b.money(b.SentMinor) }

// Balances of brands, by currency. A brand whose balance the caller may not
// read has none.
func (s *Service) Balances(ctx context.Context, brands []uuid.UUID) ([]*Balance, error) {
	actor := auth.From(ctx)
	brands = slices.DeleteFunc(slices.Clone(brands), func(id uuid.UUID) bool { return !actor.HoldsFor(auth.BalanceRead, id) })
	if len(brands) == 0 {
		return []*Balance{}, nil
	}
	return balances(s.db.WithContext(ctx), brands)
}

// balances are the last closing and what came since.
func balances(db *gorm.DB, brands []uuid.UUID) ([]*Balance, error) {
	ids := make(models.StringList, len(brands))
	for i, id := range brands {
		ids[i] = id.String()
	}
	all := []*Balance{}
	err := db.Raw(`
select b.id as brand_id, e.currency,
  coalesce(sum(e.amount) filter (where e.account = 'BRAND_PENDING'), 0)::bigint as pending_minor,
  coalesce(sum(e.amount) filter (where e.account = 'BRAND_PAYABLE'), 0)::bigint as payable_minor,
  coalesce(sum(e.amount) filter (where e.account = 'PAYOUT'), 0)::bigint as sent_minor
from unnest(cast(cast(? as text[]) as uuid[])) as b (id)
cross join lateral (select coalesce(max(until), '-infinity') as until from ledger_closings where brand_id = b.id) c
cross join lateral (
  select account, currency, balance_minor as amount
  from ledger_closings
  where brand_id = b.id and until = c.until
  union all
  select account, currency, amount_minor
  from ledger_entries
  where brand_id = b.id and recorded_at >= c.until
) e
where e.account in ('BRAND_PENDING', 'BRAND_PAYABLE', 'PAYOUT')
group by b.id, e.currency
order by b.id, e.currency`, ids).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	return all, nil
}
