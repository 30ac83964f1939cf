package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service keeps delivery options with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// ByKeys gives the options that the caller may see, in any order.
func (s *Service) ByKeys(ctx context.Context, keys []models.Key) ([]*models.DeliveryOption, error) {
	var rows []*models.DeliveryOption
	err := s.visible(ctx).Where("(delivery_options.brand_id, delivery_options.id) in ?", models.Pairs(keys)).Find(&rows).Error
	return rows, reading(err)
}

// Of gives the options of storefronts that the caller may see, in the order
// of each storefront: staff sees archived ones as well.
func (s *Service) Of(ctx context.Context, storefronts []models.Key) ([]*models.DeliveryOption, error) {
	var rows []*models.DeliveryOption
	err := s.visible(ctx).Where("(delivery_options.brand_id, delivery_options.storefront_id) in ?", models.Pairs(storefronts)).
		Order("delivery_options.position, delivery_options.id").Find(&rows).Error
	return rows, reading(err)
}

// Ask adds to a batch the question for what storefronts offer, for Options to
// price, and for further options, whether they are offered or not. Storefronts
// gives rows of brand_id and storefront_id, further of option ids. It reads with
// nobody's rights, since what may be bought may be sent.
func Ask(reads *database.Batch, storefronts, further database.SQL) *[]models.DeliveryOption {
	return database.Read[models.DeliveryOption](reads, database.Text(`
select o.*
from delivery_options o
where (o.brand_id, o.storefront_id) in (select each.brand_id, each.storefront_id from (?) each)
  and (o.archived_at is null or o.id = any (array(?)))
order by o.brand_id, o.storefront_id, o.position, o.id`, storefronts, further))
}

func (s *Service) visible(ctx context.Context) *gorm.DB {
	scope, args := auth.Where(auth.From(ctx), "delivery_options", "", s.now())
	return s.db.WithContext(ctx).Model(&models.DeliveryOption{}).Where(scope, args...)
}

// lock reads an option that nobody else changes until tx ends.
func lock(tx *gorm.DB, key models.Key) (*models.DeliveryOption, error) {
	var rows []*models.DeliveryOption
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&rows).Error
	if err != nil {
		return nil, reading(err)
	}
	if len(rows) == 0 {
		return nil, problem.At("input.deliveryOptionId", problem.NotFound, "there is no such delivery option, or you may not see it")
	}
	return rows[0], nil
}

func reading(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read delivery options: %w", err)
}
