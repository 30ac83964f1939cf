package brand

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const tokenMax = 200

// Payout says where a brand's balance is sent.
type Payout struct {
	BrandID  uuid.UUID
	Holder   string
	BankName string
	Country  string
	Currency money.Currency
	// ProviderToken stands for the account at the payment provider.
	ProviderToken string
	LastDigits    string
}

var (
	tokenForm      = regexp.MustCompile(`^[!-~]+$`)
	accountNumber  = regexp.MustCompile(`^(?:[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}|[0-9]{6,34})$`)
	lastDigitsForm = regexp.MustCompile(`^[0-9]{2,4}$`)
	numberMarks    = strings.NewReplacer(" ", "", "-", "")
)

// Validate gives the account in the form that is kept, or all that is wrong with it.
func (p Payout) Validate() (Payout, error) {
	var refused problem.List
	p.Holder = refused.Line("input.holder", p.Holder, 1, nameMax)
	p.BankName = refused.Line("input.bankName", p.BankName, 1, nameMax)
	if len(p.Country) != 2 {
		refused.Add("input.country", problem.Invalid, "must be a country's ISO 3166-1 code")
	}
	if _, err := money.ParseCurrency(string(p.Currency)); err != nil {
		refused.Add("input.currency", problem.Invalid, "must be an ISO 4217 currency code")
	}
	before := len(refused)
	p.ProviderToken = refused.Line("input.providerToken", p.ProviderToken, 1, tokenMax)
	switch {
	case len(refused) > before:
	case accountNumber.MatchString(numberMarks.Replace(p.ProviderToken)):
		refused.Add("input.providerToken", problem.NotAllowed, "give the payment provider's token, never the number of the account")
	case !tokenForm.MatchString(p.ProviderToken):
		refused.Add("input.providerToken", problem.Invalid, "must be a token of plain characters without spaces")
	}
	if !lastDigitsForm.MatchString(p.LastDigits) {
		refused.Add("input.lastDigits", problem.Invalid, "must be the last 2 to 4 digits")
	}
	return p, refused.Err()
}

// SetPayout says where a brand's balance is sent from now on.
func (s *Service) SetPayout(ctx context.Context, p Payout) (*models.Brand, error) {
	if err := auth.RequireFor(ctx, auth.BrandOwn, p.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	p, err := p.Validate()
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a payout account's id: %w", err)
	}
	now := s.now()
	account := models.PayoutAccount{
		BrandID: p.BrandID, ID: id, Holder: p.Holder, BankName: p.BankName, Country: p.Country,
		Currency: string(p.Currency), ProviderToken: p.ProviderToken, LastDigits: p.LastDigits,
		CreatedAt: now, UpdatedAt: now,
	}
	var b *models.Brand
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if b, err = lockLivingTx(tx, p.BrandID, "input.brandId"); err != nil {
			return err
		}
		err = tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "brand_id"}},
			DoUpdates: clause.AssignmentColumns([]string{
				"holder", "bank_name", "country", "currency", "provider_token", "last_digits", "updated_at",
			}),
		}).Create(&account).Error
		if err != nil {
			return fmt.Errorf("write the payout account: %w", err)
		}
		return nil
	})
	return answer(b, err)
}
