package order

import (
	"context"
	"fmt"
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
	claim, err := idempotency.NewClaim(call)
	if err != nil {
		return nil, err
	}
	var order *models.Order
	err = database.InBatch(ctx, s.db, func(db *gorm.DB) error {
		basket.OrderID = newID()
		asked := &question{basket: basket, wanted: added(basket), claim: claim}
		if err := s.look(db, asked); err != nil {
			return err
		}
		first, replayed, err := claim.Answer()
		if err != nil {
			return err
		}
		if replayed {
			order, err = one(byKeys(db, []models.Key{first}))
			return err
		}
		quote, err := asked.quote()
		if err != nil {
			return err
		}
		if err := mustCost(paid, quote.Total()); err != nil {
			return err
		}
		order = &quote.Book.Order
		writes := database.NewBatch(db)
		claim.Take(writes, models.Key{BrandID: order.BrandID, ID: order.ID})
		return s.write(db, writes, purchase{*actor.AccountID(), in.Payment.Reference, paid, quote, now})
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

// purchase is what a shopper pays for at once.
type purchase struct {
	shopper   uuid.UUID
	reference string
	paid      money.Money
	quote     *Quote
	at        time.Time
}

// write sends what was quoted, and all else that is in the batch. The stock is
// taken last, so that it stays locked for that moment alone. It refuses a
// payment that was used before, and goods that have gone.
func (s *Service) write(db *gorm.DB, writes *database.Batch, p purchase) error {
	if err := s.book(writes, p); err != nil {
		return err
	}
	o := &p.quote.Book.Order
	moves, err := p.quote.supply.Take(p.quote.stock)
	if err != nil {
		return err
	}
	order := writing{rows: writes, brand: o.BrandID, moved: inventory.Moved{Moves: moves, As: models.StockAdjustment{
		Reason: models.StockOrderPlaced, OrderID: &o.ID, ActorID: &p.shopper, RecordedAt: p.at,
	}}}
	switch err := s.writes.do(db, order.levels(), order); {
	case err == nil:
		return nil
	case database.Violates(err, "payments_reference_key"):
		return problem.At("input.payment.reference", problem.PaymentReferenceTaken, "this payment was used before")
	case inventory.Short(err):
		return database.Again(problem.At("input.lines", problem.OutOfStock, "others bought these goods at the same moment"))
	case idempotency.Taken(err), database.Violates(err, "order_numbers_pk"), database.Violates(err, "orders_number_key"):
		return database.Again(fmt.Errorf("write the order: %w", err))
	default:
		return fmt.Errorf("write the order: %w", err)
	}
}

// book adds all rows of a purchase to a batch, but for its stock.
func (s *Service) book(writes *database.Batch, p purchase) error {
	bought := models.Purchase{
		ID: newID(), ShopperID: p.shopper, Status: models.PurchaseCompleted, Draft: []models.Draft{}, Currency: string(p.paid.Currency), TotalMinor: p.paid.Minor,
		PlacedAt: p.at, CompletedAt: &p.at,
	}
	payment := models.CapturedPayment(newID(), p.shopper, bought.ID, s.pay.Name(), p.reference, p.paid, p.at)
	writes.Insert(&bought, &payment)
	return s.Add(writes, p.quote.Book, bought.ID, payment.ID, p.at)
}

// Add adds an order of a purchase that is paid to a batch, with all that
// belongs to it but its stock, and gives it its number.
func (s *Service) Add(writes *database.Batch, b *Book, purchase, payment uuid.UUID, at time.Time) error {
	o := &b.Order
	o.PurchaseID, o.Number = &purchase, s.number()
	event, err := outbox.New(o.BrandID, "order.placed", "Order", o.ID, changeOf(o), at)
	if err != nil {
		return err
	}
	writes.Insert(
		&models.OrderNumber{Number: o.Number, BrandID: o.BrandID, OrderID: o.ID}, o, b.Lines, b.Charges,
		&models.PaymentAllocation{BrandID: o.BrandID, ID: newID(), PaymentID: payment, OrderID: o.ID, Currency: o.Currency, AmountMinor: o.TotalMinor},
		b.Events, b.Facts, &event,
	)
	for _, p := range b.Postings {
		writes.Insert(p.Rows()...)
	}
	return nil
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
