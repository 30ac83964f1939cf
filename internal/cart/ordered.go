package cart

import (
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Bought is what of a cart became orders.
type Bought struct {
	Storefront models.Key
	VariantID  uuid.UUID
	Quantity   int64
}

// Ordered adds to a batch that goods of a cart became orders. The cart stays
// as it is then, and its shopper's next one is another. Where it holds more
// than that, since it was changed while it was paid for, the rest stays in it,
// and it stays open.
func (s *Service) Ordered(writes *database.Batch, id uuid.UUID, all []Bought) {
	brands, storefronts, variants := make([]uuid.UUID, len(all)), make([]uuid.UUID, len(all)), make([]uuid.UUID, len(all))
	quantities := make([]int64, len(all))
	for i, b := range all {
		brands[i], storefronts[i], variants[i], quantities[i] = b.Storefront.BrandID, b.Storefront.ID, b.VariantID, b.Quantity
	}
	// What changes the cart locks it first; what it holds is read after that.
	writes.Exec("select 1 from carts where id = $1 for update", id)
	writes.Exec(`
update carts
set version = version + 1, updated_at = $2, status = case when exists (
  select 1
  from cart_lines l
  left join unnest(cast($3 as uuid[]), cast($4 as uuid[]), cast($5 as uuid[]), cast($6 as bigint[])) b (brand_id, storefront_id, variant_id, quantity)
    on (b.brand_id, b.storefront_id, b.variant_id) = (l.brand_id, l.storefront_id, l.variant_id)
  where l.cart_id = carts.id and l.quantity > coalesce(b.quantity, 0)
) then 'OPEN' else 'ORDERED' end
where id = $1 and status = 'OPEN'`, id, s.now(), brands, storefronts, variants, quantities)
	const bought = `
unnest(cast($2 as uuid[]), cast($3 as uuid[]), cast($4 as uuid[]), cast($5 as bigint[])) b (brand_id, storefront_id, variant_id, quantity)
where l.cart_id = $1 and (b.brand_id, b.storefront_id, b.variant_id) = (l.brand_id, l.storefront_id, l.variant_id)
  and exists (select 1 from carts where id = $1 and status = 'OPEN')`
	writes.Exec("delete from cart_lines l using"+bought+" and l.quantity <= b.quantity", id, brands, storefronts, variants, quantities)
	writes.Exec("update cart_lines l set quantity = l.quantity - b.quantity from"+bought, id, brands, storefronts, variants, quantities)
}
