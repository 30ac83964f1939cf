package cart

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/offer"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// edit is a cart that is locked and being changed.
type edit struct {
	cart   models.Cart
	lines  []models.CartLine
	goods  *goods
	before models.Cart
	was    []models.CartLine
	at     time.Time
	// accepted tells that the shopper takes the cart as it is now.
	accepted bool
	// chosen is the storefront whose delivery the shopper has just chosen.
	chosen models.Key
}

// change locks a cart of the caller's, lets fn work on it, prices it and
// writes what has changed. More is what fn wants to know beyond the cart.
func (s *Service) change(ctx context.Context, ref Ref, more further, fn func(*edit) error) (*Priced, error) {
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	var priced *Priced
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		e, err := s.openTx(tx, ref, more)
		if err != nil {
			return err
		}
		if err := fn(e); err != nil {
			return err
		}
		priced, err = e.save(database.NewBatch(tx))
		return err
	})
	if err != nil {
		return nil, err
	}
	return priced, nil
}

// openTx locks an open cart of the caller's.
func (s *Service) openTx(tx *gorm.DB, ref Ref, more further) (*edit, error) {
	actor, now := auth.From(tx.Statement.Context), s.now()
	reads := database.NewBatch(tx)
	q := ask(reads, actor, named(ref, actor), true, more, now)
	if err := s.send(tx, reads, q); err != nil {
		return nil, err
	}
	if len(*q.carts) == 0 || !opens(&(*q.carts)[0], actor, ref.Secret, now) {
		return nil, noSuchCart()
	}
	return q.edit((*q.carts)[0], now)
}

// named is the condition of a cart that can be the caller's: no other is locked.
func named(ref Ref, actor *auth.Actor) database.SQL {
	return database.Text("c.id = ? and (c.shopper_id is null or c.shopper_id = ?)", ref.ID, actor.AccountID())
}

// edit begins to change one of the carts read.
func (q *question) edit(c models.Cart, now time.Time) (*edit, error) {
	if c.Status != models.CartOpen {
		return nil, problem.At("input.cartId", problem.Conflict, "the cart was ordered")
	}
	lines := slices.DeleteFunc(slices.Clone(*q.lines), func(l models.CartLine) bool { return l.CartID != c.ID })
	e := &edit{cart: c, lines: lines, before: c, was: slices.Clone(lines), goods: q.goods(now), at: now}
	e.cart.Deliveries = slices.Clone(c.Deliveries)
	return e, nil
}

// line finds the line of a variant in a storefront, nil where there is none.
func (e *edit) line(at place) *models.CartLine {
	for i := range e.lines {
		if placeOf(&e.lines[i]) == at {
			return &e.lines[i]
		}
	}
	return nil
}

// show takes over how goods are sold now.
func show(l *models.CartLine, o *offer.Offer) {
	l.ProductID, l.SKU, l.DefaultLanguage, l.Texts = *o.ProductID, o.SKU, o.DefaultLanguage, o.Texts
	l.Options, l.UnitPriceMinor, l.CategoryPath, l.WeightGrams = o.Options, o.AmountMinor, o.CategoryPath, o.WeightGrams
}

// save prices the cart and sends what has changed of it, with all else that is
// in the batch.
func (e *edit) save(writes *database.Batch) (*Priced, error) {
	e.cart.Version++
	e.cart.UpdatedAt, e.cart.ExpiresAt = e.at, keptUntil(&e.cart, e.at)
	e.cart.Deliveries = slices.DeleteFunc(e.cart.Deliveries, func(d models.CartDelivery) bool {
		return !slices.ContainsFunc(e.lines, func(l models.CartLine) bool { return l.Storefront() == d.Storefront() })
	})
	priced, err := e.reckon()
	if err != nil {
		return nil, err
	}
	e.write(writes)
	if err := writes.Send(); err != nil {
		return nil, fmt.Errorf("write a cart: %w", err)
	}
	return priced, nil
}

// reckon prices the cart as it is to be, and takes over what that shows.
func (e *edit) reckon() (*Priced, error) {
	before, err := reckon(e.before, e.was, e.goods)
	if err != nil {
		return nil, tooLarge(err)
	}
	after, err := reckon(e.cart, e.lines, e.goods)
	if err != nil {
		return nil, tooLarge(err)
	}
	e.agree(before, after)
	after.Cart = e.cart
	return after, after.examine(e.goods)
}

// priced is the cart as it stands, before it is shown.
func (e *edit) priced() (*Priced, error) {
	p, err := price(e.cart, e.lines, e.goods)
	return p, tooLarge(err)
}

// tooLarge refuses sums beyond 63 bits.
func tooLarge(err error) error {
	if errors.Is(err, money.ErrOverflow) {
		return problem.New(problem.OutOfRange, "the total is too large")
	}
	return err
}

func (e *edit) write(writes *database.Batch) {
	c := &e.cart
	writes.Exec(`
update carts
set shopper_id = $2, secret_hash = $3, recipient = $4, payment_method = $5, discount_codes = $6, deliveries = $7,
  promotions = $8, version = $9, expires_at = $10, updated_at = $11, taxes = $12
where id = $1`,
		c.ID, c.ShopperID, c.SecretHash, c.Recipient, c.PaymentMethod, []string(c.DiscountCodes), c.Deliveries,
		c.Promotions, c.Version, c.ExpiresAt, c.UpdatedAt, c.Taxes)
	was := map[uuid.UUID]models.CartLine{}
	for _, l := range e.was {
		was[l.ID] = l
	}
	var added []models.CartLine
	for _, l := range e.lines {
		before, known := was[l.ID]
		delete(was, l.ID)
		switch {
		case !known:
			added = append(added, l)
		case !reflect.DeepEqual(before, l):
			writes.Exec(`
update cart_lines
set quantity = $3, unit_price_minor = $4, sku = $5, default_language = $6, texts = $7, options = $8, category_path = $9, weight_grams = $10
where cart_id = $1 and id = $2`,
				l.CartID, l.ID, l.Quantity, l.UnitPriceMinor, l.SKU, l.DefaultLanguage, l.Texts, l.Options, l.CategoryPath, l.WeightGrams)
		}
	}
	if len(was) > 0 {
		gone := make([]uuid.UUID, 0, len(was))
		for id := range was {
			gone = append(gone, id)
		}
		writes.Exec("delete from cart_lines where cart_id = $1 and id = any($2)", c.ID, gone)
	}
	writes.Insert(added)
}
