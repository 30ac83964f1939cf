// Package sandbox is the payment provider that takes no real money: the
// default, for development and tests. What happens is decided by the test
// account that a shopper pays with. It keeps books of its own in the database,
// and sends signed webhooks to the server's own endpoint, as others do.
package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// Test accounts: tokens to confirm a payment with.
const (
	Success           = "sandbox-success"            // pays at once
	Declined          = "sandbox-declined"           // card_declined
	InsufficientFunds = "sandbox-insufficient-funds" // insufficient_funds
	Redirect          = "sandbox-redirect"           // the shopper approves or declines on a page
	Delayed           = "sandbox-delayed"            // pays Delay later
	Dispute           = "sandbox-dispute"            // pays at once; disputed Delay later, for good undecided
	DisputeWon        = "sandbox-dispute-won"        // disputed Delay later, and won Delay after that
	DisputeLost       = "sandbox-dispute-lost"       // disputed Delay later, and lost Delay after that
	DisputePartWon    = "sandbox-dispute-part-won"   // a third disputed, and won
	DisputePartLost   = "sandbox-dispute-part-lost"  // a third disputed, and lost
	RefundFails       = "sandbox-refund-fails"       // pays at once; its refunds fail
	RefundFailsOnce   = "sandbox-refund-fails-once"  // pays at once; its first refund fails
	NoAnswer          = "sandbox-no-answer"          // pays at once, but the answer is lost
)

// Delay is how long what comes later takes.
const Delay = 5 * time.Second

// Options of the sandbox.
type Options struct {
	// PageURL is where shoppers reach the server that shows its page, HookURL
	// where that receives its webhooks.
	PageURL, HookURL string
	// Secret signs webhooks. Instances behind one URL share it.
	Secret []byte
}

// Gateway is the provider.
type Gateway struct {
	db  *gorm.DB
	now func() time.Time
	o   Options
	// hooks sends its webhooks.
	hooks *webhook.Sender
}

// New takes the database of its books and the clock.
func New(db *gorm.DB, now func() time.Time, o Options) *Gateway {
	g := &Gateway{db: db, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }, o: o}
	g.hooks = webhook.NewSender(db, g.now, "/webhooks/"+g.Name(), o.HookURL, o.Secret)
	return g
}

// Name is what its payments are booked under.
func (*Gateway) Name() string { return payment.Sandbox{}.Name() }

// account is a row of the sandbox's books.
type account struct {
	Reference       string `gorm:"primaryKey"`
	Key             string
	PaymentID       uuid.UUID
	Method          string
	Manual          bool
	Currency        string
	AmountMinor     int64
	Status          models.PaymentStatus
	AuthorisedMinor int64
	CapturedMinor   int64
	FeeMinor        int64
	Dispute         models.DisputeStatus
	DisputedMinor   int64
	DisputeFeeMinor int64
	Account         string
	ReturnURL       string
	FailureCode     string
	DueAt           *time.Time
}

func (account) TableName() string { return "sandbox_payments" }

type refund struct {
	ID          uuid.UUID `gorm:"primaryKey"`
	Reference   string
	Currency    string
	AmountMinor int64
	Status      models.RefundStatus
	FailureCode string
}

func (refund) TableName() string { return "sandbox_refunds" }

// Create books a payment. The same key gives the same one.
func (g *Gateway) Create(ctx context.Context, c payment.Charge) (payment.State, error) {
	var random [16]byte
	_, _ = rand.Read(random[:])
	a := account{
		Reference: "sbx_" + hex.EncodeToString(random[:]), Key: c.Key, PaymentID: c.PaymentID, Method: c.Method, Manual: c.Manual,
		Currency: string(c.Amount.Currency), AmountMinor: c.Amount.Minor, Status: models.PaymentPending, Dispute: models.DisputeNone,
	}
	db := g.db.WithContext(ctx)
	err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&a).Error
	if err == nil {
		err = db.Take(&a, "key = ?", c.Key).Error
	}
	if err != nil {
		return payment.State{}, fmt.Errorf("sandbox: %w", err)
	}
	return g.state(&a, nil), nil
}

// Find tells the state as it is now.
func (g *Gateway) Find(ctx context.Context, reference string) (payment.State, error) {
	return g.change(ctx, reference, func(*gorm.DB, *account) (string, error) { return "", nil })
}

// Capture takes a part of what was authorised.
func (g *Gateway) Capture(ctx context.Context, reference, _ string, amount money.Money) (payment.State, error) {
	return g.change(ctx, reference, func(_ *gorm.DB, a *account) (string, error) {
		switch {
		case a.Status == models.PaymentCaptured && a.CapturedMinor == amount.Minor:
			return "", nil
		case a.Status != models.PaymentAuthorised || string(amount.Currency) != a.Currency || amount.Minor > a.AuthorisedMinor:
			return "", &payment.Refusal{Code: "not_capturable"}
		}
		a.take(amount.Minor)
		return "payment.captured", nil
	})
}

// Void releases what was authorised, or gives up what is open.
func (g *Gateway) Void(ctx context.Context, reference, _ string) (payment.State, error) {
	return g.change(ctx, reference, func(_ *gorm.DB, a *account) (string, error) {
		switch a.Status {
		case models.PaymentVoided:
			return "", nil
		case models.PaymentPending, models.PaymentRequiresAction, models.PaymentAuthorised:
			a.Status, a.DueAt = models.PaymentVoided, nil
			return "payment.voided", nil
		default:
			return "", &payment.Refusal{Code: "not_voidable"}
		}
	})
}

