package identity

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// maxMembers is the most staff of one brand: the API lists them whole.
const maxMembers = 100

// SetMember makes an account, named by its handle, staff of a brand, or changes
// its role.
func (s *Service) SetMember(ctx context.Context, brand, handle uuid.UUID, role models.BrandRole) (*models.Membership, error) {
	if err := auth.RequireFor(ctx, auth.BrandOwn, brand, "input.brandId"); err != nil {
		return nil, err
	}
	var m *models.Membership
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		owners, err := lockOwners(ctx, tx, brand)
		if err != nil {
			return err
		}
		account, err := accountOf(tx, handle)
		if err != nil {
			return err
		}
		if err := roomFor(tx, brand, account); err != nil {
			return err
		}
		if role != models.RoleOwner && onlyOwner(owners, account) {
			return problem.At("input.role", problem.NotAllowed, "a brand keeps at least one owner")
		}
		m, err = s.setTx(tx, models.Membership{BrandID: brand, AccountID: account, Role: role})
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Changed(m.AccountID)
	return m, nil
}

// RemoveMember ends the part in a brand of an account, named by its handle.
func (s *Service) RemoveMember(ctx context.Context, brand, handle uuid.UUID) error {
	if err := auth.RequireFor(ctx, auth.BrandOwn, brand, "input.brandId"); err != nil {
		return err
	}
	var account uuid.UUID
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		owners, err := lockOwners(ctx, tx, brand)
		if err != nil {
			return err
		}
		if account, err = accountOf(tx, handle); err != nil {
			return err
		}
		if onlyOwner(owners, account) {
			return problem.At("input.accountId", problem.NotAllowed, "a brand keeps at least one owner")
		}
		removed := tx.Where("brand_id = ? and account_id = ?", brand, account).Delete(&models.Membership{})
		if removed.Error == nil && removed.RowsAffected == 0 {
			return problem.At("input.accountId", problem.NotFound, "this account has no part in the brand")
		}
		return removed.Error
	})
	if err != nil {
		return err
	}
	s.Changed(account)
	return nil
}

func (s *Service) setTx(tx *gorm.DB, m models.Membership) (*models.Membership, error) {
	m.CreatedAt = s.now()
	err := tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "brand_id"}, {Name: "account_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"role"}),
	}, clause.Returning{}).Create(&m).Error
	return &m, err
}

// lockOwners gives the brand's owners and lets nobody else change them until
// the transaction ends. An owner who has just been removed acts no more.
func lockOwners(ctx context.Context, tx *gorm.DB, brand uuid.UUID) ([]uuid.UUID, error) {
	var owners []uuid.UUID
	err := tx.Model(&models.Membership{}).Where("brand_id = ? and role = ?", brand, models.RoleOwner).
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Order("account_id").Pluck("account_id", &owners).Error
	if err != nil {
		return nil, err
	}
	actor := auth.From(ctx)
	if !actor.HoldsEverywhere(auth.BrandOwn) && !slices.Contains(owners, *actor.AccountID()) {
		return nil, &problem.Denied{SignedIn: true, Permission: string(auth.BrandOwn)}
	}
	return owners, nil
}

func onlyOwner(owners []uuid.UUID, account uuid.UUID) bool {
	return len(owners) == 1 && owners[0] == account
}

func accountOf(tx *gorm.DB, handle uuid.UUID) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Model(&models.Account{}).Where("handle = ?", handle).Pluck("id", &ids).Error
	if err == nil && len(ids) == 0 {
		err = problem.At("input.accountId", problem.NotFound, "there is no such account")
	}
	if err != nil {
		return uuid.Nil, err
	}
	return ids[0], nil
}

func roomFor(tx *gorm.DB, brand, account uuid.UUID) error {
	var others int64
	err := tx.Model(&models.Membership{}).Where("brand_id = ? and account_id <> ?", brand, account).Count(&others).Error
	if err == nil && others >= maxMembers {
		return problem.At("input.accountId", problem.NotAllowed, fmt.Sprintf("a brand has at most %d members", maxMembers))
	}
	return err
}
