package transfer

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// slugs of a brand and its storefront.
type slugs struct{ brand, storefront string }

// inLook is how many storefronts are looked up in one statement.
const inLook = 5000

// place is what is found by slugs: a brand, and a storefront that may be another's.
type place struct {
	BrandID               *uuid.UUID
	BrandSlug, BrandName  string
	OwnerID, StorefrontID *uuid.UUID
	StorefrontSlug        string
	Country, Currency     string
	Linkable              bool
}

// look finds the storefronts that the file names. Those that are to be made
// are left for their first order.
func (w *salesWriter) look(all []slugs) error {
	w.aliases = map[slugs]slugs{}
	for some := range slices.Chunk(all, inLook) {
		brands, shops := models.StringList{}, models.StringList{}
		for _, at := range some {
			brands, shops = append(brands, at.brand), append(shops, at.storefront)
		}
		var found []place
		err := w.db.Raw(`
select b.id as brand_id, coalesce(b.slug, '') as brand_slug, coalesce(b.name, '') as brand_name,
  s.brand_id as owner_id, s.id as storefront_id, coalesce(s.slug, '') as storefront_slug,
  coalesce(s.country, '') as country, coalesce(s.currency, '') as currency,
  exists (select from variants v where v.brand_id = b.id and v.sku is not null) as linkable
from unnest(?::text[], ?::text[]) with ordinality as w (brand, storefront, n)
left join brand_slugs bs on bs.slug = w.brand
left join brands b on b.id = bs.brand_id
left join storefront_slugs ss on ss.slug = w.storefront
left join storefronts s on s.brand_id = ss.brand_id and s.id = ss.storefront_id
order by w.n`, brands, shops).Scan(&found).Error
		if err != nil {
			return fmt.Errorf("find the storefronts: %w", err)
		}
		for i, at := range some {
			if err := w.take(at, &found[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// take keeps what was found by slugs, under the slugs of today.
func (w *salesWriter) take(at slugs, found *place) error {
	now, to := at, &target{}
	if found.BrandID != nil {
		now.brand = found.BrandSlug
		to.brand = &models.Brand{ID: *found.BrandID, Slug: found.BrandSlug, Name: found.BrandName}
	}
	own := found.BrandID != nil && found.OwnerID != nil && *found.OwnerID == *found.BrandID
	if own {
		now.storefront = found.StorefrontSlug
	}
	if now != at {
		w.aliases[at] = now
	}
	named := w.in.Target
	named.Brand, named.Storefront = at.brand, at.storefront
	var err error
	switch {
	case w.shops[now] != nil:
	case own:
		to.storefront = &models.Storefront{
			BrandID: *found.OwnerID, ID: *found.StorefrontID, Slug: found.StorefrontSlug, Country: found.Country, Currency: found.Currency,
		}
		w.shops[now] = w.enter(to, found.Linkable)
	case found.BrandID != nil && found.OwnerID != nil:
		_, err = w.refuse(now, to, named.ofAnother())
	case w.in.Create:
	case found.BrandID == nil:
		_, err = w.refuse(now, to, named.unknownBrand())
	default:
		_, err = w.refuse(now, to, named.unknownStorefront())
	}
	return err
}
