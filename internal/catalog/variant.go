package catalog

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// AddVariant adds a variant to a product; new option values are added to the
// product's options.
func (s *Service) AddVariant(ctx context.Context, product models.Key, d VariantDraft) (*models.Variant, error) {
	var l problem.List
	d.check(&l, "input.variant")
	var added models.Variant
	_, err := s.changeProduct(ctx, product, nil, l, func(tx *gorm.DB, p *models.Product) error {
		siblings, err := variantsOf(tx, p)
		if err != nil {
			return err
		}
		if added, err = s.besides(p, siblings, d); err != nil {
			return err
		}
		if err := saveProduct(tx, p, s.now(), "options"); err != nil {
			return err
		}
		return insert(tx, []models.Variant{added})
	})
	if err != nil {
		return nil, err
	}
	return &added, nil
}

// besides makes the row of a new variant of a product that has others.
func (s *Service) besides(p *models.Product, siblings []*models.Variant, d VariantDraft) (row models.Variant, err error) {
	if len(siblings) >= MaxVariants {
		return row, problem.At("input.variant", problem.TooLong, fmt.Sprintf("a product has at most %d variants", MaxVariants))
	}
	var l problem.List
	d.chosen = choose(&l, "input.variant.options", p.Options, d.Values)
	if err := l.Err(); err != nil {
		return row, err
	}
	position := int32(1)
	for _, v := range siblings {
		position = max(position, v.Position+1)
	}
	if row, err = d.row(p, position, s.now()); err != nil {
		return row, err
	}
	same := slices.IndexFunc(siblings, func(v *models.Variant) bool { return v.OptionKey == row.OptionKey })
	switch {
	case same >= 0 && siblings[same].ArchivedAt != nil:
		return row, problem.At("input.variant.options", problem.Taken, "an archived variant has these options: restore it")
	case same >= 0:
		return row, problem.At("input.variant.options", problem.Taken, "another variant has these options")
	}
	return row, nil
}

// VariantChange says what is to change of a variant. Its option values stay.
type VariantChange struct {
	ExpectedVersion *int32
	SKU             patch.Field[string]
	Barcode         patch.Field[string]
	WeightGrams     patch.Field[int32]
	Content         patch.Field[models.NetContent]
	TrackStock      patch.Field[bool]
}

// UpdateVariant changes a variant.
func (s *Service) UpdateVariant(ctx context.Context, key models.Key, c VariantChange) (*models.Variant, error) {
	return s.changeVariant(ctx, key, c.ExpectedVersion, c.validate(), func(tx *gorm.DB, _ *models.Product, v *models.Variant) error {
		c.apply(v)
		return saveVariant(tx, v, s.now(), "sku", "barcode", "weight_grams", "net_content", "net_unit", "track_stock")
	})
}

func (c *VariantChange) validate() problem.List {
	var l problem.List
	if sku, ok := c.SKU.Set(); ok {
		c.SKU = patch.To(l.Line("input.sku", sku, 0, maxName))
	}
	if barcode, ok := c.Barcode.Set(); ok {
		c.Barcode = patch.To(l.Line("input.barcode", barcode, 0, maxBarcode))
	}
	if weight, ok := c.WeightGrams.Set(); ok {
		l.Number("input.weightGrams", int64(weight), 0, MaxWeight)
	}
	if content, ok := c.Content.Set(); ok {
		checkContent(&l, "input.netContent", &content)
	}
	if c.TrackStock.Emptied() {
		l.Add("input.trackStock", problem.Required, "must not be empty")
	}
	return l
}

func (c *VariantChange) apply(v *models.Variant) {
	if c.SKU.Given {
		sku, _ := c.SKU.Set()
		v.SKU = models.Optional(sku)
	}
	if c.Barcode.Given {
		barcode, _ := c.Barcode.Set()
		v.Barcode = models.Optional(barcode)
	}
	if c.WeightGrams.Given {
		v.WeightGrams = c.WeightGrams.To
	}
	if c.Content.Given {
		v.NetContent, v.NetUnit = nil, nil
		if content, ok := c.Content.Set(); ok {
			v.NetContent, v.NetUnit = &content.Quantity, &content.Unit
		}
	}
	if track, ok := c.TrackStock.Set(); ok {
		v.TrackStock = track
	}
}

// ArchiveVariant puts a variant away: it can no longer be bought. The last one
// of a product stays.
func (s *Service) ArchiveVariant(ctx context.Context, key models.Key, expected *int32) (*models.Variant, error) {
	return s.changeVariant(ctx, key, expected, nil, func(tx *gorm.DB, p *models.Product, v *models.Variant) error {
		if v.ArchivedAt != nil {
			return problem.At("input.variantId", problem.Conflict, "the variant is archived already")
		}
		siblings, err := variantsOf(tx, p)
		if err != nil {
			return err
		}
		sold := func(o *models.Variant) bool { return o.ID != v.ID && o.ArchivedAt == nil }
		if !slices.ContainsFunc(siblings, sold) {
			return problem.At("input.variantId", problem.NotAllowed, "a product keeps at least one variant: archive the product")
		}
		now := s.now()
		v.ArchivedAt = &now
		return saveVariant(tx, v, now, "archived_at")
	})
}

// RestoreVariant brings an archived variant back.
func (s *Service) RestoreVariant(ctx context.Context, key models.Key, expected *int32) (*models.Variant, error) {
	return s.changeVariant(ctx, key, expected, nil, func(tx *gorm.DB, _ *models.Product, v *models.Variant) error {
		if v.ArchivedAt == nil {
			return problem.At("input.variantId", problem.Conflict, "the variant is not archived")
		}
		v.ArchivedAt = nil
		return saveVariant(tx, v, s.now(), "archived_at")
	})
}

// changeVariant is what all changes of a variant have in common.
func (s *Service) changeVariant(
	ctx context.Context, key models.Key, expected *int32, refused problem.List,
	change func(*gorm.DB, *models.Product, *models.Variant) error,
) (*models.Variant, error) {
	if err := auth.RequireFor(ctx, auth.ProductWrite, key.BrandID, "input.variantId"); err != nil {
		return nil, err
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var v *models.Variant
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		var p *models.Product
		if p, v, err = lockVariant(tx, key, "input.variantId"); err != nil {
			return err
		}
		if err := unchanged(expected, v.Version); err != nil {
			return err
		}
		if err := change(tx, p, v); err != nil {
			return err
		}
		return refresh(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}
