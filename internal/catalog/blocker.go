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

// Blockers tells everything that keeps a product from being published in a
// storefront, given its variants and which of them have a price there. That
// the product is a draft does not: publishing makes it ACTIVE.
func Blockers(p *models.Product, shop *models.Storefront, variants []*models.Variant, priced func(variant uuid.UUID) bool) []*models.Blocker {
	blockers := []*models.Blocker{}
	add := func(code, message string) { blockers = append(blockers, &models.Blocker{Code: code, Message: message}) }
	if p.Status == models.ProductArchived {
		add(BlockedArchived, "The product is archived: restore it.")
	}
	if p.Texts[shop.DefaultLanguage()].Title == "" && p.Texts["en"].Title == "" {
		add(BlockedTitle, fmt.Sprintf("The product has no title in %s, the storefront's default language, nor in English.",
			shop.DefaultLanguage()))
	}
	sold, unpriced := 0, []string{}
	for _, v := range variants {
		if v.ArchivedAt != nil {
			continue
		}
		sold++
		if !priced(v.ID) {
			unpriced = append(unpriced, nameOf(v))
		}
	}
	switch {
	case sold == 0:
		add(BlockedNoVariant, "The product has no variant that is not archived.")
	case len(unpriced) > 0:
		add(BlockedPrice, "These variants have no price in the storefront: "+some(unpriced)+".")
	}
	if shop.Status == models.StorefrontClosed {
		add(BlockedStorefrontClosed, "The storefront is closed for good.")
	}
	return blockers
}

// nameOf is what people call a variant.
func nameOf(v *models.Variant) string {
	switch {
	case len(v.Options) > 0:
		return strings.Join(valuesOf(v.Options), " / ")
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
