package order

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Place buys from one storefront at once with a payment already made.
// Repeating a key with the same input gives the first order.
func (s *Service) Place(ctx context.Context, in PlaceInput) (*models.Order, error) {
	if err := auth.Require(ctx, auth.OrderPlace); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	paid, err := in.paid()
	if err != nil {
		return nil, err
	}
	if err := s.confirm(ctx, in.Payment.Reference, paid); err != nil {
		return nil, err
	}
	actor, now := auth.From(ctx), s.now()
	call := idempotency.Call{Actor: actor.AccountID(), Mutation: "orderPlace", Key: in.IdempotencyKey, Input: in, Now: now}
	basket := Basket{Shopper: actor, Storefront: in.Storefront, Field: "input.storefrontId", Lines: in.Lines, Recipient: in.Recipient, At: now}
	for i := range in.Lines {
		basket.Fields = append(basket.Fields, lineField(i))
	}
	var order *models.Order
	err = s.numbered(ctx, func(tx *gorm.DB) error {
		basket.OrderID = newID()
		first, replayed, err := idempotency.ClaimTx(tx, call, models.Key{BrandID: in.Storefront.BrandID, ID: basket.OrderID})
		if err != nil {
			return err
		}
		if replayed {
			order, err = one(byKeys(tx, []models.Key{first}))
			return err
		}
		quote, err := s.QuoteTx(tx, basket)
		if err != nil {
			return err
		}
		if err := mustCost(paid, quote.Total()); err != nil {
			return err
		}
		order = &quote.Book.Order
		return s.PlaceTx(tx, Purchase{Shopper: *actor.AccountID(), Reference: in.Payment.Reference, Paid: paid, Quotes: []*Quote{quote}, At: now})
	})
	if err != nil {
		return nil, err
	}
	return order, nil
}

// confirm asks the provider, before any row is locked.
func (s *Service) confirm(ctx context.Context, reference string, paid money.Money) error {
	err := s.pay.Confirm(ctx, reference, paid)
	if refused := problem.From(err); refused != nil {
		for _, p := range refused {
			p.Field = []string{"input", "payment", "reference"}
		}
		return refused
	}
	return err
}

func mustCost(paid, total money.Money) error {
	switch {
	case paid.Currency != total.Currency:
		return problem.At("input.payment.currency", problem.CurrencyMismatch,
			fmt.Sprintf("the storefront sells in %s", total.Currency))
	case paid.Minor != total.Minor:
		return problem.At("input.payment.amount", problem.AmountMismatch, fmt.Sprintf("the order costs %s", total))
	}
	return nil
}

// Purchase is what a shopper pays for at once: one quote for each storefront.
type Purchase struct {
	Shopper   uuid.UUID
	Reference string
	Paid      money.Money
	Quotes    []*Quote
	At        time.Time
}

// errNumberTaken asks for the transaction to be run again: a random number was
// in use already.
var errNumberTaken = errors.New("an order number is taken")

// numbered runs a transaction that places orders, with other numbers where one was taken.
func (s *Service) numbered(ctx context.Context, fn func(tx *gorm.DB) error) error {
	for attempt := 1; ; attempt++ {
		err := database.InTx(ctx, s.db, fn)
		if attempt == 5 || !errors.Is(err, errNumberTaken) {
			return err
		}
	}
}

// PlaceTx writes what was quoted in the same transaction: all rows in one
// round trip, then it takes the stock, which stays locked for that moment
// alone. It refuses a payment that was used before, and goods that have gone.
func (s *Service) PlaceTx(tx *gorm.DB, p Purchase) error {
	// Stock is locked in the order of brands and variants, so that purchases
	// wait for each other and never in a circle.
	slices.SortFunc(p.Quotes, func(a, b *Quote) int {
		return bytes.Compare(a.Book.Order.BrandID[:], b.Book.Order.BrandID[:])
	})
	if err := s.write(tx, p); err != nil {
		return err
	}
	for _, q := range p.Quotes {
		o := &q.Book.Order
		lines := make([]inventory.Line, len(q.Book.Lines))
		for i, l := range q.Book.Lines {
			lines[i] = inventory.Line{VariantID: *l.VariantID, Quantity: l.Quantity, Field: q.fields[i]}
		}
		if err := s.stock.TakeTx(tx, o.BrandID, lines, o.ID, &p.Shopper, p.At); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) write(tx *gorm.DB, p Purchase) error {
	purchase := models.Purchase{ID: newID(), ShopperID: p.Shopper, Currency: string(p.Paid.Currency), TotalMinor: p.Paid.Minor, PlacedAt: p.At}
	payment := models.Payment{
		ID: newID(), ShopperID: p.Shopper, PurchaseID: purchase.ID, Provider: s.pay.Name(), Reference: p.Reference,
		Status: models.PaymentCaptured, Currency: string(p.Paid.Currency), AmountMinor: p.Paid.Minor, CreatedAt: p.At, UpdatedAt: p.At,
	}
	batch := database.NewBatch(tx)
	batch.Insert(&purchase, &payment)
	for _, q := range p.Quotes {
		o := &q.Book.Order
		o.PurchaseID, o.Number = &purchase.ID, s.number()
		event, err := outbox.New(o.BrandID, "order.placed", "Order", o.ID, changeOf(o), p.At)
		if err != nil {
			return err
		}
		batch.Insert(
			&models.OrderNumber{Number: o.Number, BrandID: o.BrandID, OrderID: o.ID}, o, q.Book.Lines, q.Book.Charges,
			&models.PaymentAllocation{BrandID: o.BrandID, ID: newID(), PaymentID: payment.ID, OrderID: o.ID, Currency: o.Currency, AmountMinor: o.TotalMinor},
			q.Book.Events, q.Book.Facts, &event,
		)
	}
	switch err := batch.Send(); {
	case err == nil:
		return nil
	case database.Violates(err, "payments_reference_key"):
		return problem.At("input.payment.reference", problem.PaymentReferenceTaken, "this payment was used before")
	case database.Violates(err, "order_numbers_pk"), database.Violates(err, "orders_number_key"):
		return fmt.Errorf("%w: %w", errNumberTaken, err)
	default:
		return fmt.Errorf("write the order: %w", err)
	}
}

// change is what the outbox tells of an order; nothing that names a person.
type change struct {
	Number       string             `json:"number"`
	StorefrontID uuid.UUID          `json:"storefrontId"`
	Status       models.OrderStatus `json:"status"`
	Currency     string             `json:"currency"`
	TotalMinor   int64              `json:"totalMinor"`
}

func changeOf(o *models.Order) change {
	return change{o.Number, o.StorefrontID, o.Status, o.Currency, o.TotalMinor}
}
