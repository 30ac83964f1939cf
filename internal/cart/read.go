package cart

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Get prices a cart of the caller's, or reports NOT_FOUND.
func (s *Service) Get(ctx context.Context, ref Ref) (*Priced, error) {
	return s.read(ctx, named(ref, auth.From(ctx)), ref.Secret)
}

// Own prices the open cart that the caller changed last as a shopper, or
// reports NOT_FOUND. Country and currency narrow it where they are not empty.
func (s *Service) Own(ctx context.Context, country, currency string) (*Priced, error) {
	own := auth.From(ctx).AccountID()
	if own == nil {
		return nil, noSuchCart()
	}
	return s.read(ctx, database.Text(`
c.id = (
  select o.id
  from carts o
  where o.shopper_id = ? and o.status = 'OPEN' and o.expires_at > ? and (? = '' or o.country = ?) and (? = '' or o.currency = ?)
  order by o.updated_at desc, o.id desc
  limit 1
)`, *own, s.now(), country, country, currency, currency), "")
}

func (s *Service) read(ctx context.Context, which database.SQL, secret string) (*Priced, error) {
	var priced *Priced
	err := database.InBatch(ctx, s.db, func(db *gorm.DB) error {
		actor, now := auth.From(ctx), s.now()
		reads := database.NewBatch(db)
		q := ask(reads, actor, which, false, further{}, now)
		if err := s.send(db, reads, q); err != nil {
			return err
		}
		if q.overtaken() {
			return database.Again(problem.New(problem.Conflict, "the cart is being changed by others"))
		}
		if len(*q.carts) == 0 || !opens(&(*q.carts)[0], actor, secret, now) {
			return noSuchCart()
		}
		var err error
		priced, err = price((*q.carts)[0], *q.lines, q.goods(now))
		return tooLarge(err)
	})
	return priced, err
}

// LockTx prices an open cart of the caller's within a transaction, and keeps
// others from changing it until that ends.
func (s *Service) LockTx(tx *gorm.DB, ref Ref) (*Priced, error) {
	e, err := s.openTx(tx, ref, further{})
	if err != nil {
		return nil, err
	}
	return e.priced()
}

// OpenTx locks an open cart of the caller's, and tells its shopper.
func (s *Service) OpenTx(tx *gorm.DB, id uuid.UUID, secret string) (shopper *uuid.UUID, err error) {
	ref := Ref{ID: id, Secret: secret}
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	e, err := s.openTx(tx, ref, further{})
	if err != nil {
		return nil, err
	}
	return e.cart.ShopperID, nil
}
