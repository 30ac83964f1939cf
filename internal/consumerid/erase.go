package consumerid

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Erase forgets the name and the number of an owner, those that purchases of
// the account hold too, and tells whether there were any. The reference of the
// person stays with what was bought, so that the allowance does. It is refused
// while a purchase needs the number: one that awaits its payment, and one whose
// goods have not left.
func (s *Service) Erase(ctx context.Context, o Owner) (bool, error) {
	if o.Cart == nil {
		if err := auth.Require(ctx, auth.SignedIn); err != nil {
			return false, err
		}
	}
	var erased bool
	err := database.InTx(database.AcrossBrands(ctx, database.ShopperOrders), s.db, func(tx *gorm.DB) error {
		column, owner, err := s.ownerTx(tx, o)
		if err != nil {
			return err
		}
		if column == "cart_id" {
			done := tx.Exec("delete from consumers where cart_id = ?", owner)
			erased = done.RowsAffected > 0
			return done.Error
		}
		erased, err = s.eraseTx(tx, owner)
		return err
	})
	return erased, err
}

// eraseTx locks what the shopper has told before it looks for purchases: who
// begins one reads that with a lock, too.
func (s *Service) eraseTx(tx *gorm.DB, shopper uuid.UUID) (bool, error) {
	own := tx.Exec("delete from consumers where shopper_id = ?", shopper)
	if own.Error != nil {
		return false, fmt.Errorf("erase who buys: %w", own.Error)
	}
	var busy int64
	err := tx.Raw(`
select count(*)
from purchases p
join consumers c on c.purchase_id = p.id and c.erased_at is null
where p.shopper_id = ? and (p.status = 'AWAITING_PAYMENT' or exists (
  select 1
  from orders o
  where o.purchase_id = p.id and o.shopper_id = p.shopper_id and o.status = 'PLACED'
    and o.fulfilment_status in ('UNFULFILLED', 'PREPARING', 'PARTIALLY_FULFILLED')
))`, shopper).Scan(&busy).Error
	if err != nil {
		return false, fmt.Errorf("look for purchases that need the number: %w", err)
	}
	if busy > 0 {
		return false, problem.New(problem.Conflict,
			"a purchase is under way that customs must be told of: pay for it or cancel it, or wait until its goods have left")
	}
	done := tx.Exec(`
update consumers
set name_mac = '', sealed = '', masked_name = '', masked_number = '', erased_at = ?
where erased_at is null and (purchase_id in (select id from purchases where shopper_id = ?)
  or payment_id in (select id from payments where shopper_id = ?))`, s.now(), shopper, shopper)
	if done.Error != nil {
		return false, fmt.Errorf("erase who bought: %w", done.Error)
	}
	return own.RowsAffected+done.RowsAffected > 0, nil
}

// Forgetting adds to a batch that purchases have ended without orders: customs
// will not ask who was to buy or to pay. The references of the persons stay.
func Forgetting(writes *database.Batch, at time.Time, purchases ...uuid.UUID) {
	writes.Exec(`
update consumers
set name_mac = '', sealed = '', masked_name = '', masked_number = '', erased_at = $1
where erased_at is null and (purchase_id = any ($2) or payment_id in (select id from payments where purchase_id = any ($2)))`, at, purchases)
}

// Merging adds to a batch that a guest's cart becomes a shopper's: who buys is
// kept with the account from now on, unless that has told already.
func Merging(writes *database.Batch, cart, shopper uuid.UUID) {
	writes.Exec(`
update consumers set cart_id = null, shopper_id = $2
where cart_id = $1 and not exists (select 1 from consumers where shopper_id = $2)`, cart, shopper)
	writes.Exec("delete from consumers where cart_id = $1", cart)
}

// FreezeTx gives what a purchase keeps of who buys: what its shopper has told,
// or else the guest whose cart it was. Neither can erase it until the
// transaction ends, which writes the row.
func FreezeTx(tx *gorm.DB, purchase, shopper, cart uuid.UUID, field string) (*models.Consumer, error) {
	found, err := database.Find[models.Consumer](tx.Raw(
		"select * from consumers where shopper_id = ? or cart_id = ? order by shopper_id nulls last for share", shopper, cart), "who buys")
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.At(field, problem.Required, "customs must know who buys: give the name and the identity number (consumerIdentitySet)")
	}
	c := *found[0]
	c.ID, c.ShopperID, c.CartID, c.PurchaseID = newID(), nil, nil, &purchase
	return &c, nil
}
