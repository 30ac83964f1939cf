package delivery

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/title"
	"github.com/tradewind-commerce/tradewind/models"
)

// Change says what is to change of an option; nil lists stay.
type Change struct {
	Option          models.Key
	ExpectedVersion *int32
	Titles          []title.Title
	Zones           []Zone
	MinDays         patch.Field[int32]
	MaxDays         patch.Field[int32]
	Position        patch.Field[int32]
}

// Update changes an option. Orders keep what they were charged.
func (s *Service) Update(ctx context.Context, c Change) (*models.DeliveryOption, error) {
	return s.change(ctx, c.Option, c.ExpectedVersion, func(o *models.DeliveryOption) error {
		var refused problem.List
		if c.Titles != nil {
			o.DefaultLanguage, o.Texts = title.Check(&refused, "input.titles", c.Titles)
		}
		if c.Zones != nil {
			o.Zones = zonesOf(&refused, "input.rates", c.Zones, money.Currency(o.Currency))
		}
		for _, n := range []struct {
			field string
			to    patch.Field[int32]
			at    *int32
		}{
			{"input.minDays", c.MinDays, &o.MinDays}, {"input.maxDays", c.MaxDays, &o.MaxDays},
			{"input.position", c.Position, &o.Position},
		} {
			if n.to.Emptied() {
				refused.Add(n.field, problem.Required, "cannot be emptied")
			}
			if v, ok := n.to.Set(); ok {
				*n.at = v
			}
		}
		checkDays(&refused, o)
		if o.ArchivedAt != nil {
			refused.Add("input.deliveryOptionId", problem.Conflict, "an archived delivery option cannot be changed any more")
		}
		return refused.Err()
	})
}

// Archive takes an option away from shoppers, for good. An archived one stays
// as it is.
func (s *Service) Archive(ctx context.Context, key models.Key, expectedVersion *int32) (*models.DeliveryOption, error) {
	return s.change(ctx, key, expectedVersion, func(o *models.DeliveryOption) error {
		if o.ArchivedAt == nil {
			now := s.now()
			o.ArchivedAt = &now
		}
		return nil
	})
}

func (s *Service) change(
	ctx context.Context, key models.Key, expected *int32, onto func(*models.DeliveryOption) error,
) (*models.DeliveryOption, error) {
	if err := auth.RequireFor(ctx, auth.StorefrontWrite, key.BrandID, "input.deliveryOptionId"); err != nil {
		return nil, err
	}
	var o *models.DeliveryOption
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if o, err = lock(tx, key); err != nil {
			return err
		}
		if expected != nil && *expected != o.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("this is version %d by now: read it again", o.Version))
		}
		if err := onto(o); err != nil {
			return err
		}
		o.Version++
		o.UpdatedAt = s.now()
		err = tx.Model(o).Select("default_language", "texts", "zones", "min_days", "max_days", "position", "archived_at",
			"version", "updated_at").UpdateColumns(o).Error
		if err != nil {
			return fmt.Errorf("write the delivery option: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}
