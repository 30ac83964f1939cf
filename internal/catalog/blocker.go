package catalog

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// Blocker is something that keeps a listing from being published.
type Blocker struct {
	Code    BlockerCode
	Message string
}

// BlockerCode is part of the API; codes may be added.
type BlockerCode string

// Codes of what keeps a listing from being published.
const (
	BlockedArchived         BlockerCode = "PRODUCT_ARCHIVED"
	BlockedTitle            BlockerCode = "TITLE_MISSING"
	BlockedNoVariant        BlockerCode = "VARIANT_MISSING"
	BlockedPrice            BlockerCode = "PRICE_MISSING"
	BlockedStorefrontClosed BlockerCode = "STOREFRONT_CLOSED"
)

// Blockers tells everything that keeps a product from being published in a
// storefront, given its variants and which of them have a price there. That
// the product is a draft does not: publishing makes it ACTIVE.
func Blockers(p *models.Product, shop *models.Storefront, variants []*models.Variant, priced func(variant uuid.UUID) bool) []Blocker {
	blockers := []Blocker{}
	add := func(code BlockerCode, message string) { blockers = append(blockers, Blocker{code, message}) }
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
