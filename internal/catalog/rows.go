package catalog

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// ProductRows are the rows of a new product, yet to be written.
type ProductRows struct {
	Product  models.Product
	Variants []models.Variant
	Media    []models.Media
}

// Rows makes the rows of a validated draft: a DRAFT product of version 1 with
// new ids. Its search tokens are yet to be set.
func (d *ProductDraft) Rows(brand uuid.UUID, now time.Time) (ProductRows, error) {
	var rows ProductRows
	id, err := uuid.NewV7()
	if err != nil {
		return rows, fmt.Errorf("make an id: %w", err)
	}
	rows.Product = models.Product{
		BrandID: brand, ID: id, Handle: d.Handle, Status: models.ProductDraft,
		DefaultLanguage: d.Texts[0].Language, Texts: models.Texts[models.ProductText]{},
		CategoryID: d.CategoryID, Vendor: models.Optional(d.Vendor), ProductType: models.Optional(d.ProductType),
		Tags: d.Tags, HSCode: models.Optional(d.HSCode),
		OriginCountry: models.Optional(d.OriginCountry), OriginRegion: models.Optional(d.OriginRegion),
		Options: d.Options, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if rows.Product.Options == nil {
		rows.Product.Options = []models.Option{}
	}
	if rows.Product.Handle == "" {
		// Titles without letters for an address leave the end of the id, which is random.
		if rows.Product.Handle = d.DerivedHandle(); rows.Product.Handle == "" {
			rows.Product.Handle = "product-" + id.String()[24:]
		}
	}
	for _, t := range d.Texts {
		rows.Product.Texts[t.Language] = t.ProductText
	}
	for i, v := range d.Variants {
		row, err := v.row(&rows.Product, int32(i+1), now)
		if err != nil {
			return rows, err
		}
		rows.Variants = append(rows.Variants, row)
	}
	rows.Media, err = mediaRows(&rows.Product, d.Media, now)
	return rows, err
}

// row makes the row of a validated variant.
func (v *VariantDraft) row(p *models.Product, position int32, now time.Time) (models.Variant, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return models.Variant{}, fmt.Errorf("make an id: %w", err)
	}
	row := models.Variant{
		BrandID: p.BrandID, ID: id, ProductID: p.ID, Position: position,
		SKU: models.Optional(v.SKU), Barcode: models.Optional(v.Barcode), WeightGrams: v.WeightGrams,
		Options: v.chosen, OptionKey: OptionKey(valuesOf(v.chosen)), TrackStock: !v.Untracked,
		Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if row.Options == nil {
		row.Options = []models.SelectedOption{}
	}
	if v.Content != nil {
		row.NetContent, row.NetUnit = &v.Content.Quantity, &v.Content.Unit
	}
	return row, nil
}

func mediaRows(p *models.Product, media []MediaDraft, now time.Time) ([]models.Media, error) {
	rows := make([]models.Media, len(media))
	for i, m := range media {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("make an id: %w", err)
		}
		rows[i] = models.Media{BrandID: p.BrandID, ID: id, ProductID: p.ID, Position: int32(i + 1),
			URL: m.URL, Alt: models.Optional(m.Alt), CreatedAt: now}
	}
	return rows, nil
}
