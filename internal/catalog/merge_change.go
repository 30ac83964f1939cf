package catalog

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// change brings a product that is there in line with an offer.
func (m *merger) change(p *knownProduct, o *Offer, out *Merged) error {
	if out.Refused = p.refuses(o); out.Refused != "" {
		return nil
	}
	for _, step := range []func(*knownProduct, *Offer, *Merged) error{m.changeVariants, m.changeProduct, m.changeMedia, m.changePrices} {
		if err := step(p, o, out); err != nil {
			return err
		}
	}
	if out.Changed {
		m.changed = append(m.changed, p.Product)
	}
	out.Product = p.Product
	out.Blockers = NewPublication(p.Product, m.shop, p.variants, func(id uuid.UUID) bool { return p.prices[id] != nil }, m.day).Blockers()
	return nil
}

// refuses tells why an offer does not fit the product, empty where it does.
func (p *knownProduct) refuses(o *Offer) string {
	if !sameOptions(p.Options, o.Options) {
		return fmt.Sprintf("its options are %s, those of the product are %s", names(o.Options), names(p.Options))
	}
	for i, option := range p.Options {
		values := slices.Clone(option.Values)
		for _, value := range o.Options[i].Values {
			if !slices.ContainsFunc(values, func(v string) bool { return fold(v) == fold(value) }) {
				values = append(values, value)
			}
		}
		if len(values) > MaxValues {
			return fmt.Sprintf("with it the option %s would have more than %d values", option.Name, MaxValues)
		}
	}
	keys, pictures := map[string]bool{}, map[string]bool{}
	for _, v := range p.variants {
		keys[v.OptionKey] = true
	}
	for i := range o.Variants {
		keys[OptionKey(o.Variants[i].Values)] = true
	}
	for _, x := range p.media {
		pictures[x.URL] = true
	}
	for _, d := range o.Media {
		pictures[d.URL] = true
	}
	switch {
	case len(keys) > MaxVariants:
		return fmt.Sprintf("with it the product would have more than %d variants", MaxVariants)
	case len(pictures) > MaxMedia:
		return fmt.Sprintf("with it the product would have more than %d pictures", MaxMedia)
	}
	return ""
}

func (m *merger) changeProduct(p *knownProduct, o *Offer, out *Merged) error {
	var columns []string
	offered := o.Texts[0]
	text := p.Texts[offered.Language]
	text.Title = offered.Title
	for _, part := range []struct {
		told bool
		at   *string
		to   string
	}{
		{o.Tells.Description, &text.Description, offered.Description},
		{o.Tells.SEOTitle, &text.SEOTitle, offered.SEOTitle},
		{o.Tells.SEODescription, &text.SEODescription, offered.SEODescription},
	} {
		if part.told {
			*part.at = part.to
		}
	}
	if text != p.Texts[offered.Language] {
		p.Texts = cloned(p.Texts)
		p.Texts[offered.Language] = text
		columns = append(columns, "texts")
	}
	replace(o.Tells.Vendor, &p.Vendor, models.Optional(o.Vendor), "vendor", &columns)
	replace(o.Tells.ProductType, &p.ProductType, models.Optional(o.ProductType), "product_type", &columns)
	if o.Tells.Tags && !slices.Equal(p.Tags, o.Tags) {
		p.Tags = o.Tags
		columns = append(columns, "tags")
	}
	if p.grown {
		columns = append(columns, "options")
	}
	if len(columns) == 0 {
		return nil
	}
	out.Changed = true
	return saveProduct(m.tx, p.Product, m.now, columns...)
}

