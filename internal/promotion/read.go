package promotion

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByKeys gives the promotions that the caller may see, in any order.
func (s *Service) ByKeys(ctx context.Context, keys []models.Key) ([]*models.Promotion, error) {
	var rows []*models.Promotion
	err := s.visible(ctx).Where("(promotions.brand_id, promotions.id) in ?", models.Pairs(keys)).Find(&rows).Error
	return rows, reading("promotions", err)
}

func (s *Service) visible(ctx context.Context) *gorm.DB {
	scope, args := auth.Where(auth.From(ctx), "promotions", "", s.now())
	return s.db.WithContext(ctx).Model(&models.Promotion{}).Where(scope, args...)
}

// Newest sorts the promotions of a brand.
func Newest(statuses []models.PromotionStatus) paging.Sort[models.Promotion] {
	return paging.Sort[models.Promotion]{Name: "promotions", Filter: statuses, Desc: true, Columns: []paging.Column[models.Promotion]{
		{Expr: "promotions.created_at", Type: "timestamptz", Value: func(p *models.Promotion) any { return p.CreatedAt }},
		{Expr: "promotions.id", Type: "uuid", Value: func(p *models.Promotion) any { return p.ID }},
	}}
}

// Standing narrows promotions to those of any of the statuses; nil asks for nothing.
func Standing(statuses []models.PromotionStatus, now time.Time) (c database.Conditions) {
	if statuses == nil {
		return nil
	}
	among := func(s models.PromotionStatus) bool { return slices.Contains(statuses, s) }
	c.Add("(? and promotions.ends_at <= ? or ? and promotions.starts_at > ? and (promotions.ends_at is null or promotions.ends_at > ?)"+
		" or ? and promotions.starts_at <= ? and (promotions.ends_at is null or promotions.ends_at > ?))",
		among(models.PromotionEnded), now, among(models.PromotionScheduled), now, now, among(models.PromotionActive), now, now)
	return c
}

// OfBrands gives a page of the promotions of each brand that the caller may
// see, newest first.
func (s *Service) OfBrands(
	ctx context.Context, brands []uuid.UUID, args paging.Args, statuses []models.PromotionStatus,
) (func(uuid.UUID) *paging.Connection[models.Promotion], error) {
	query := Standing(statuses, s.now()).Narrow(s.visible(ctx))
	return paging.Each(query, args, Newest(statuses), "promotions", paging.Parents[models.Promotion, uuid.UUID]{
		Keys: brands, Columns: []string{"brand_id"}, IDs: func(brand uuid.UUID) []uuid.UUID { return []uuid.UUID{brand} },
		Of: (*models.Promotion).TenantID,
	})
}

// ByCode sorts the codes of a promotion.
var ByCode = paging.Sort[models.PromotionCode]{Name: "codes", Columns: []paging.Column[models.PromotionCode]{
	{Expr: `promotion_codes.code collate "C"`, Type: "text", Value: func(c *models.PromotionCode) any { return c.Code }},
	{Expr: "promotion_codes.promotion_id", Type: "uuid", Value: func(c *models.PromotionCode) any { return c.PromotionID }},
}}

// CodesOf gives a page of the codes of each promotion, by code.
func (s *Service) CodesOf(
	ctx context.Context, promotions []models.Key, args paging.Args,
) (func(models.Key) *paging.Connection[models.PromotionCode], error) {
	query := s.db.WithContext(ctx).Model(&models.PromotionCode{})
	return paging.Each(query, args, ByCode, "promotion_codes", paging.OfKeys(promotions, "promotion_id",
		func(c *models.PromotionCode) models.Key { return models.Key{BrandID: c.BrandID, ID: c.PromotionID} }))
}

// Uses counts the purchases that used each of the promotions.
func (s *Service) Uses(ctx context.Context, promotions []models.Key) (map[models.Key]int64, error) {
	var rows []struct {
		BrandID     uuid.UUID
		PromotionID uuid.UUID
		Uses        int64
	}
	err := s.db.WithContext(ctx).Table("promotion_uses").Select("brand_id, promotion_id, count(*) as uses").
		Where("(brand_id, promotion_id) in ?", models.Pairs(promotions)).Group("brand_id, promotion_id").Scan(&rows).Error
	uses := map[models.Key]int64{}
	for _, r := range rows {
		uses[models.Key{BrandID: r.BrandID, ID: r.PromotionID}] = r.Uses
	}
	return uses, reading("uses", err)
}

// CodeUses counts the purchases that used each of the codes.
func (s *Service) CodeUses(ctx context.Context, codes []*models.PromotionCode) (map[*models.PromotionCode]int64, error) {
	var rows []struct {
		BrandID     uuid.UUID
		PromotionID uuid.UUID
		Code        string
		Uses        int64
	}
	pairs, words := make([]models.Key, len(codes)), make([]string, len(codes))
	for i, c := range codes {
		pairs[i], words[i] = models.Key{BrandID: c.BrandID, ID: c.PromotionID}, c.Code
	}
	err := s.db.WithContext(ctx).Table("promotion_uses").Select("brand_id, promotion_id, code, count(*) as uses").
		Where("(brand_id, promotion_id) in ? and code in ?", models.Pairs(pairs), words).
		Group("brand_id, promotion_id, code").Scan(&rows).Error
	uses := map[*models.PromotionCode]int64{}
	for _, r := range rows {
		for _, c := range codes {
			if c.BrandID == r.BrandID && c.PromotionID == r.PromotionID && c.Code == r.Code {
				uses[c] = r.Uses
			}
		}
	}
	return uses, reading("uses", err)
}

// Status is where a promotion stands now.
func (s *Service) Status(p *models.Promotion) models.PromotionStatus { return p.StatusAt(s.now()) }
