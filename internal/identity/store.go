package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// seen gives the account a token stands for, made now where it is new, and as
// the token tells it where that is news.
func (s *Service) seen(ctx context.Context, c Claims) (*models.Account, error) {
	account, err := s.bySubject(ctx, c)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if err = s.insert(ctx, c); err == nil {
			account, err = s.bySubject(ctx, c)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find the account of a token: %w", err)
	}
	news := map[string]any{}
	if c.Name != nil && (account.Name == nil || *account.Name != *c.Name) {
		news["name"], account.Name = *c.Name, c.Name
	}
	if c.Email != nil && (account.Email == nil || *account.Email != *c.Email) {
		news["email"], account.Email = *c.Email, c.Email
	}
	if len(news) == 0 {
		return account, nil
	}
	if err := s.db.WithContext(ctx).Model(account).Updates(news).Error; err != nil {
		return nil, fmt.Errorf("update the account of a token: %w", err)
	}
	return account, nil
}

func (s *Service) bySubject(ctx context.Context, c Claims) (*models.Account, error) {
	var a models.Account
	err := s.db.WithContext(ctx).Where("issuer = ? and subject = ?", c.Issuer, c.Subject).Take(&a).Error
	return &a, err
}

func (s *Service) insert(ctx context.Context, c Claims) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return s.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&models.Account{
		ID: id, Handle: uuid.New(), Issuer: c.Issuer, Subject: c.Subject, Name: c.Name, Email: c.Email, CreatedAt: s.now(),
	}).Error
}

// actor reads an account's rights.
func (s *Service) actor(ctx context.Context, account *models.Account) (*auth.Actor, error) {
	db := s.db.WithContext(database.AcrossBrands(ctx, database.Memberships))
	var platform []models.PlatformRole
	err := db.Model(&models.PlatformGrant{}).Where("account_id = ?", account.ID).Order("role").Pluck("role", &platform).Error
	if err != nil {
		return nil, fmt.Errorf("read platform roles: %w", err)
	}
	var memberships []models.Membership
	if err := db.Where("account_id = ?", account.ID).Find(&memberships).Error; err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	brands := make(map[uuid.UUID]models.BrandRole, len(memberships))
	for _, m := range memberships {
		brands[m.BrandID] = m.Role
	}
	return auth.NewActor(account, platform, brands), nil
}
