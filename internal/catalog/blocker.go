package catalog

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// Codes of what keeps a listing from being published; they are part of the API,
// and more may be added.
const (
	BlockedArchived         = "PRODUCT_ARCHIVED"
	BlockedTitle            = "TITLE_MISSING"
	BlockedNoVariant        = "VARIANT_MISSING"
	BlockedPrice            = "PRICE_MISSING"
	BlockedStorefrontClosed = "STOREFRONT_CLOSED"
)

// Publication are the facts that publishing a product in a storefront hangs on.
type Publication struct {
	Product    models.ProductStatus
	Storefront models.StorefrontStatus
	// Language is the storefront's default; Titled: in it, or in English.
	Language string
	Titled   bool
	// Variants that are not archived, in order.
	Variants []Sold
	// Regime is the storefront's, empty where nothing is declared; Day what
	// customs of its country ask for then.
	Regime         landedcost.Regime
	Day            *customs.Day
	HSCode, Origin string
}

// Sold is a variant by what people call it, and whether it has a price in the storefront.
type Sold struct {
	Options []string
	SKU     *string
	Priced  bool
	// Grams is zero, and Unit empty, where nobody knows.
	Grams int64
	Unit  models.NetUnit
}

// Blockers tells everything that keeps the product from being published. That
// it is a draft does not: publishing makes it ACTIVE.
func (p Publication) Blockers() []*models.Blocker {
	blockers := []*models.Blocker{}
	add := func(code, message string) { blockers = append(blockers, &models.Blocker{Code: code, Message: message}) }
	if p.Product == models.ProductArchived {
		add(BlockedArchived, "The product is archived: restore it.")
	}
	if !p.Titled {
		add(BlockedTitle, fmt.Sprintf("The product has no title in %s, the storefront's default language, nor in English.", p.Language))
	}
	unpriced := []string{}
	for _, v := range p.Variants {
		if !v.Priced {
			unpriced = append(unpriced, v.name())
		}
	}
	switch {
	case len(p.Variants) == 0:
		add(BlockedNoVariant, "The product has no variant that is not archived.")
	case len(unpriced) > 0:
		add(BlockedPrice, "These variants have no price in the storefront: "+some(unpriced)+".")
	}
	if p.Storefront == models.StorefrontClosed {
		add(BlockedStorefrontClosed, "The storefront is closed for good.")
	}
	declared, _ := p.customs()
	return append(blockers, declared...)
}

// Warnings tells what does not keep the product from being published, but
// should be known.
func (p Publication) Warnings() []*models.Blocker {
	_, warnings := p.customs()
	return append([]*models.Blocker{}, warnings...)
}

// customs tells what a customs regime asks for.
func (p Publication) customs() (blockers, warnings []*models.Blocker) {
	if p.Regime == "" || p.Day == nil {
		return nil, nil
	}
	goods := customs.Goods{HSCode: p.HSCode, Origin: p.Origin}
	for _, v := range p.Variants {
		goods.Pieces = append(goods.Pieces, customs.Piece{Name: v.name(), Grams: v.Grams, Unit: v.Unit})
	}
	return customs.Blockers(p.Day, p.Regime, goods)
}

// NewPublication gathers the facts of a publication, given the product's
// variants, which of them have a price in the storefront, and what customs ask
// for: nil where the storefront has no regime.
func NewPublication(
	p *models.Product, shop *models.Storefront, variants []*models.Variant, priced func(variant uuid.UUID) bool, day *customs.Day,
) Publication {
	language := shop.DefaultLanguage()
	facts := Publication{
		Product: p.Status, Storefront: shop.Status, Language: language, Day: day,
		Titled: p.Texts[language].Title != "" || p.Texts["en"].Title != "",
		HSCode: told(p.HSCode), Origin: told(p.OriginCountry), Regime: told(shop.CustomsRegime),
	}
	for _, v := range variants {
		if v.ArchivedAt == nil {
			facts.Variants = append(facts.Variants, Sold{valuesOf(v.Options), v.SKU, priced(v.ID), int64(told(v.WeightGrams)), told(v.NetUnit)})
		}
	}
	return facts
}

// told is a value, or the zero one where there is none.
func told[T any](v *T) (t T) {
	if v != nil {
		t = *v
	}
	return t
}

// day is what customs ask for in a storefront now; nil where it has no regime.
func (s *Service) day(db *gorm.DB, shop *models.Storefront) (*customs.Day, error) {
	if shop == nil || shop.CustomsRegime == nil {
		return nil, nil //nolint:nilnil // said above
	}
	return s.rules.Day(db, shop.Country, s.now())
}

// name is what people call a variant.
func (v Sold) name() string {
	switch {
	case len(v.Options) > 0:
		return strings.Join(v.Options, " / ")
	case v.SKU != nil:
		return *v.SKU
	}
	return "the only one"
}

// some names the first few.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
