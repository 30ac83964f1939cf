package cart

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Merge gives a guest's cart to the shopper that the guest turned out to be.
// Where the shopper has an open cart of that market, its lines go there:
// pieces of the same goods are added up, to 10,000 at most, and what was
// chosen there stays. Otherwise the cart becomes the shopper's own. Repeating
// it after that gives the cart again.
func (s *Service) Merge(ctx context.Context, ref Ref) (*Priced, error) {
	if err := auth.Require(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	actor, now := auth.From(ctx), s.now()
	own := *actor.AccountID()
	var priced *Priced
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		reads := database.NewBatch(tx)
		q := ask(reads, actor, database.Text(`(? or c.shopper_id = ? and c.status = 'OPEN' and c.expires_at > ?
  and (c.country, c.currency) = (select g.country, g.currency from carts g where g.id = ?))`,
			named(ref, actor), own, now, ref.ID), true, further{}, now)
		if err := s.send(tx, reads, q); err != nil {
			return err
		}
		guests, shoppers := (*models.Cart)(nil), (*models.Cart)(nil)
		for i := range *q.carts {
			c := &(*q.carts)[i]
			switch {
			case c.ID == ref.ID && opens(c, actor, ref.Secret, now):
				guests = c
			case c.ID != ref.ID:
				shoppers = c
			}
		}
		if guests == nil {
			return noSuchCart()
		}
		from, err := q.edit(*guests, now)
		if err != nil {
			return err
		}
		into, writes := from, database.NewBatch(tx)
		consumerid.Merging(writes, guests.ID, own)
		if shoppers != nil && guests.ShopperID == nil {
			if into, err = q.edit(*shoppers, now); err != nil {
				return err
			}
			if err := into.take(from); err != nil {
				return err
			}
			writes.Exec("delete from carts where id = $1", guests.ID)
		} else {
			from.cart.ShopperID, from.cart.SecretHash = &own, []byte{}
		}
		priced, err = into.save(writes)
		if database.Violates(err, "carts_shopper_key") {
			return database.Again(err)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return priced, nil
}

// take moves the lines and choices of another cart here.
func (e *edit) take(from *edit) error {
	for _, l := range from.lines {
		if own := e.line(placeOf(&l)); own != nil {
			own.Quantity = min(own.Quantity+l.Quantity, maxPieces)
			continue
		}
		l.ID, l.CartID = newID(), e.cart.ID
		e.lines = append(e.lines, l)
	}
	if len(e.lines) > maxLines {
		return problem.At("input.cartId", problem.TooLong, fmt.Sprintf("together the carts hold more than %d lines", maxLines))
	}
	mine, theirs := &e.cart, &from.cart
	if mine.Recipient == nil {
		mine.Recipient = theirs.Recipient
	}
	if mine.PaymentMethod == nil {
		mine.PaymentMethod = theirs.PaymentMethod
	}
	mine.DiscountCodes = codes(append(mine.DiscountCodes, theirs.DiscountCodes...))
	mine.DiscountCodes = mine.DiscountCodes[:min(len(mine.DiscountCodes), maxCodes)]
	for _, d := range theirs.Deliveries {
		if mine.DeliveryOf(d.Storefront()) == nil {
			mine.Deliveries = append(mine.Deliveries, d)
		}
	}
	return nil
}
