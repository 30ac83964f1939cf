package cart

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/recipient"
	"github.com/tradewind-commerce/tradewind/models"
)

const maxAddresses = 50

// AddressInput is an entry of an address book. The default is the one that
// clients offer first; a book has one at most.
type AddressInput struct {
	Recipient models.Recipient
	IsDefault bool
}

// Validate trims the texts and collects what is wrong.
func (in *AddressInput) Validate() error {
	var refused problem.List
	recipient.Check(&refused, "input.recipient", &in.Recipient)
	return refused.Err()
}

// first names the entry that becomes the default, nil for none.
func (in *AddressInput) first(id uuid.UUID) *uuid.UUID {
	if in.IsDefault {
		return &id
	}
	return nil
}

// CreateAddress adds an entry to the caller's own address book, of 50 at most.
func (s *Service) CreateAddress(ctx context.Context, in AddressInput) (*models.Address, error) {
	own, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.now()
	a := &models.Address{ID: newID(), ShopperID: own, Recipient: in.Recipient, IsDefault: in.IsDefault, Version: 1, CreatedAt: now, UpdatedAt: now}
	err = s.keep(ctx, own, in.first(a.ID), func(tx *gorm.DB) error {
		var known int64
		if err := tx.Model(&models.Address{}).Where("shopper_id = ?", own).Count(&known).Error; err != nil {
			return err
		}
		if known >= maxAddresses {
			return problem.New(problem.Conflict, fmt.Sprintf("an address book holds at most %d addresses", maxAddresses))
		}
		return tx.Create(a).Error
	})
	return a, err
}

// UpdateAddress replaces an entry of the caller's own address book.
func (s *Service) UpdateAddress(ctx context.Context, id uuid.UUID, expected int32, in AddressInput) (*models.Address, error) {
	own, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	var a *models.Address
	err = s.keep(ctx, own, in.first(id), func(tx *gorm.DB) error {
		if a, err = addressOf(tx, own, id); err != nil {
			return err
		}
		if a.Version != expected {
			return problem.At("input.expectedVersion", problem.VersionConflict, "the address was changed since")
		}
		a.Recipient, a.IsDefault, a.Version, a.UpdatedAt = in.Recipient, in.IsDefault, a.Version+1, s.now()
		return tx.Select("recipient", "is_default", "version", "updated_at").Updates(a).Error
	})
	return a, err
}

// DeleteAddress takes an entry out of the caller's own address book, and gives
// it as it was.
func (s *Service) DeleteAddress(ctx context.Context, id uuid.UUID) (*models.Address, error) {
	own, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	var a *models.Address
	err = s.keep(ctx, own, nil, func(tx *gorm.DB) error {
		if a, err = addressOf(tx, own, id); err != nil {
			return err
		}
		return tx.Delete(a).Error
	})
	return a, err
}

// Addresses gives the caller's own address book: the default first, then the
// newest. There are none without a sign-in.
func (s *Service) Addresses(ctx context.Context) ([]*models.Address, error) {
	own := auth.From(ctx).AccountID()
	rows := []*models.Address{}
	if own == nil {
		return rows, nil
	}
	err := s.db.WithContext(ctx).Where("shopper_id = ?", *own).Order("is_default desc, created_at desc, id desc").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	return rows, nil
}

// SetAddress sends a cart to an entry of the caller's own address book.
func (s *Service) SetAddress(ctx context.Context, ref Ref, id uuid.UUID) (*Priced, error) {
	own, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	a, err := addressOf(s.db.WithContext(ctx), own, id)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, ref, further{}, func(e *edit) error { return e.sendTo(a.Recipient, "input.addressId") })
}

func owner(ctx context.Context) (uuid.UUID, error) {
	if err := auth.Require(ctx, auth.SignedIn); err != nil {
		return uuid.Nil, err
	}
	return *auth.From(ctx).AccountID(), nil
}

// keep changes an address book. Its account is locked, so that of two changes
// at once neither passes the limit, nor makes a second default.
func (s *Service) keep(ctx context.Context, own uuid.UUID, becomesDefault *uuid.UUID, fn func(tx *gorm.DB) error) error {
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := tx.Exec("select 1 from accounts where id = ? for update", own).Error; err != nil {
			return err
		}
		if becomesDefault != nil {
			err := tx.Exec("update addresses set is_default = false, version = version + 1 where shopper_id = ? and is_default and id <> ?",
				own, *becomesDefault).Error
			if err != nil {
				return err
			}
		}
		return fn(tx)
	})
	if err != nil && problem.From(err) == nil {
		return fmt.Errorf("keep an address book: %w", err)
	}
	return err
}

func addressOf(tx *gorm.DB, own, id uuid.UUID) (*models.Address, error) {
	var a models.Address
	err := tx.Where("id = ? and shopper_id = ?", id, own).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.At("input.addressId", problem.NotFound, "there is no such address, or it is not yours")
	}
	if err != nil {
		return nil, fmt.Errorf("read an address: %w", err)
	}
	return &a, nil
}
