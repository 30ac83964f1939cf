package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Rate is how a balance was exchanged.
type Rate struct {
	// Value is units of the account's currency for one unit of the balance's.
	Value  decimal.Decimal
	Source string
	Date   models.Date
}

// PayoutInput asks to send a brand's balance of a currency to its account.
type PayoutInput struct {
	IdempotencyKey string `json:"-"`
	BrandID        uuid.UUID
	Currency       money.Currency
	// Amount is nil for all that is payable.
	Amount *decimal.Decimal
	// Rate may be given where the account has another currency, and only then.
	// Default: the reference rate of the day.
	Rate *Rate
	// Reference is the bank's, of the transfer.
	Reference string
}

// Validate trims texts and collects what is wrong.
func (in *PayoutInput) Validate() error {
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	if _, err := money.ParseCurrency(string(in.Currency)); err != nil {
		refused.Add("input.currency", problem.Invalid, "must be an ISO 4217 currency code")
	}
	if in.Amount != nil {
		switch amount, err := money.FromDecimal(*in.Amount, in.Currency); {
		case errors.Is(err, money.ErrTooPrecise):
			refused.Add("input.amount", problem.Invalid, "more decimals than the currency has")
		case err != nil || amount.Minor <= 0:
			refused.Add("input.amount", problem.OutOfRange, "must be more than 0")
		}
	}
	if r := in.Rate; r != nil {
		if r.Value.Sign() <= 0 || r.Value.Exponent() < -12 || r.Value.NumDigits() > 24 {
			refused.Add("input.rate.value", problem.OutOfRange, "must be more than 0, with at most 12 decimals")
		}
		r.Source = refused.Line("input.rate.source", r.Source, 1, 120)
	}
	in.Reference = refused.Line("input.reference", in.Reference, 0, 120)
	return refused.Err()
}

