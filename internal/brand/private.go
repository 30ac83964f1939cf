package brand

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// PerBrand bounds what is read of each brand's history.
const PerBrand = 100

// Payouts reads the payout accounts of those brands whose private matters the
// caller may read.
func (s *Service) Payouts(ctx context.Context, brands []uuid.UUID) ([]*models.PayoutAccount, error) {
	return privateRows[models.PayoutAccount](ctx, s, auth.BrandPrivateRead, brands, "brand_id")
}

// Members reads who works for those brands whose private matters the caller
// may read, the longest first; at most 100 of each.
func (s *Service) Members(ctx context.Context, brands []uuid.UUID) ([]*models.Membership, error) {
	return privateRows[models.Membership](ctx, s, auth.BrandPrivateRead, brands, "created_at, account_id")
}

// JobsHistory reads the reports of jobs of those brands that the caller may
// read behind the scenes, newest first; at most 100 of each.
func (s *Service) JobsHistory(ctx context.Context, brands []uuid.UUID) ([]*models.BrandJobReport, error) {
	return privateRows[models.BrandJobReport](ctx, s, auth.BrandRead, brands, "reported_at desc, id desc")
}

// Transitions reads the changes of status of those brands that the caller may
// read behind the scenes, newest first; at most 100 of each.
func (s *Service) Transitions(ctx context.Context, brands []uuid.UUID) ([]*models.BrandTransition, error) {
	return privateRows[models.BrandTransition](ctx, s, auth.BrandRead, brands, "recorded_at desc, id desc")
}

// privateRows reads rows of those brands for which the caller holds the
// permission, in the given order for each.
func privateRows[T any](ctx context.Context, s *Service, p auth.Permission, brands []uuid.UUID, order string) ([]*T, error) {
	actor := auth.From(ctx)
	var permitted []uuid.UUID
	for _, id := range brands {
		if actor.HoldsFor(p, id) {
			permitted = append(permitted, id)
		}
	}
	if len(permitted) == 0 {
		return nil, nil
	}
	db := s.db.WithContext(ctx)
	ranked := db.Model(new(T)).Select("*, row_number() over (partition by brand_id order by "+order+") as rank").
		Where("brand_id in ?", permitted)
	var rows []*T
	if err := db.Table("(?) as ranked", ranked).Where("rank <= ?", PerBrand).Order(order).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %T of brands: %w", *new(T), err)
	}
	return rows, nil
}
