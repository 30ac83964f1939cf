package catalog

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Publish lets a product appear in a storefront of its brand from a time on,
// from now where none is given, and sets prices in the same step. A draft
// becomes ACTIVE by it. A listing that is published already keeps its time
// where none is given and it has come. Whatever blocks it is told as INCOMPLETE.
func (s *Service) Publish(ctx context.Context, product, storefront models.Key, at *time.Time, prices []PriceDraft) (*models.Listing, error) {
	var l problem.List
	checkPrices(&l, prices)
	return s.changeListing(ctx, product, storefront, l, func(tx *gorm.DB, in *place) error {
		now := s.now()
		if err := in.setPrices(tx, prices, now); err != nil {
			return err
		}
		priced, err := pricedVariants(tx, []InStorefront{PlaceOfListing(in.listing)})
		if err != nil {
			return err
		}
		day, err := s.day(tx, in.shop)
		if err != nil {
			return err
		}
		if err := incomplete(NewPublication(in.product, in.shop, in.variants, priced[PlaceOfListing(in.listing)], day).Blockers()); err != nil {
			return err
		}
		if in.product.Status == models.ProductDraft {
			in.product.Status = models.ProductActive
			if err := saveProduct(tx, in.product, now, "status"); err != nil {
				return err
			}
		}
		shown := in.listing.Status == models.ListingPublished && !in.listing.PublishAt.After(now)
		switch {
		case at != nil:
			in.listing.PublishAt = at
		case !shown:
			in.listing.PublishAt = &now
		}
		in.listing.Status = models.ListingPublished
		return saveListing(tx, in.listing, now, "status", "publish_at")
	})
}

// Unpublish takes a product out of a storefront; its listing stays as a draft.
func (s *Service) Unpublish(ctx context.Context, key models.Key, expected *int32) (*models.Listing, error) {
	if err := auth.RequireFor(ctx, auth.ProductWrite, key.BrandID, "input.listingId"); err != nil {
		return nil, err
	}
	var l *models.Listing
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		var p *models.Product
		if p, l, err = lockListing(tx, key); err != nil {
			return err
		}
		if err := unchanged(expected, l.Version); err != nil {
			return err
		}
		if l.Status == models.ListingDraft {
			return problem.At("input.listingId", problem.Conflict, "the listing is not published")
		}
		l.Status, l.PublishAt, l.VisibleFrom = models.ListingDraft, nil, nil
		if err := saveListing(tx, l, s.now(), "status", "publish_at"); err != nil {
			return err
		}
		return refresh(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

func lockListing(tx *gorm.DB, key models.Key) (*models.Product, *models.Listing, error) {
	const field = "input.listingId"
	where := func(tx *gorm.DB) *gorm.DB { return tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID) }
	rows, err := database.Find[models.Listing](where(tx).Select("product_id"), "listings")
	l, err := theOne(rows, field, err)
	if err != nil {
		return nil, nil, err
	}
	p, err := lockProduct(tx, models.Key{BrandID: key.BrandID, ID: l.ProductID}, field)
	if err != nil {
		return nil, nil, err
	}
	rows, err = database.Find[models.Listing](where(tx).Clauses(forChange), "listings")
	l, err = theOne(rows, field, err)
	return p, l, err
}

// blamed is the input that can remedy a blocker.
var blamed = map[string]string{
	BlockedPrice:            "input.prices",
	BlockedStorefrontClosed: "input.storefrontId",
}

func incomplete(blockers []*models.Blocker) error {
	var l problem.List
	for _, b := range blockers {
		field, ok := blamed[b.Code]
		if !ok {
			field = "input.productId"
		}
		l.Add(field, problem.Incomplete, b.Message)
	}
	return l.Err()
}

// pricedVariants tells which variants have a price in each place.
func pricedVariants(tx *gorm.DB, places []InStorefront) (map[InStorefront]func(uuid.UUID) bool, error) {
	rows, err := database.Find[models.Price](atPlaces(tx.Select("brand_id, storefront_id, product_id, variant_id"), places), "prices")
	if err != nil {
		return nil, err
	}
	sets := map[InStorefront]map[uuid.UUID]bool{}
	priced := make(map[InStorefront]func(uuid.UUID) bool, len(places))
	for _, at := range places {
		set := map[uuid.UUID]bool{}
		sets[at], priced[at] = set, func(variant uuid.UUID) bool { return set[variant] }
	}
	for _, row := range rows {
		sets[PlaceOfPrice(row)][row.VariantID] = true
	}
	return priced, nil
}

func atPlaces(query *gorm.DB, places []InStorefront) *gorm.DB {
	triples := make([][]any, len(places))
	for i, p := range places {
		triples[i] = []any{p.BrandID, p.StorefrontID, p.ProductID}
	}
	return query.Where("(prices.brand_id, prices.storefront_id, prices.product_id) in ?", triples)
}

// PublicationBlockers tells what keeps each of some listings, which the caller
// has read, from being published.
func (s *Service) PublicationBlockers(ctx context.Context, listings []*models.Listing) (map[*models.Listing][]*models.Blocker, error) {
	return s.publications(ctx, listings, Publication.Blockers)
}

// PublicationWarnings tells what does not keep each of some listings from being
// published, but should be known.
func (s *Service) PublicationWarnings(ctx context.Context, listings []*models.Listing) (map[*models.Listing][]*models.Blocker, error) {
	return s.publications(ctx, listings, Publication.Warnings)
}

func (s *Service) publications(
	ctx context.Context, listings []*models.Listing, tell func(Publication) []*models.Blocker,
) (map[*models.Listing][]*models.Blocker, error) {
	db := s.db.WithContext(ctx)
	var products, shops []models.Key
	var places []InStorefront
	for _, l := range listings {
		products = append(products, models.Key{BrandID: l.BrandID, ID: l.ProductID})
		shops = append(shops, models.Key{BrandID: l.BrandID, ID: l.StorefrontID})
		places = append(places, PlaceOfListing(l))
	}
	sold, err := database.Find[models.Product](byKeys(db.Omit("tokens"), "products", "id", products), "products")
	if err != nil {
		return nil, err
	}
	at, err := database.Find[models.Storefront](byKeys(db, "storefronts", "id", shops), "storefronts")
	if err != nil {
		return nil, err
	}
	variants, err := database.Find[models.Variant](byKeys(db, "variants", "product_id", products).Order("product_id, position, id"), "variants")
	if err != nil {
		return nil, err
	}
	priced, err := pricedVariants(db, places)
	if err != nil {
		return nil, err
	}
	of := map[uuid.UUID]*models.Product{}
	for _, p := range sold {
		of[p.ID] = p
	}
	in := map[uuid.UUID]*models.Storefront{}
	for _, shop := range at {
		in[shop.ID] = shop
	}
	variantsOf := map[uuid.UUID][]*models.Variant{}
	for _, v := range variants {
		variantsOf[v.ProductID] = append(variantsOf[v.ProductID], v)
	}
	blockers := make(map[*models.Listing][]*models.Blocker, len(listings))
	for _, l := range listings {
		day, err := s.day(db, in[l.StorefrontID])
		if err != nil {
			return nil, err
		}
		blockers[l] = tell(NewPublication(of[l.ProductID], in[l.StorefrontID], variantsOf[l.ProductID], priced[PlaceOfListing(l)], day))
	}
	return blockers, nil
}
