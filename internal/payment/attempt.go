package payment

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Attempt is a payment to be made.
type Attempt struct {
	Shopper  uuid.UUID
	Purchase uuid.UUID
	Provider string
	// Method is one of models.PaymentMethods.
	Method string
	Amount money.Money
	// Manual has it authorised first and captured when CaptureTx asks; wallets
	// cannot, and are captured at once.
	Manual bool
	// ExpiresAt is when it is given up unless it was paid.
	ExpiresAt time.Time
	At        time.Time
}

// startGrace is how long whoever made a payment has to start it, until the
// recovery does.
const startGrace = 30 * time.Second

// Begin makes the row of an attempt, for its maker to insert, commit and then
// Start. Nobody else needs to know that it must be started: recovery finds it.
func Begin(a Attempt) (*models.Payment, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a payment id: %w", err)
	}
	return &models.Payment{
		ID: id, ShopperID: a.Shopper, PurchaseID: a.Purchase, Provider: a.Provider, Method: a.Method,
		ManualCapture: a.Manual && a.Method == models.MethodCard, Status: models.PaymentPending,
		Currency: string(a.Amount.Currency), AmountMinor: a.Amount.Minor, Dispute: models.DisputeNone,
		ExpiresAt: &a.ExpiresAt, AskAt: new(a.At.Add(startGrace)), Version: 1, CreatedAt: a.At, UpdatedAt: a.At,
	}, nil
}
