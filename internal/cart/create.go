package cart

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// CreateInput asks for a cart of one market and one currency.
type CreateInput struct {
	Country  string
	Currency money.Currency
	Lines    []LineInput
}

// Created is a new cart. Secret is a guest's, told this once; empty for a shopper.
type Created struct {
	*Priced
	Secret string
}

// Create begins a cart. A shopper has one open cart for each market and
// currency: where there is one, that is given, with the lines added to it.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Created, error) {
	if err := checkLines(in.Lines, 0); err != nil {
		return nil, err
	}
	actor, now := auth.From(ctx), s.now()
	created := &Created{}
	c := models.Cart{
		ID: newID(), ShopperID: actor.AccountID(), SecretHash: []byte{}, Country: in.Country, Currency: string(in.Currency),
		Status: models.CartOpen, DiscountCodes: models.StringList{}, Deliveries: []models.CartDelivery{}, CreatedAt: now, UpdatedAt: now,
	}
	which := database.Text("c.id = ?", c.ID)
	if c.ShopperID == nil {
		created.Secret = newSecret()
		c.SecretHash = hashOf(created.Secret)
	} else {
		which = database.Text("c.shopper_id = ? and c.country = ? and c.currency = ? and c.status = 'OPEN'", *c.ShopperID, c.Country, c.Currency)
	}
	c.ExpiresAt = keptUntil(&c, now)
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		batch := database.NewBatch(tx)
		insert(batch, &c, now)
		q := ask(batch, actor, which, true, further{lines: in.Lines}, now)
		if err := s.send(tx, batch, q); err != nil {
			return fmt.Errorf("create a cart: %w", err)
		}
		e, err := q.edit((*q.carts)[0], now)
		if err != nil {
			return err
		}
		if err := e.add(in.Lines); err != nil {
			return err
		}
		created.Priced, err = e.save(database.NewBatch(tx))
		return err
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

// insert adds a cart to a batch, unless its shopper has one of that market
// that has not expired.
func insert(batch *database.Batch, c *models.Cart, now time.Time) {
	if c.ShopperID != nil {
		batch.Exec(`
with gone as (
  select id, created_at
  from carts
  where shopper_id = $1 and country = $2 and currency = $3 and status = 'OPEN' and expires_at <= $4
), `+traced+`
delete from carts
where id in (select id from gone)`, *c.ShopperID, c.Country, c.Currency, now)
	}
	batch.Exec(`
insert into carts (id, shopper_id, secret_hash, country, currency, status, discount_codes, deliveries, version, expires_at, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, '{}', '[]', 0, $7, $8, $8)
on conflict (shopper_id, country, currency) where status = 'OPEN' do nothing`,
		c.ID, c.ShopperID, c.SecretHash, c.Country, c.Currency, c.Status, c.ExpiresAt, now)
}
