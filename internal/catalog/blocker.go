package catalog

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

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
}

// Sold is a variant by what people call it, and whether it has a price in the storefront.
type Sold struct {
	Options []string
	SKU     *string
	Priced  bool
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
	return blockers
}

// Blockers are those of a publication, given the product's variants and which
// of them have a price in the storefront.
func Blockers(p *models.Product, shop *models.Storefront, variants []*models.Variant, priced func(variant uuid.UUID) bool) []*models.Blocker {
	language := shop.DefaultLanguage()
	facts := Publication{
		Product: p.Status, Storefront: shop.Status, Language: language,
		Titled: p.Texts[language].Title != "" || p.Texts["en"].Title != "",
	}
	for _, v := range variants {
		if v.ArchivedAt == nil {
			facts.Variants = append(facts.Variants, Sold{valuesOf(v.Options), v.SKU, priced(v.ID)})
		}
	}
	return facts.Blockers()
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
