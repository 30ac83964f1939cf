package report

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/place"
	"github.com/tradewind-commerce/tradewind/models"
)

// labels turns keys of facts into what people read, in the context's language.
type labels struct {
	languages []string
	places    *place.Names
	// names by dimension and key as grouped.
	names map[Dimension]map[string]string
}

func readLabels(tx *gorm.DB, rows []*groupedRow, q *Query) (*labels, error) {
	languages := market.From(tx.Statement.Context).Languages
	l := &labels{languages: languages, places: place.In(languages), names: map[Dimension]map[string]string{}}
	for i, d := range q.GroupBy {
		read, ok := map[Dimension]func(*gorm.DB, []string) (map[string]string, error){
			Brand: l.brands, Storefront: l.storefronts, Product: l.products, Category: l.categories,
		}[d]
		if !ok {
			continue
		}
		keys := make([]string, 0, len(rows))
		for _, row := range rows {
			if k := row.key(d, i); k != "" {
				keys = append(keys, k)
			}
		}
		if len(keys) == 0 {
			continue
		}
		names, err := read(tx, keys)
		if err != nil {
			return nil, fmt.Errorf("read the names of %s: %w", d, err)
		}
		l.names[d] = names
	}
	return l, nil
}

// value shapes a key for the API: ids become opaque, countries and states get names.
func (l *labels) value(d Dimension, key string) *DimensionValue {
	v := &DimensionValue{Dimension: d, Key: &key, Label: key}
	if key == "" {
		v.Key, v.Label = nil, "—"
		return v
	}
	if name := l.names[d][key]; name != "" {
		v.Label = name
	}
	switch d {
	case Brand:
		v.Key = new(globalid.Encode(globalid.Brand, uuid.MustParse(key)))
	case Storefront:
		v.Key = new(rowID(globalid.Storefront, key))
	case Product:
		v.Key = new(rowID(globalid.Product, key))
	case OriginCountry, Market, BuyerCountry:
		v.Label = l.places.Country(key)
	case OriginRegion, BuyerRegion:
		v.Label = l.places.Region(key)
	case Period, Category, Source, Currency: // the key, or the name found above
	}
	return v
}

func (l *labels) brands(tx *gorm.DB, keys []string) (map[string]string, error) {
	var rows []models.Brand
	err := tx.Select("id, name").Where("id in ?", keys).Find(&rows).Error
	names := make(map[string]string, len(rows))
	for _, b := range rows {
		names[b.ID.String()] = b.Name
	}
	return names, err
}

func (l *labels) storefronts(tx *gorm.DB, keys []string) (map[string]string, error) {
	var rows []models.Storefront
	err := tx.Select("brand_id, id, name, texts, languages").Where("(brand_id, id) in ?", pairs(keys)).Find(&rows).Error
	names := make(map[string]string, len(rows))
	for _, s := range rows {
		names[s.BrandID.String()+"/"+s.ID.String()] = s.Name
		if text, _ := s.Texts.In(s.DefaultLanguage(), l.languages...); text.Name != "" {
			names[s.BrandID.String()+"/"+s.ID.String()] = text.Name
		}
	}
	return names, err
}

func (l *labels) products(tx *gorm.DB, keys []string) (map[string]string, error) {
	var rows []models.Product
	err := tx.Select("brand_id, id, texts, default_language").Where("(brand_id, id) in ?", pairs(keys)).Find(&rows).Error
	names := make(map[string]string, len(rows))
	for _, p := range rows {
		text, _ := p.Texts.In(p.DefaultLanguage, l.languages...)
		names[p.BrandID.String()+"/"+p.ID.String()] = text.Title
	}
	return names, err
}

func (l *labels) categories(tx *gorm.DB, keys []string) (map[string]string, error) {
	var rows []models.Category
	err := tx.Select("path, texts").Where("path in ?", keys).Find(&rows).Error
	names := make(map[string]string, len(rows))
	for _, c := range rows {
		text, _ := c.Texts.In("en", l.languages...)
		names[c.Path] = text.Name
	}
	return names, err
}

func pairs(keys []string) [][]any {
	all := make([][]any, len(keys))
	for i, k := range keys {
		brand, row, _ := strings.Cut(k, "/")
		all[i] = []any{brand, row}
	}
	return all
}

func rowID(t globalid.Type, key string) string {
	brand, row, _ := strings.Cut(key, "/")
	return globalid.EncodeOf(t, uuid.MustParse(brand), uuid.MustParse(row))
}
