package cart

import (
	"context"
	"fmt"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// sweepSize bounds one statement, so that no sweep holds its locks for long.
const sweepSize = 1000

// traced keeps of carts, those of gone, that they were begun: see models.CartTrace.
const traced = `
traced as (
  insert into cart_traces (brand_id, cart_id, storefront_id, begun_at)
  select s.brand_id, held.cart_id, s.id, held.created_at
  from (
    select gone.id as cart_id, l.brand_id, l.storefront_id, gone.created_at
    from gone
    join cart_lines l on l.cart_id = gone.id
    union
    select gone.id, o.brand_id, o.storefront_id, gone.created_at
    from gone
    join purchases p on p.cart_id = gone.id
    join orders o on o.purchase_id = p.id
  ) held
  join storefronts s on s.brand_id = held.brand_id and s.id = held.storefront_id
  on conflict do nothing
)`

// Sweep forgets carts past their time and tells how many. Several instances
// may sweep at once.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	swept := 0
	for {
		done := s.db.WithContext(database.AcrossBrands(ctx, database.Forgotten)).Exec(`
with gone as (
  select id, created_at
  from carts
  where expires_at <= ?
  order by expires_at
  limit ?
  for update skip locked
), `+traced+`
delete from carts
where id in (select id from gone)`, s.now(), sweepSize)
		if done.Error != nil {
			return swept, fmt.Errorf("sweep carts: %w", done.Error)
		}
		if swept += int(done.RowsAffected); done.RowsAffected < sweepSize {
			return swept, nil
		}
	}
}
