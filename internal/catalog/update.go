package catalog

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ProductChange says what is to change of a product.
type ProductChange struct {
	ExpectedVersion *int32
	Handle          patch.Field[string]
	Status          patch.Field[models.ProductStatus]
	CategoryID      patch.Field[uuid.UUID]
	Vendor          patch.Field[string]
	ProductType     patch.Field[string]
	Tags            patch.Field[[]string]
	HSCode          patch.Field[string]
	OriginCountry   patch.Field[string]
	OriginRegion    patch.Field[string]
	// Media replaces all pictures; one whose address stays keeps its id.
	Media patch.Field[[]MediaDraft]
}

// Update changes a product.
func (s *Service) Update(ctx context.Context, key models.Key, c ProductChange) (*models.Product, error) {
	refused := c.validate()
	return s.changeProduct(ctx, key, c.ExpectedVersion, refused, func(tx *gorm.DB, p *models.Product) error {
		if err := c.apply(p).Err(); err != nil {
			return err
		}
		if c.CategoryID.Given {
			if err := needCategory(tx, p.CategoryID); err != nil {
				return err
			}
		}
		err := saveProduct(tx, p, s.now(), "handle", "status", "category_id", "vendor", "product_type", "tags", "hs_code",
			"origin_country", "origin_region")
		if err := handled(err, p.Handle); err != nil {
			return err
		}
		if c.Media.Given {
			return s.replaceMedia(tx, p, c.Media)
		}
		return nil
	})
}

// validate trims a change and tells what is wrong with it by itself.
func (c *ProductChange) validate() problem.List {
	var l problem.List
	if c.Handle.Given {
		handle, _ := c.Handle.Set()
		l.Slug("input.handle", handle, 1, MaxHandle)
	}
	if status, ok := c.Status.Set(); ok && status != models.ProductDraft && status != models.ProductActive {
		l.Add("input.status", problem.Invalid, "must be DRAFT or ACTIVE: archiving is an action of its own")
	} else if c.Status.Emptied() {
		l.Add("input.status", problem.Required, "must not be empty")
	}
	for _, f := range []struct {
		name  string
		field *patch.Field[string]
	}{{"input.vendor", &c.Vendor}, {"input.productType", &c.ProductType}} {
		if v, ok := f.field.Set(); ok {
			*f.field = patch.To(l.Line(f.name, v, 0, maxName))
		}
	}
	if tags, ok := c.Tags.Set(); ok {
		c.Tags = patch.To(checkTags(&l, "input.tags", tags))
	}
	if media, ok := c.Media.Set(); ok {
		checkMedia(&l, "input.media", media)
	}
	return l
}

// apply changes a product in memory and tells what does not go together with
// what it is.
func (c *ProductChange) apply(p *models.Product) problem.List {
	var l problem.List
	if handle, ok := c.Handle.Set(); ok {
		p.Handle = handle
	}
	if status, ok := c.Status.Set(); ok {
		if p.Status == models.ProductArchived {
			l.Add("input.status", problem.Conflict, "the product is archived: restore it first")
		} else {
			p.Status = status
		}
	}
	if c.CategoryID.Given {
		p.CategoryID = c.CategoryID.To
	}
	for _, f := range []struct {
		change patch.Field[string]
		column **string
	}{
		{c.Vendor, &p.Vendor}, {c.ProductType, &p.ProductType}, {c.HSCode, &p.HSCode},
		{c.OriginCountry, &p.OriginCountry}, {c.OriginRegion, &p.OriginRegion},
	} {
		if f.change.Given {
			text, _ := f.change.Set()
			*f.column = models.Optional(text)
		}
	}
	if c.Tags.Given {
		p.Tags, _ = c.Tags.Set()
	}
	if c.HSCode.Given || c.OriginCountry.Given || c.OriginRegion.Given {
		checkCustoms(&l, "input", value(p.HSCode), value(p.OriginCountry), value(p.OriginRegion))
	}
	return l
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (s *Service) replaceMedia(tx *gorm.DB, p *models.Product, to patch.Field[[]MediaDraft]) error {
	drafts, _ := to.Set()
	urls := make([]string, len(drafts))
	for i, m := range drafts {
		urls[i] = m.URL
	}
	gone := tx.Where("brand_id = ? and product_id = ?", p.BrandID, p.ID)
	if len(urls) > 0 {
		gone = gone.Where("url not in ?", urls)
	}
	if err := gone.Delete(&models.Media{}).Error; err != nil {
		return fmt.Errorf("remove pictures: %w", err)
	}
	rows, err := mediaRows(p, drafts, s.now())
	if err != nil {
		return err
	}
	return insert(tx.Clauses(clause.OnConflict{
		OnConstraint: "media_url_key", DoUpdates: clause.AssignmentColumns([]string{"position", "alt"}),
	}), rows)
}
