package brand

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByIDs reads those of the brands that the caller may see, in any order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.Brand, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var brands []*models.Brand
	if err := s.visible(ctx).Where("brands.id in ?", ids).Find(&brands).Error; err != nil {
		return nil, fmt.Errorf("read brands: %w", err)
	}
	return brands, nil
}

// ByID reads a brand, or reports problem.NotFound.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (*models.Brand, error) {
	return only(s.ByIDs(ctx, []uuid.UUID{id}))
}

// BySlug reads a brand by its slug, or reports problem.NotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (*models.Brand, error) {
	var brands []*models.Brand
	err := s.visible(ctx).Where("brands.id = (select brand_id from brand_slugs where slug = ?)", slug).Find(&brands).Error
	return only(brands, err)
}

// visible are the brands the caller may see.
func (s *Service) visible(ctx context.Context) *gorm.DB {
	scope, args := auth.Where(auth.From(ctx), "brands", "", s.now())
	return s.db.WithContext(ctx).Model(&models.Brand{}).Where(scope, args...)
}

func only(brands []*models.Brand, err error) (*models.Brand, error) {
	if err != nil {
		return nil, err
	}
	if len(brands) == 0 {
		return nil, problem.New(problem.NotFound, noBrand)
	}
	return brands[0], nil
}

const noBrand = "there is no such brand, or you may not see it"

// lockTx reads a brand that nobody else changes until tx ends. Field names the
// input that named it.
func lockTx(tx *gorm.DB, id uuid.UUID, field string) (*models.Brand, error) {
	var b models.Brand
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("id = ?", id).Take(&b).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.At(field, problem.NotFound, noBrand)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the brand: %w", err)
	}
	return &b, nil
}

// lockLivingTx is lockTx for changes that a brand which has ended, or never
// began, no longer takes.
func lockLivingTx(tx *gorm.DB, id uuid.UUID, field string) (*models.Brand, error) {
	b, err := lockTx(tx, id, field)
	if err != nil {
		return nil, err
	}
	if b.Status == models.BrandRejected || b.Status == models.BrandClosed {
		return nil, problem.At(field, problem.Conflict, "a "+string(b.Status)+" brand cannot be changed any more")
	}
	return b, nil
}

// expect compares a locked brand with the version a change is based on.
func expect(b *models.Brand, version *int32) error {
	if version == nil || *version == b.Version {
		return nil
	}
	return problem.At("input.expectedVersion", problem.VersionConflict,
		fmt.Sprintf("the brand is at version %d: read it again", b.Version))
}

// keepTx writes the named columns of a locked brand as its next version.
func (s *Service) keepTx(tx *gorm.DB, b *models.Brand, columns ...string) error {
	before := b.Version
	b.Version, b.UpdatedAt = before+1, s.now()
	columns = append(columns, "version", "updated_at")
	done := tx.Model(b).Where("version = ?", before).Select(columns).UpdateColumns(b)
	if done.Error != nil {
		return fmt.Errorf("write the brand: %w", done.Error)
	}
	if done.RowsAffected != 1 {
		return fmt.Errorf("write the brand: version %d was not there", before)
	}
	return nil
}