// change locks a payment, brings it to the present, changes it, and books the
// event that tells of it.
func (g *Gateway) change(ctx context.Context, reference string, fn func(tx *gorm.DB, a *account) (event string, err error)) (payment.State, error) {
	var state payment.State
	err := database.InTx(ctx, g.db, func(tx *gorm.DB) error {
		a, err := g.lock(tx, reference)
		if err != nil {
			return err
		}
		g.age(a)
		event, err := fn(tx, a)
		if err != nil {
			return err
		}
		if err := tx.Model(a).Select("*").UpdateColumns(a).Error; err != nil {
			return err
		}
		if event != "" {
			if err := g.tell(tx, a, event, g.now()); err != nil {
				return err
			}
		}
		var refunds []refund
		if err := tx.Where("reference = ?", reference).Order("id").Find(&refunds).Error; err != nil {
			return err
		}
		state = g.state(a, refunds)
		return nil
	})
	if err != nil {
		return payment.State{}, fmt.Errorf("sandbox: %w", err)
	}
	return state, nil
}

// lock reads a payment. One that was made before it was told of, by a
// SANDBOX-OK reference, was over whatever it claimed.
func (g *Gateway) lock(tx *gorm.DB, reference string) (*account, error) {
	var rows []*account
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Limit(1).Find(&rows, "reference = ?", reference).Error
	if err != nil || len(rows) == 1 {
		return first(rows), err
	}
	var claimed []models.Payment
	if err := tx.Limit(1).Find(&claimed, "provider = ? and reference = ?", g.Name(), reference).Error; err != nil {
		return nil, err
	}
	if len(claimed) == 0 || !payment.IsSandboxReference(reference) {
		return nil, &payment.Refusal{Code: "no_such_payment"}
	}
	p := claimed[0]
	a := &account{
		Reference: reference, Key: reference, PaymentID: p.ID, Method: p.Method, Currency: p.Currency, AmountMinor: p.AmountMinor,
		Status: models.PaymentCaptured, AuthorisedMinor: p.AmountMinor, CapturedMinor: p.AmountMinor, Dispute: models.DisputeNone,
	}
	return a, tx.Clauses(clause.OnConflict{DoNothing: true}).Create(a).Error
}

func first[T any](rows []*T) *T {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

// age does what has come due.
func (g *Gateway) age(a *account) {
	for a.DueAt != nil && !a.DueAt.After(g.now()) {
		decided := a.DueAt.Add(Delay)
		a.DueAt = nil
		switch {
		case a.Account == Delayed:
			a.pay()
		case a.CapturedMinor == 0: // there is nothing to take back
		case a.Dispute == models.DisputeNone:
			a.dispute()
			if a.Account != Dispute {
				a.DueAt = &decided
			}
		case a.Account == DisputeWon, a.Account == DisputePartWon:
			a.Dispute, a.DisputeFeeMinor = models.DisputeWon, 0
		case a.Account == DisputeLost, a.Account == DisputePartLost:
			a.Dispute = models.DisputeLost
		}
	}
}

// disputeFee is what the sandbox charges for a dispute in minor units, and
// gives back with one that is won.
const disputeFee = 1500

// dispute takes what was captured back, or a third of it, for a fee.
func (a *account) dispute() {
	a.Dispute, a.DisputedMinor, a.DisputeFeeMinor = models.DisputeOpen, a.CapturedMinor, disputeFee
	if a.Account == DisputePartWon || a.Account == DisputePartLost {
		a.DisputedMinor = (a.CapturedMinor + 2) / 3
	}
}

// feePerMille is what the sandbox keeps of what it captures, rounded half up.
const feePerMille = 29

// Fee is what it keeps of an amount in minor units.
func Fee(minor int64) int64 { return minor/1000*feePerMille + (minor%1000*feePerMille+500)/1000 }

// take captures an amount, for a fee.
func (a *account) take(minor int64) {
	a.Status, a.CapturedMinor, a.FeeMinor = models.PaymentCaptured, minor, Fee(minor)
}

// pay takes the money, or promises it.
func (a *account) pay() {
	a.Status, a.AuthorisedMinor = models.PaymentAuthorised, a.AmountMinor
	if !a.Manual {
		a.take(a.AmountMinor)
	}
}

func (g *Gateway) state(a *account, refunds []refund) payment.State {
	currency := money.Currency(a.Currency)
	s := payment.State{
		Reference: a.Reference, PaymentID: a.PaymentID, Status: a.Status, Amount: money.New(a.AmountMinor, currency),
		Authorised: a.AuthorisedMinor, Captured: a.CapturedMinor, Fee: a.FeeMinor, FailureCode: a.FailureCode,
	}
	if a.Dispute != models.DisputeNone {
		s.Disputes = []payment.DisputeState{{
			Reference: "sbd_" + a.Reference, Status: a.Dispute, Amount: money.New(a.DisputedMinor, currency), Fee: a.DisputeFeeMinor,
		}}
	}
	if a.Status == models.PaymentRequiresAction {
		s.Next = &models.NextAction{Type: models.ActionRedirect, URL: g.o.PageURL + PagePath + a.Reference}
		if a.Method == models.MethodWeChatPay {
			s.Next.Type = models.ActionQRCode
		}
	}
	for _, r := range refunds {
		s.Refunds = append(s.Refunds, r.state())
	}
	return s
}

func (r refund) state() payment.RefundState {
	return payment.RefundState{
		ID: r.ID, Reference: "sbr_" + r.ID.String(), Amount: money.New(r.AmountMinor, money.Currency(r.Currency)),
		Status: r.Status, FailureCode: r.FailureCode,
	}
}
