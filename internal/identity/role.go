package identity

import (
	"context"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/models"
)

// Enrol makes the account that a development token stands for and gives it
// platform roles. It is the command line's: no request leads here.
func (s *Service) Enrol(ctx context.Context, subject, name string, roles ...models.PlatformRole) (*models.Account, error) {
	account, err := s.seen(ctx, Claims{Issuer: DevelopmentIssuer, Subject: subject, Name: &name})
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		grant := models.PlatformGrant{AccountID: account.ID, Role: role, GrantedAt: s.now()}
		if err := s.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&grant).Error; err != nil {
			return nil, fmt.Errorf("grant %s: %w", role, err)
		}
	}
	s.Changed(account.ID)
	return account, nil
}
