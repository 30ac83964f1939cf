package promotion

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Change says what is to change of a promotion. What was bought keeps what it
// was given.
type Change struct {
	Promotion       models.Key
	ExpectedVersion *int32
	Terms           Terms
}

var changeable = []string{
	"default_language", "texts", "basis_points", "amount_minor", "buy_quantity", "get_quantity", "goods", "gets",
	"minimum_minor", "minimum_quantity", "use_limit", "shopper_limit", "uses", "starts_at", "ends_at", "version", "updated_at",
}

// Update changes the terms of a promotion.
func (s *Service) Update(ctx context.Context, c Change) (*models.Promotion, error) {
	return s.change(ctx, c.Promotion, c.ExpectedVersion, func(tx *gorm.DB, p *models.Promotion) error {
		counted := p.UseLimit != nil
		var refused problem.List
		c.Terms.onto(&refused, p)
		if c.Terms.StartsAt.Emptied() {
			refused.Add("input.startsAt", problem.Required, "cannot be emptied")
		}
		if err := refused.Err(); err != nil {
			return err
		}
		if p.UseLimit == nil {
			p.Uses = 0
		} else if !counted {
			// Nobody uses it meanwhile: its row is locked against those as well.
			if err := tx.Model(&models.PromotionUse{}).Where("brand_id = ? and promotion_id = ?", p.BrandID, p.ID).
				Count(&p.Uses).Error; err != nil {
				return reading("uses", err)
			}
		}
		if p.UseLimit != nil && *p.UseLimit < p.Uses {
			return problem.At("input.useLimit", problem.OutOfRange, fmt.Sprintf("it was used %d times already", p.Uses))
		}
		if err := known(tx, p); err != nil {
			return err
		}
		return roomFor(tx, p, s.now())
	})
}

// End ends a promotion now; one that has not started will not. An ended one
// stays as it is.
func (s *Service) End(ctx context.Context, key models.Key, expectedVersion *int32) (*models.Promotion, error) {
	return s.change(ctx, key, expectedVersion, func(_ *gorm.DB, p *models.Promotion) error {
		now := s.now()
		if p.StatusAt(now) == models.PromotionEnded {
			return nil
		}
		if p.StartsAt.After(now) {
			p.StartsAt = now
		}
		p.EndsAt = &now
		return nil
	})
}

func (s *Service) change(
	ctx context.Context, key models.Key, expected *int32, onto func(*gorm.DB, *models.Promotion) error,
) (*models.Promotion, error) {
	if err := auth.RequireFor(ctx, auth.PromotionWrite, key.BrandID, "input.promotionId"); err != nil {
		return nil, err
	}
	var p *models.Promotion
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if p, err = lock(tx, key); err != nil {
			return err
		}
		if expected != nil && *expected != p.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("this is version %d by now: read it again", p.Version))
		}
		if err := onto(tx, p); err != nil {
			return err
		}
		p.Version++
		p.UpdatedAt = s.now()
		if err := tx.Model(p).Select(changeable).UpdateColumns(p).Error; err != nil {
			return fmt.Errorf("write the promotion: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// lock reads a promotion that nobody else changes or uses until tx ends.
func lock(tx *gorm.DB, key models.Key) (*models.Promotion, error) {
	var rows []*models.Promotion
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&rows).Error
	if err != nil {
		return nil, reading("promotions", err)
	}
	if len(rows) == 0 {
		return nil, problem.At("input.promotionId", problem.NotFound, "there is no such promotion, or you may not see it")
	}
	return rows[0], nil
}