// PayOut sends what is payable to a brand, in the currency of its account. A
// brand that is owed nothing, or owes, gets none; one that is suspended waits.
// Repeating a key gives the payout again.
func (s *Service) PayOut(ctx context.Context, in PayoutInput) (*models.Payout, error) {
	if err := auth.RequireFor(ctx, auth.LedgerWrite, in.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "payoutCreate", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	key := models.Key{BrandID: in.BrandID, ID: newID()}
	return idempotency.Once(ctx, s.db, call, key, func(tx *gorm.DB) (*models.Payout, error) {
		payout := &models.Payout{
			BrandID: key.BrandID, ID: key.ID, Status: models.PayoutSent, Currency: string(in.Currency),
			Reference: models.Optional(in.Reference), CreatedBy: auth.From(ctx).AccountID(), CreatedAt: call.Now,
		}
		if err := s.payTx(tx, payout, in); err != nil {
			return nil, err
		}
		posting, err := Pay(payout, newID)
		if err != nil {
			return nil, err
		}
		batch := database.NewBatch(tx)
		batch.Insert(payout)
		batch.Insert(posting.Rows()...)
		if err := batch.Send(); err != nil {
			return nil, fmt.Errorf("write the payout: %w", err)
		}
		return payout, nil
	}, payoutTx)
}

// payTx fills a payout with the account and the amounts. Payouts of a brand
// wait for each other at its account.
func (s *Service) payTx(tx *gorm.DB, p *models.Payout, in PayoutInput) error {
	account, err := accountTx(tx, in.BrandID)
	if err != nil {
		return err
	}
	p.Holder, p.BankName, p.LastDigits, p.PaidCurrency = account.Holder, account.BankName, account.LastDigits, account.Currency
	payable, err := payableTx(tx, in.BrandID, in.Currency)
	if err != nil {
		return err
	}
	amount := payable
	if in.Amount != nil {
		if amount, err = money.FromDecimal(*in.Amount, in.Currency); err != nil {
			return err
		}
	}
	if payable.Minor <= 0 || amount.Minor > payable.Minor {
		return problem.At("input.amount", problem.Conflict, fmt.Sprintf("%s is payable", payable))
	}
	p.AmountMinor = amount.Minor
	rate, err := rateTx(tx, p, in.Rate)
	if err != nil {
		return err
	}
	paid, err := exchange(p, amount, rate)
	if err != nil {
		return err
	}
	p.PaidMinor = paid.Minor
	return nil
}

// rateTx is the rate of a payout, nil where nothing is exchanged: the one that
// is given, or the reference rate of the day.
func rateTx(tx *gorm.DB, p *models.Payout, given *Rate) (*fx.Rate, error) {
	from, to, today := money.Currency(p.Currency), money.Currency(p.PaidCurrency), models.DateOf(p.CreatedAt)
	switch {
	case to == from && given != nil:
		return nil, problem.At("input.rate", problem.NotAllowed, "the account has the currency of the balance: there is nothing to exchange")
	case to == from:
		return nil, nil //nolint:nilnil // said above
	case given != nil && given.Date.After(today):
		return nil, problem.At("input.rate.date", problem.OutOfRange, "must not lie in the future")
	case given != nil:
		return fx.Given(from, to, given.Value, given.Date, given.Source)
	}
	sheet, err := fx.SheetTx(tx, today)
	if err != nil {
		return nil, err
	}
	rate, err := sheet.Rate(from, to)
	if len(problem.From(err)) > 0 {
		return nil, problem.At("input.rate", problem.RateUnknown, fmt.Sprintf("the account is in %s, and %v: give the rate, its source and its date", to, err))
	}
	return rate, err
}

// exchange is what an amount is in the currency of the account, rounded half
// up once, with its rate noted on the payout.
func exchange(p *models.Payout, amount money.Money, rate *fx.Rate) (money.Money, error) {
	if rate == nil {
		return amount, nil
	}
	on := rate.Date.Time()
	p.Rate, p.RateSource, p.RatedOn = &rate.Value, &rate.Source, &on
	paid, err := rate.Convert(amount)
	if err != nil || paid.Minor <= 0 {
		return amount, problem.At("input.rate.value", problem.OutOfRange, fmt.Sprintf("%s cannot be sent at this rate", amount))
	}
	return paid, nil
}

func accountTx(tx *gorm.DB, brand uuid.UUID) (*models.PayoutAccount, error) {
	var statuses []models.BrandStatus
	if err := tx.Raw("select status from brands where id = ?", brand).Scan(&statuses).Error; err != nil {
		return nil, fmt.Errorf("read the brand: %w", err)
	}
	switch {
	case len(statuses) == 0:
		return nil, problem.At("input.brandId", problem.NotFound, "there is no such brand")
	case statuses[0] == models.BrandSuspended:
		return nil, problem.At("input.brandId", problem.Conflict, "the brand is suspended: its payouts wait")
	}
	var accounts []models.PayoutAccount
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("brand_id = ?", brand).Find(&accounts).Error
	if err != nil {
		return nil, fmt.Errorf("lock the payout account: %w", err)
	}
	if len(accounts) == 0 {
		return nil, problem.At("input.brandId", problem.Conflict, "the brand has no payout account")
	}
	return &accounts[0], nil
}

func payableTx(tx *gorm.DB, brand uuid.UUID, currency money.Currency) (money.Money, error) {
	all, err := balances(tx, []uuid.UUID{brand})
	if err != nil {
		return money.Money{}, err
	}
	for _, b := range all {
		if b.Currency == string(currency) {
			return b.Payable(), nil
		}
	}
	return money.New(0, currency), nil
}

// Pay books a payout: what was payable is sent. Where it was exchanged, each
// currency sums to zero by itself.
func Pay(p *models.Payout, newID func() uuid.UUID) (Posting, error) {
	return pay(models.LedgerPayout, p, 1, p.CreatedAt, newID)
}

// PayBack books that a payout came back: the amount is payable again.
func PayBack(p *models.Payout, at time.Time, newID func() uuid.UUID) (Posting, error) {
	return pay(models.LedgerPayoutReturn, p, -1, at, newID)
}

func pay(kind models.LedgerKind, p *models.Payout, sign int64, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(kind, p.BrandID, at, newID)
	b.posting.Transaction.PayoutID = &p.ID
	amount, paid := p.Amount(), p.Paid()
	b.credit(models.AccountPayable, money.New(-sign*amount.Minor, amount.Currency))
	if paid.Currency == amount.Currency {
		b.balance(models.AccountPayout, amount.Currency)
		return b.done()
	}
	b.balance(models.AccountFX, amount.Currency)
	b.credit(models.AccountPayout, money.New(sign*paid.Minor, paid.Currency))
	b.balance(models.AccountFX, paid.Currency)
	return b.done()
}
