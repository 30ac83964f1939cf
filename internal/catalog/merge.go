package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// Offer is a product as an outside source has it, for one storefront. A
// source is not asked for everything: what it does not tell stays as it is.
type Offer struct {
	ProductDraft
	Tells Told
	// Prices has one for each variant, nil where there is none.
	Prices []*PriceTag
	// Archived puts a product away that is new.
	Archived bool
}

// Told lists what a source tells of products.
type Told struct {
	Description, SEOTitle, SEODescription, Vendor, ProductType, Tags, SKU, Barcode, Weight, NetContent, Tracking, CompareAt bool
}

// PriceTag is what a variant costs, in minor units of the storefront's currency.
type PriceTag struct {
	AmountMinor    int64
	CompareAtMinor *int64
}

// Merged is what became of an offer.
type Merged struct {
	// Refused says why nothing was written of it, empty where it was.
	Refused  string
	Product  *models.Product
	Created  bool
	Changed  bool
	Variants []MergedVariant // one for each of the offer's
	Media    int             // pictures that are new
	Blockers []*models.Blocker
}

// MergedVariant is the row of an offered variant.
type MergedVariant struct {
	ID      uuid.UUID
	Created bool
}

// MergeTx brings offers into a brand's catalogue and into one of its
// storefronts as draft listings: a product is known by its handle, a variant
// by its option values, a picture by its address. What is there and the
// source does not have stays. Handles must be given, each once. The same
// offers again change nothing.
func (s *Service) MergeTx(tx *gorm.DB, shop *models.Storefront, offers []*Offer) ([]*Merged, error) {
	if err := auth.RequireFor(tx.Statement.Context, auth.ProductWrite, shop.BrandID, "brand"); err != nil {
		return nil, err
	}
	day, err := s.day(tx, shop)
	if err != nil {
		return nil, err
	}
	m := &merger{tx: tx, shop: shop, day: day, now: s.now()}
	if err := m.read(offers); err != nil {
		return nil, reading("what is there already", err)
	}
	merged := make([]*Merged, len(offers))
	for i, o := range offers {
		out := &Merged{Variants: make([]MergedVariant, len(o.Variants))}
		merged[i] = out
		if refused := o.Validate("product").Err(); refused != nil {
			out.Refused = refused.Error()
			continue
		}
		var err error
		if known := m.known[o.Handle]; known != nil {
			err = m.change(known, o, out)
		} else {
			err = m.create(o, out)
		}
		if err != nil {
			return nil, fmt.Errorf("merge the product %s: %w", o.Handle, err)
		}
	}
	return merged, m.write()
}

// merger collects new rows, to write them together.
type merger struct {
	tx    *gorm.DB
	shop  *models.Storefront
	day   *customs.Day
	now   time.Time
	known map[string]*knownProduct // by handle

	products []models.Product
	variants []models.Variant
	media    []models.Media
	listings []models.Listing
	prices   []models.Price
	repriced []models.Price
	changed  []*models.Product
}

// knownProduct is a product with what hangs below it, locked.
type knownProduct struct {
	*models.Product
	variants []*models.Variant
	media    []*models.Media
	listing  *models.Listing
	prices   map[uuid.UUID]*models.Price // by variant
	grown    bool                        // has option values that are new
}

func (m *merger) read(offers []*Offer) error {
	handles := make(models.StringList, len(offers))
	for i, o := range offers {
		handles[i] = o.Handle
	}
	if err := visibility.HoldTx(m.tx, m.shop.BrandID); err != nil {
		return err
	}
	products, err := database.Find[models.Product](m.tx.Omit("tokens").Clauses(forChange).
		Where("brand_id = ? and handle = any(?)", m.shop.BrandID, handles).Order("id"), "products")
	if err != nil {
		return err
	}
	m.known = make(map[string]*knownProduct, len(products))
	byID, ids := map[uuid.UUID]*knownProduct{}, []uuid.UUID{uuid.Nil}
	for _, p := range products {
		k := &knownProduct{Product: p, prices: map[uuid.UUID]*models.Price{}}
		m.known[p.Handle], byID[p.ID], ids = k, k, append(ids, p.ID)
	}
	below := func() *gorm.DB { return m.tx.Where("brand_id = ? and product_id in ?", m.shop.BrandID, ids) }
	variants, err := database.Find[models.Variant](below().Order("position, id"), "variants")
	for _, v := range variants {
		byID[v.ProductID].variants = append(byID[v.ProductID].variants, v)
	}
	if err != nil {
		return err
	}
	media, err := database.Find[models.Media](below().Order("position, id"), "media")
	for _, x := range media {
		byID[x.ProductID].media = append(byID[x.ProductID].media, x)
	}
	if err != nil {
		return err
	}
	listings, err := database.Find[models.Listing](below().Where("storefront_id = ?", m.shop.ID), "listings")
	for _, l := range listings {
		byID[l.ProductID].listing = l
	}
	if err != nil {
		return err
	}
	prices, err := database.Find[models.Price](below().Where("storefront_id = ?", m.shop.ID), "prices")
	for _, p := range prices {
		byID[p.ProductID].prices[p.VariantID] = p
	}
	return err
}