// changeVariants adds variants behind those that are there.
func (m *merger) changeVariants(p *knownProduct, o *Offer, out *Merged) error {
	byKey := make(map[string]*models.Variant, len(p.variants))
	position := int32(0)
	for _, v := range p.variants {
		byKey[v.OptionKey] = v
		position = max(position, v.Position)
	}
	for i := range o.Variants {
		d := &o.Variants[i]
		if v := byKey[OptionKey(d.Values)]; v != nil {
			out.Variants[i].ID = v.ID
			if err := m.changeVariant(v, d, o.Tells, out); err != nil {
				return err
			}
			continue
		}
		position++
		before := valueCount(p.Options)
		var l problem.List
		d.chosen = choose(&l, "options", p.Options, d.Values) // spelled as the product spells them
		if err := l.Err(); err != nil {
			return err
		}
		p.grown = p.grown || valueCount(p.Options) > before
		row, err := d.row(p.Product, position, m.now)
		if err != nil {
			return err
		}
		m.variants = append(m.variants, row)
		p.variants = append(p.variants, &row)
		out.Variants[i], out.Changed = MergedVariant{ID: row.ID, Created: true}, true
	}
	return nil
}

func valueCount(options []models.Option) (n int) {
	for _, o := range options {
		n += len(o.Values)
	}
	return n
}

func (m *merger) changeVariant(v *models.Variant, d *VariantDraft, tells Told, out *Merged) error {
	var columns []string
	replace(tells.SKU, &v.SKU, models.Optional(d.SKU), "sku", &columns)
	replace(tells.Barcode, &v.Barcode, models.Optional(d.Barcode), "barcode", &columns)
	replace(tells.Weight, &v.WeightGrams, d.WeightGrams, "weight_grams", &columns)
	if tells.NetContent && !sameContent(v.Content(), d.Content) {
		v.NetContent, v.NetUnit = nil, nil
		if d.Content != nil {
			v.NetContent, v.NetUnit = &d.Content.Quantity, &d.Content.Unit
		}
		columns = append(columns, "net_content", "net_unit")
	}
	if tells.Tracking && v.TrackStock == d.Untracked {
		v.TrackStock = !d.Untracked
		columns = append(columns, "track_stock")
	}
	if len(columns) == 0 {
		return nil
	}
	out.Changed = true
	return saveVariant(m.tx, v, m.now, columns...)
}

func sameContent(a, b *models.NetContent) bool {
	return a == b || a != nil && b != nil && a.Unit == b.Unit && a.Quantity.Equal(b.Quantity)
}

// changeMedia adds pictures behind those that are there.
func (m *merger) changeMedia(p *knownProduct, o *Offer, out *Merged) error {
	have := make(map[string]*models.Media, len(p.media))
	position := int32(0)
	for _, x := range p.media {
		have[x.URL] = x
		position = max(position, x.Position)
	}
	var added []MediaDraft
	for _, d := range o.Media {
		x := have[d.URL]
		if x == nil {
			added = append(added, d)
			continue
		}
		if alt := models.Optional(d.Alt); alt != nil && !equal(x.Alt, alt) {
			out.Changed = true
			err := m.tx.Model(x).Where("brand_id = ?", x.BrandID).Update("alt", alt).Error
			if err != nil {
				return err
			}
		}
	}
	rows, err := mediaRows(p.Product, added, m.now)
	if err != nil || len(rows) == 0 {
		return err
	}
	for i := range rows {
		rows[i].Position += position
	}
	m.media = append(m.media, rows...)
	out.Media, out.Changed = len(rows), true
	return nil
}

func (m *merger) changePrices(p *knownProduct, o *Offer, out *Merged) error {
	repriced := false
	for i, tag := range o.Prices {
		if tag == nil {
			continue
		}
		row := m.price(&models.Variant{ID: out.Variants[i].ID, ProductID: p.ID}, tag)
		old := p.prices[row.VariantID]
		if old != nil && !o.Tells.CompareAt {
			row.CompareAtMinor = old.CompareAtMinor
		}
		switch {
		case old == nil:
			m.prices = append(m.prices, row)
		case old.AmountMinor != row.AmountMinor || !equal(old.CompareAtMinor, row.CompareAtMinor):
			m.repriced = append(m.repriced, row)
		default:
			continue
		}
		p.prices[row.VariantID], repriced = &row, true
	}
	switch {
	case p.listing == nil:
		listing, err := m.list(p.ID)
		if err != nil {
			return err
		}
		m.listings, out.Changed = append(m.listings, listing), true
	case repriced:
		out.Changed = true
		return saveListing(m.tx, p.listing, m.now)
	}
	return nil
}
