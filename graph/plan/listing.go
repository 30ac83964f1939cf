package plan

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// shop reads in which storefront a price or listing is wanted.
func (s *statement) shop(f *call) (catalog.Shop, error) {
	id, err := f.id(s.run, "storefrontId", globalid.Storefront)
	if err != nil || id != nil {
		if id == nil {
			return catalog.Shop{}, err
		}
		return catalog.Shop{Storefront: filter.Key(*id)}, err
	}
	return catalog.Shop{Country: s.market.Country, Currency: s.market.Currency}, nil
}

// listingIn is the listing of a product in the storefront that an argument of
// a field names. It is joined to the product's record once, whoever asks.
func (c *compiler) listingIn(product row, f *call) row {
	name := product.alias + " listed"
	if given := f.Arguments.ForName("storefrontId"); given != nil {
		name += " in " + given.Value.String()
	}
	if known, ok := product.others[name]; ok {
		return known
	}
	listing := row{product.record, c.types["Listing"], c.alias(), nil}
	product.others[name] = listing
	l, shop := listing.alias, c.alias()
	primary, sells := catalog.Primary(shop)
	primary = fmt.Sprintf(" left join storefronts as %[1]s on %[1]s.brand_id = %[2]s.brand_id and %[3]s", shop, product.alias, primary)
	ofPrimary := fmt.Sprintf(" and %s.storefront_id = %s.id", l, shop)
	listed := fmt.Sprintf(" left join listings as %[1]s on %[1]s.brand_id = %[2]s.brand_id and %[1]s.product_id = %[2]s.id", l, product.alias)
	product.joins = append(product.joins, func(s *statement) error {
		wanted, err := s.shop(f)
		if wanted.Storefront.ID == uuid.Nil {
			s.add(primary, wanted.Country)
			if wanted.Currency != "" {
				s.add(" and "+sells, wanted.Currency)
			}
		}
		s.text(listed)
		if wanted.Storefront.ID == uuid.Nil {
			s.text(ofPrimary)
		} else {
			// A constant would have PostgreSQL read all that the storefront lists.
			s.add(" and "+l+".storefront_id = (case when "+product.alias+".brand_id = ? then cast(? as uuid) end)",
				wanted.Storefront.BrandID, wanted.Storefront.ID)
		}
		s.text(" and ")
		s.scope("listings", l)
		return err
	})
	return listing
}

// priceIn is what a variant costs where its product is listed. Variants that
// were reached through their product share its listing.
func priceIn(c *compiler, at row, f *call) (emitter, error) {
	product := at.of
	if product == nil || product.typ.Name != "Product" {
		// Whoever sees a listing sees its prices, whether or not it sees the product.
		product = &row{at.record, c.types["Product"], c.alias(), nil}
		at.joins = append(at.joins, func(s *statement) error {
			s.text(" left join products as " + product.alias + " on " + product.alias + ".brand_id = " + at.alias + ".brand_id and " +
				product.alias + ".id = " + at.alias + ".product_id")
			return nil
		})
	}
	listing, price := c.listingIn(*product, f), row{at.record, c.types["Price"], c.alias(), nil}
	join := fmt.Sprintf(" left join prices as %[1]s on %[1]s.brand_id = %[2]s.brand_id and %[1]s.storefront_id = %[2]s.storefront_id"+
		" and %[1]s.variant_id = %[3]s.id", price.alias, listing.alias, at.alias)
	price.joins = append(price.joins, func(s *statement) error {
		s.text(join)
		return nil
	})
	return c.present(price, f)
}

// priceRangeIn is that of the product's listing in a storefront.
func priceRangeIn(c *compiler, at row, f *call) (emitter, error) {
	listing := c.listingIn(at, f)
	return listing.typ.Fields["priceRange"](c, listing, f)
}