func (m *merger) create(o *Offer, out *Merged) error {
	rows, err := o.Rows(m.shop.BrandID, m.now)
	if err != nil {
		return err
	}
	if o.Archived {
		draft := models.ProductDraft
		rows.Product.Status, rows.Product.ArchivedAt, rows.Product.ArchivedFrom = models.ProductArchived, &m.now, &draft
	}
	rows.Product.Tokens = search.Tokens(&rows.Product, pointers(rows.Variants), nil)
	listing, err := m.list(rows.Product.ID)
	if err != nil {
		return err
	}
	for i, v := range rows.Variants {
		out.Variants[i] = MergedVariant{ID: v.ID, Created: true}
		if tag := o.Prices[i]; tag != nil {
			m.prices = append(m.prices, m.price(&v, tag))
			span(&listing, tag.AmountMinor)
		}
	}
	m.products = append(m.products, rows.Product)
	m.variants = append(m.variants, rows.Variants...)
	m.media = append(m.media, rows.Media...)
	m.listings = append(m.listings, listing)
	out.Product, out.Created, out.Media = &rows.Product, true, len(rows.Media)
	out.Blockers = NewPublication(out.Product, m.shop, pointers(rows.Variants), func(id uuid.UUID) bool {
		i := slices.IndexFunc(rows.Variants, func(v models.Variant) bool { return v.ID == id })
		return o.Prices[i] != nil
	}, m.day).Blockers()
	return nil
}

// list makes a draft listing.
func (m *merger) list(product uuid.UUID) (models.Listing, error) {
	id, err := uuid.NewV7()
	return models.Listing{BrandID: m.shop.BrandID, ID: id, StorefrontID: m.shop.ID, ProductID: product, Status: models.ListingDraft,
		Currency: m.shop.Currency, Version: 1, CreatedAt: m.now, UpdatedAt: m.now}, err
}

func span(l *models.Listing, minor int64) {
	if l.MinPriceMinor == nil || minor < *l.MinPriceMinor {
		l.MinPriceMinor = &minor
	}
	if l.MaxPriceMinor == nil || minor > *l.MaxPriceMinor {
		l.MaxPriceMinor = &minor
	}
}

func (m *merger) price(v *models.Variant, tag *PriceTag) models.Price {
	return models.Price{BrandID: m.shop.BrandID, StorefrontID: m.shop.ID, VariantID: v.ID, ProductID: v.ProductID,
		AmountMinor: tag.AmountMinor, CompareAtMinor: tag.CompareAtMinor, Currency: m.shop.Currency, UpdatedAt: m.now}
}

// write sends new rows, and brings what follows from changed products in step.
func (m *merger) write() error {
	for _, step := range []func() error{
		func() error { return database.Copy(m.tx, m.products) },
		func() error { return database.Copy(m.tx, m.variants) },
		func() error { return database.Copy(m.tx, m.media) },
		func() error { return database.Copy(m.tx, m.listings) },
		func() error { return database.Copy(m.tx, m.prices) },
		func() error {
			if len(m.repriced) == 0 {
				return nil
			}
			return m.tx.Clauses(clause.OnConflict{
				OnConstraint: "prices_pk", DoUpdates: clause.AssignmentColumns([]string{"amount_minor", "compare_at_minor", "updated_at"}),
			}).CreateInBatches(&m.repriced, 1000).Error
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, p := range m.changed {
		if err := refresh(m.tx, p); err != nil {
			return err
		}
	}
	return nil
}

// sameOptions tells whether an offer has the product's options. Values that
// are new are the offer's to bring.
func sameOptions(have, offered []models.Option) bool {
	return slices.EqualFunc(have, offered, func(a, b models.Option) bool { return fold(a.Name) == fold(b.Name) })
}

func names(options []models.Option) string {
	if len(options) == 0 {
		return "none"
	}
	list := make([]string, len(options))
	for i, o := range options {
		list[i] = o.Name
	}
	return strings.Join(list, ", ")
}

// equal tells whether two columns hold the same.
func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// replace sets a column and notes its name where that changes it.
func replace[T comparable](told bool, at **T, to *T, column string, columns *[]string) {
	if told && !equal(*at, to) {
		*at = to
		*columns = append(*columns, column)
	}
}

func cloned[T any](t models.Texts[T]) models.Texts[T] {
	if t == nil {
		return models.Texts[T]{}
	}
	return maps.Clone(t)
}
