package promotion

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// MaxAutomatic bounds a brand's automatic promotions that have not ended: every
// cart with goods of the brand is reckoned with all of them.
const MaxAutomatic = 100

// targets of each kind, its default first.
var targets = map[models.PromotionKind][]models.PromotionTarget{
	models.PromotionPercentage:   {models.TargetOrder, models.TargetLines},
	models.PromotionFixed:        {models.TargetOrder, models.TargetLines},
	models.PromotionBuyXGetY:     {models.TargetLines},
	models.PromotionFreeShipping: {models.TargetShipping},
}

// Draft is a promotion before it has a row. What it is stays for good; its
// terms may change.
type Draft struct {
	BrandID uuid.UUID
	// Storefront is nil for all of the brand.
	Storefront *models.Key
	Kind       models.PromotionKind
	// Target of PERCENTAGE and FIXED_AMOUNT; the other kinds have one. Empty
	// is the default of the kind.
	Target  models.PromotionTarget
	Trigger models.PromotionTrigger
	// Currency of its amounts, empty for the storefront's, or for none.
	Currency money.Currency
	Codes    []string
	Terms    Terms
}

// Create makes a promotion. It starts at once where its terms do not say when.
func (s *Service) Create(ctx context.Context, d Draft) (*models.Promotion, error) {
	if err := auth.RequireFor(ctx, auth.PromotionWrite, d.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	var p *models.Promotion
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		p, err = s.CreateTx(tx, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// CreateTx is Create for one who may and has a transaction.
func (s *Service) CreateTx(tx *gorm.DB, d Draft) (*models.Promotion, error) {
	if err := auth.RequireFor(tx.Statement.Context, auth.PromotionWrite, d.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	p, err := s.draft(d)
	if err != nil {
		return nil, err
	}
	var refused problem.List
	if err := d.place(tx, &refused, p); err != nil {
		return nil, err
	}
	if d.Terms.Titles == nil {
		refused.Add("input.titles", problem.Required, "give a title in at least one language")
	}
	d.Terms.onto(&refused, p)
	codes := checkCodes(&refused, d.Codes)
	if len(codes) > 0 && p.Trigger != models.TriggerCode {
		refused.Add("input.codes", problem.Invalid, "an automatic promotion has no codes")
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	if err := known(tx, p); err != nil {
		return nil, err
	}
	if err := roomFor(tx, p, s.now()); err != nil {
		return nil, err
	}
	err = tx.Create(p).Error
	if database.Violates(err, "promotions_brand_fk") {
		return nil, problem.At("input.brandId", problem.NotFound, "there is no such brand, or you may not see it")
	}
	if err != nil {
		return nil, fmt.Errorf("write the promotion: %w", err)
	}
	return p, addCodes(tx, p, codes, nil, s.now())
}

func (s *Service) draft(d Draft) (*models.Promotion, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	now := s.now()
	p := &models.Promotion{
		BrandID: d.BrandID, ID: id, Kind: d.Kind, Target: d.Target, Trigger: d.Trigger,
		StartsAt: now, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if d.Currency != "" {
		currency := string(d.Currency)
		p.Currency = &currency
	}
	return p, nil
}

// place checks the kind's target, and finds the storefront, whose currency is
// that of its amounts.
func (d *Draft) place(tx *gorm.DB, refused *problem.List, p *models.Promotion) error {
	fits := targets[p.Kind]
	if len(fits) == 0 {
		return fmt.Errorf("promotion: %q is no kind", p.Kind)
	}
	if p.Target == "" {
		p.Target = fits[0]
	}
	if !slices.Contains(fits, p.Target) {
		refused.Add("input.target", problem.Invalid, "a promotion of kind "+string(p.Kind)+" takes nothing off this")
	}
	if _, given := d.Terms.Percent.Set(); !given && p.Kind == models.PromotionBuyXGetY {
		d.Terms.Percent = patch.To(decimal.New(100, 0))
	}
	if d.Storefront == nil {
		return nil
	}
	var shops []models.Storefront
	if d.Storefront.BrandID == d.BrandID {
		err := tx.Where("brand_id = ? and id = ?", d.BrandID, d.Storefront.ID).Find(&shops).Error
		if err != nil {
			return reading("storefronts", err)
		}
	}
	if len(shops) == 0 {
		refused.Add("input.storefrontId", problem.NotFound, "the brand has no such storefront")
		return nil
	}
	if d.Currency != "" && string(d.Currency) != shops[0].Currency {
		refused.Add("input.currency", problem.CurrencyMismatch, "the storefront sells in "+shops[0].Currency)
	}
	p.StorefrontID, p.Currency = &shops[0].ID, &shops[0].Currency
	return nil
}

// known refuses products and categories that are not there.
func known(tx *gorm.DB, p *models.Promotion) error {
	var refused problem.List
	fields := map[string]*models.Selection{"input.goods": &p.Goods, "input.gets": p.Gets}
	for field, selection := range fields {
		if selection == nil {
			continue
		}
		products, err := missing(tx.Model(&models.Product{}).Where("brand_id = ?", p.BrandID), selection.Products)
		if err != nil {
			return err
		}
		for _, i := range products {
			refused.Add(fmt.Sprintf("%s.productIds.%d", field, i), problem.NotFound, "the brand has no such product")
		}
		categories, err := missing(tx.Model(&models.Category{}), selection.Categories)
		if err != nil {
			return err
		}
		for _, i := range categories {
			refused.Add(fmt.Sprintf("%s.categoryIds.%d", field, i), problem.NotFound, "there is no such category")
		}
	}
	return refused.Err()
}

// missing gives the places of ids without a row.
func missing(query *gorm.DB, ids []uuid.UUID) ([]int, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var there []uuid.UUID
	if err := query.Where("id in ?", ids).Pluck("id", &there).Error; err != nil {
		return nil, reading("selected goods", err)
	}
	var gone []int
	for i, id := range ids {
		if !slices.Contains(there, id) {
			gone = append(gone, i)
		}
	}
	return gone, nil
}

// roomFor refuses one automatic promotion too many.
func roomFor(tx *gorm.DB, p *models.Promotion, now time.Time) error {
	if p.Trigger != models.TriggerAutomatic || p.StatusAt(now) == models.PromotionEnded {
		return nil
	}
	var others int64
	err := tx.Model(&models.Promotion{}).
		Where("brand_id = ? and id <> ? and trigger = 'AUTOMATIC' and (ends_at is null or ends_at > ?)", p.BrandID, p.ID, now).
		Count(&others).Error
	if err == nil && others >= MaxAutomatic {
		return problem.New(problem.NotAllowed,
			fmt.Sprintf("a brand has at most %d automatic promotions that have not ended", MaxAutomatic))
	}
	return reading("promotions", err)
}
