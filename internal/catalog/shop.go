package catalog

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Shop says in which storefront of a brand a listing or price is wanted: the
// named one, or the primary one of a market. It is comparable.
type Shop struct {
	Storefront models.Key
	// Country and Currency choose where no storefront is named; an empty
	// currency leaves it to the storefront.
	Country  string
	Currency string
}

// Joined are the rows of table, which have a storefront, with what Conditions need beside them.
func (w Shop) Joined(table string) string {
	if w.Storefront.ID != uuid.Nil {
		return ""
	}
	return "join storefronts on storefronts.brand_id = " + table + ".brand_id and storefronts.id = " + table + ".storefront_id"
}

// Conditions of the rows of table that stand in the shop.
func (w Shop) Conditions(table string) (c database.Conditions) {
	if w.Storefront.ID != uuid.Nil {
		c.Add(table+".brand_id = ? and "+table+".storefront_id = ?", w.Storefront.BrandID, w.Storefront.ID)
		return c
	}
	country, currency := Primary("storefronts")
	c.Add(country, w.Country)
	if w.Currency != "" {
		c.Add(currency, w.Currency)
	}
	return c
}

// Primary are the conditions that a row of storefronts is the one of its brand
// in a country, and that it sells in a currency.
func Primary(storefronts string) (country, currency string) {
	return storefronts + ".is_primary and " + storefronts + ".country = ?", storefronts + ".currency = ?"
}

// narrow adds the choice to a query that reads table.
func (w Shop) narrow(query *gorm.DB, table string) *gorm.DB {
	if join := w.Joined(table); join != "" {
		query = query.Joins(join)
	}
	return w.Conditions(table).Narrow(query)
}

// ListingsIn gives at most one listing of each product: its listing in the shop.
func (s *Service) ListingsIn(ctx context.Context, shop Shop, products []models.Key) ([]*models.Listing, error) {
	query := byKeys(s.seen(ctx, "listings").Select("listings.*"), "listings", "product_id", products)
	return database.Find[models.Listing](shop.narrow(query, "listings"), "listings")
}

// PricesIn gives at most one price of each variant: its price in the shop,
// where the caller may see the listing there.
func (s *Service) PricesIn(ctx context.Context, shop Shop, variants []models.Key) ([]*models.Price, error) {
	where, args := auth.Where(auth.From(ctx), "listings", "", s.now())
	query := byKeys(s.db.WithContext(ctx).Select("prices.*"), "prices", "variant_id", variants).Joins(ListingOfPrice).
		Where(where, args...)
	return database.Find[models.Price](shop.narrow(query, "prices"), "prices")
}

// ListingOfPrice joins prices with the listings that show them.
const ListingOfPrice = "join listings on listings.brand_id = prices.brand_id and listings.storefront_id = prices.storefront_id" +
	" and listings.product_id = prices.product_id"

// InStorefront names a product's place in a storefront, whether or not it is listed there.
type InStorefront struct{ BrandID, StorefrontID, ProductID uuid.UUID }

// PlaceOfListing is where a listing stands.
func PlaceOfListing(l *models.Listing) InStorefront {
	return InStorefront{l.BrandID, l.StorefrontID, l.ProductID}
}

// PlaceOfPrice is where a price holds.
func PlaceOfPrice(p *models.Price) InStorefront {
	return InStorefront{p.BrandID, p.StorefrontID, p.ProductID}
}

// PricesAt gives the prices of the variants that the caller may see, of
// listings that the caller has read, in order of the variants.
func (s *Service) PricesAt(ctx context.Context, places []InStorefront) ([]*models.Price, error) {
	where, args := auth.Where(auth.From(ctx), "variants", "", s.now())
	query := atPlaces(s.db.WithContext(ctx).Select("prices.*"), places)
	return database.Find[models.Price](query.
		Joins("join variants on variants.brand_id = prices.brand_id and variants.id = prices.variant_id").
		Where(where, args...).
		Order("prices.product_id, variants.position, variants.id"), "prices")
}
