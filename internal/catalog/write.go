package catalog

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// forChange locks rows until the transaction ends, yet lets others refer to them.
var forChange = clause.Locking{Strength: "NO KEY UPDATE"}

// lockProduct begins every change of a product and of what is below it: one
// change of a product at a time keeps its tokens and price spans true. Field
// is the input that named it.
func lockProduct(tx *gorm.DB, key models.Key, field string) (*models.Product, error) {
	if err := visibility.HoldTx(tx, key.BrandID); err != nil {
		return nil, err
	}
	rows, err := database.Find[models.Product](tx.Omit("tokens").Clauses(forChange).
		Where("brand_id = ? and id = ?", key.BrandID, key.ID), "products")
	return theOne(rows, field, err)
}

func lockVariant(tx *gorm.DB, key models.Key, field string) (*models.Product, *models.Variant, error) {
	where := func(tx *gorm.DB) *gorm.DB { return tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID) }
	rows, err := database.Find[models.Variant](where(tx).Select("product_id"), "variants")
	v, err := theOne(rows, field, err)
	if err != nil {
		return nil, nil, err
	}
	p, err := lockProduct(tx, models.Key{BrandID: key.BrandID, ID: v.ProductID}, field)
	if err != nil {
		return nil, nil, err
	}
	rows, err = database.Find[models.Variant](where(tx).Clauses(forChange), "variants")
	v, err = theOne(rows, field, err)
	return p, v, err
}

func theOne[T any](rows []*T, field string, err error) (*T, error) {
	if err != nil {
		return nil, fmt.Errorf("read what %s names: %w", field, err)
	}
	if len(rows) == 0 {
		return nil, problem.At(field, problem.NotFound, "there is no such thing, or you may not see it")
	}
	return rows[0], nil
}

// unchanged refuses a change that is based on another version of a locked row.
func unchanged(expected *int32, version int32) error {
	if expected == nil || *expected == version {
		return nil
	}
	return problem.At("input.expectedVersion", problem.VersionConflict,
		fmt.Sprintf("this is version %d by now: read it again", version))
}

// saveProduct writes columns of a locked product as its next version.
func saveProduct(tx *gorm.DB, p *models.Product, now time.Time, columns ...string) error {
	p.Version++
	p.UpdatedAt = now
	return save(tx, p, columns)
}

func saveVariant(tx *gorm.DB, v *models.Variant, now time.Time, columns ...string) error {
	v.Version++
	v.UpdatedAt = now
	return save(tx, v, columns)
}

func saveListing(tx *gorm.DB, l *models.Listing, now time.Time, columns ...string) error {
	l.Version++
	l.UpdatedAt = now
	return save(tx, l, columns)
}

// save keeps GORM from setting updated_at by its own clock.
func save[T any](tx *gorm.DB, row *T, columns []string) error {
	done := tx.Model(row).Select(append(slices.Clip(columns), "version", "updated_at")).UpdateColumns(row)
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("save %T: %d rows changed", row, done.RowsAffected)
	}
	return done.Error
}

// refresh brings in step what follows from a locked product: its search
// tokens, the price spans of its listings and what the public reads.
func refresh(tx *gorm.DB, p *models.Product) error {
	names, err := categoryNames(tx, p.CategoryID)
	if err != nil {
		return err
	}
	variants, err := variantsOf(tx, p)
	if err != nil {
		return err
	}
	err = tx.Exec("update products set tokens = ? where brand_id = ? and id = ?",
		search.Tokens(p, variants, names), p.BrandID, p.ID).Error
	if err != nil {
		return fmt.Errorf("set search tokens: %w", err)
	}
	if err := tx.Exec(spanPrices, map[string]any{"brand": p.BrandID, "product": p.ID}).Error; err != nil {
		return fmt.Errorf("set price spans: %w", err)
	}
	return visibility.ProductsTx(tx, p.BrandID, p.ID)
}

// A listing spans the prices of the variants that are not archived.
const spanPrices = `
update listings
set min_price_minor = span.low, max_price_minor = span.high
from (
  select l.id, min(sold.amount_minor) as low, max(sold.amount_minor) as high
  from listings l
  left join (
    select p.storefront_id, p.amount_minor
    from prices p
    join variants v on v.brand_id = p.brand_id and v.id = p.variant_id
    where p.brand_id = @brand and p.product_id = @product and v.archived_at is null
  ) sold on sold.storefront_id = l.storefront_id
  where l.brand_id = @brand and l.product_id = @product
  group by l.id
) span
where listings.brand_id = @brand and listings.id = span.id
  and (listings.min_price_minor, listings.max_price_minor) is distinct from (span.low, span.high)`

func variantsOf(tx *gorm.DB, p *models.Product) ([]*models.Variant, error) {
	return database.Find[models.Variant](tx.Where("brand_id = ? and product_id = ?", p.BrandID, p.ID).Order("position, id"), "variants")
}

// categoryNames gives a category's names in all languages and those above it,
// which its products are found by; nothing where there is no such category.
func categoryNames(tx *gorm.DB, id *uuid.UUID) ([]string, error) {
	if id == nil {
		return nil, nil
	}
	line, err := database.Find[models.Category](tx.Table("categories above").Select("above.*").
		Joins("join categories own on own.path = above.path or starts_with(own.path, above.path || '/')").
		Where("own.id = ?", *id).Order("above.path"), "categories")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range line {
		for _, language := range slices.Sorted(maps.Keys(c.Texts)) {
			names = append(names, c.Texts[language].Name)
		}
	}
	return names, nil
}

// needCategory refuses a category that is not there.
func needCategory(tx *gorm.DB, id *uuid.UUID) error {
	if id == nil {
		return nil
	}
	rows, err := database.Find[models.Category](tx.Select("id").Where("id = ?", *id), "categories")
	_, err = theOne(rows, "input.categoryId", err)
	return err
}

// insert writes new rows, many in one statement.
func insert[T any](tx *gorm.DB, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Create(&rows).Error; err != nil {
		return fmt.Errorf("insert %T: %w", rows, err)
	}
	return nil
}
