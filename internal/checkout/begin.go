package checkout

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// CompleteInput asks to buy a cart.
type CompleteInput struct {
	IdempotencyKey string `json:"-"`
	Cart           cart.Ref
	// ExpectedVersion is that of the cart as the shopper has reviewed it.
	ExpectedVersion int32
}

const cartField = "input.cartId"

// Complete begins the purchase of a cart exactly as it was reviewed: prices,
// texts and charges are frozen, the stock is held for Hold, and the payment is
// made known to its provider. The orders follow when it is paid. Repeating a
// key with the same input gives the purchase as it is now. It refuses a cart
// that has problems, lacks something, is being paid for already, or whose
// promotions were used up at the same moment.
func (s *Service) Complete(ctx context.Context, in CompleteInput) (*models.Purchase, error) {
	if err := auth.Require(ctx, auth.OrderPlace); err != nil {
		return nil, err
	}
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	refused = append(refused, problem.From(in.Cart.Validate())...)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "checkoutComplete", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	made := models.Key{ID: newID()}
	var payment uuid.UUID
	purchase, err := idempotency.Once(ctx, s.db, call, made, func(tx *gorm.DB) (_ *models.Key, err error) {
		payment, err = s.beginTx(tx, in, made.ID, call.Now)
		return &made, err
	}, func(_ *gorm.DB, first models.Key) (*models.Key, error) { return &first, nil })
	if err != nil {
		return nil, err
	}
	if payment != uuid.Nil {
		if _, err := s.payments.Start(ctx, payment); err != nil {
			return nil, err
		}
	}
	return s.Get(ctx, purchase.ID)
}

// beginTx writes a purchase that awaits its payment.
func (s *Service) beginTx(tx *gorm.DB, in CompleteInput, id uuid.UUID, now time.Time) (paymentID uuid.UUID, err error) {
	c, err := s.carts.LockTx(tx, in.Cart)
	if err != nil {
		return uuid.Nil, err
	}
	if err := ready(c, in.ExpectedVersion); err != nil {
		return uuid.Nil, err
	}
	shopper := *auth.From(tx.Statement.Context).AccountID()
	drafts, err := freeze(c, shopper, now)
	if err != nil {
		return uuid.Nil, err
	}
	until := now.Add(Hold)
	p := models.Purchase{
		ID: id, ShopperID: shopper, Status: models.PurchaseAwaiting, Currency: c.Currency, TotalMinor: c.Total.Minor,
		CartID: &c.ID, Draft: drafts, ExpiresAt: &until, PlacedAt: now,
	}
	attempt, err := payment.Begin(payment.Attempt{
		Shopper: shopper, Purchase: id, Provider: s.payments.Provider(), Method: *c.PaymentMethod, Amount: p.Total(),
		Manual: s.payments.Manual(), ExpiresAt: until, At: now,
	})
	if err != nil {
		return uuid.Nil, err
	}
	if err := useTx(tx, &p, now); err != nil {
		return uuid.Nil, err
	}
	buyer, err := buyerTx(tx, &p)
	if err != nil {
		return uuid.Nil, err
	}
	writes := database.NewBatch(tx)
	writes.Insert(&p, attempt)
	if buyer != nil {
		if err := s.allowTx(tx, &p, buyer.Person, now); err != nil {
			return uuid.Nil, err
		}
		writes.Insert(buyer)
	}
	if err := reserve(tx, writes, &p, now); err != nil {
		return uuid.Nil, err
	}
	switch err := writes.Send(); {
	case err == nil:
		return attempt.ID, nil
	case inventory.Short(err):
		return uuid.Nil, database.Again(problem.At(cartField, problem.OutOfStock, "others bought these goods at the same moment"))
	case database.Violates(err, "purchases_cart_key"):
		return uuid.Nil, problem.At(cartField, problem.Conflict, "this cart is being paid for: pay for that purchase, or cancel it")
	default:
		return uuid.Nil, fmt.Errorf("begin a purchase: %w", err)
	}
}

// ready refuses a cart that cannot be bought as it is.
func ready(c *cart.Priced, expected int32) error {
	var refused problem.List
	switch {
	case c.Version != expected:
		return problem.At("input.expectedVersion", problem.VersionConflict, fmt.Sprintf("the cart has version %d: show it again", c.Version))
	case len(c.Groups) == 0:
		return problem.At(cartField, problem.Required, "the cart is empty")
	}
	for _, p := range c.Problems {
		code := problem.Conflict
		if p.Code == cart.RateUnknown {
			code = problem.RateUnknown
		}
		refused.Add(cartField, code, p.Message)
	}
	if c.Recipient == nil {
		refused.Add(cartField, problem.Required, "say who receives it, and where")
	}
	for _, g := range c.Groups {
		if g.DeliveryRequired && len(g.Options) == 0 {
			refused.Add(cartField, problem.NotAllowed, fmt.Sprintf("%s does not deliver there, or not so much", name(g)))
		} else if g.DeliveryRequired && g.Delivery == nil {
			refused.Add(cartField, problem.Required, fmt.Sprintf("choose how %s is to deliver", name(g)))
		}
	}
	if c.PaymentMethod == nil {
		refused.Add(cartField, problem.Required, "choose how to pay")
	}
	return refused.Err()
}

// name is a seller's.
func name(g *cart.Group) string {
	if seller := g.SellerName(); seller != nil {
		return *seller
	}
	return "the seller"
}

// reserve holds the goods of all orders, the last in the batch.
func reserve(tx *gorm.DB, writes *database.Batch, p *models.Purchase, at time.Time) error {
	supplies, err := supplyTx(tx, p.Draft)
	if err != nil {
		return err
	}
	for _, d := range p.Draft {
		moves, err := supplies[d.Order.BrandID].Take(goodsOf(d))
		if err != nil {
			return err
		}
		inventory.Reserving(writes, d.Order.BrandID, p.ID, d.Order.ID, moves, at)
	}
	return nil
}

// supplyTx reads what there is of the goods of orders, for each brand.
func supplyTx(tx *gorm.DB, drafts []models.Draft) (map[uuid.UUID]inventory.Supply, error) {
	variants := map[uuid.UUID][]uuid.UUID{}
	for _, d := range drafts {
		for _, l := range d.Lines {
			variants[d.Order.BrandID] = append(variants[d.Order.BrandID], *l.VariantID)
		}
	}
	reads, supplies := database.NewBatch(tx), map[uuid.UUID]inventory.Supply{}
	for brand, ids := range variants {
		supplies[brand] = inventory.Ask(reads, brand, ids)
	}
	if err := reads.Send(); err != nil {
		return nil, fmt.Errorf("read what there is: %w", err)
	}
	return supplies, nil
}

func goodsOf(d models.Draft) []inventory.Line {
	lines := make([]inventory.Line, len(d.Lines))
	for i, l := range d.Lines {
		lines[i] = inventory.Line{VariantID: *l.VariantID, Quantity: l.Quantity, Field: cartField}
	}
	return lines
}

// byBrand sorts orders as their stock is locked.
func byBrand(drafts []models.Draft) {
	slices.SortStableFunc(drafts, func(a, b models.Draft) int { return bytes.Compare(a.Order.BrandID[:], b.Order.BrandID[:]) })
}
