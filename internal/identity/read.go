package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByHandles gives those of the accounts that the caller sees.
func (s *Service) ByHandles(ctx context.Context, handles []uuid.UUID) ([]*models.Account, error) {
	condition, args := auth.Where(auth.From(ctx), "accounts", "", s.now())
	var accounts []*models.Account
	err := s.db.WithContext(ctx).Where("handle in ?", handles).Where(condition, args...).Find(&accounts).Error
	return accounts, err
}

// AccountsOfMembers gives the accounts of memberships that the caller has
// been given: who sees that somebody is staff sees who it is.
func (s *Service) AccountsOfMembers(ctx context.Context, ids []uuid.UUID) ([]*models.Account, error) {
	var accounts []*models.Account
	err := s.db.WithContext(ctx).Where("id in ?", ids).Find(&accounts).Error
	return accounts, err
}

// MembershipsOfAccounts gives the parts the accounts have in brands, oldest
// first, as far as the caller sees them.
func (s *Service) MembershipsOfAccounts(ctx context.Context, accounts []uuid.UUID) ([]*models.Membership, error) {
	condition, args := auth.Where(auth.From(ctx), "memberships", "", s.now())
	var rows []*models.Membership
	err := s.db.WithContext(database.AcrossBrands(ctx, database.Memberships)).Where("account_id in ?", accounts).
		Where(condition, args...).Order("created_at, brand_id, account_id").Find(&rows).Error
	return rows, err
}

// Rights are those that an account has now, for what is done in its name later.
// They are those of a visitor where there is no such account.
func (s *Service) Rights(ctx context.Context, account uuid.UUID) (*auth.Actor, error) {
	var row models.Account
	found := s.db.WithContext(ctx).Where("id = ?", account).Limit(1).Find(&row)
	if found.Error != nil {
		return nil, fmt.Errorf("read an account: %w", found.Error)
	}
	if found.RowsAffected == 0 {
		return auth.Anonymous(), nil
	}
	return s.actor(ctx, &row)
}
