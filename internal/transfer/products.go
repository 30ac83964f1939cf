package transfer

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/productcsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// ProductImport asks to bring a catalogue in.
type ProductImport struct {
	Target
	File Source
	CSV  csvfile.Options
	// SetStock sets the stock of variants that are there already, too, to what
	// the file says; without, only that of new ones is set.
	SetStock bool
	DryRun   bool
	// Progress may be nil.
	Progress Progress
}

// ProductReport tells what became of a product file.
type ProductReport struct {
	Made []string
	Rows int
	// Created, Changed and Unchanged add up to the products of the file that
	// were taken.
	Created, Changed, Unchanged int
	Variants                    int
	NewVariants                 int
	Pictures                    int
	NewPictures                 int
	Untracked                   int
	// Prices is the sum of all prices, Stock that of all quantities of the file.
	Prices decimal.Decimal
	Stock  int64
	// Refused rows and products brought nothing; Doubts were read as told.
	Refused, Doubts csvfile.Notes
	Ignored         []string
	// Blockers count the products that each keeps from being published.
	Blockers map[string]BlockerCount
	Ready    int
	// Storefront is the storefront's status: nothing is shown before it is OPEN.
	Storefront models.StorefrontStatus
	Brand      models.BrandStatus
}

// BlockerCount is how many products something keeps from publication.
type BlockerCount struct {
	Message  string // of the first of them
	Products int
	First    string // its handle
}

// inBatch is how many products are written in one transaction.
const inBatch = 100

// Products brings a Shopify product file into a brand's catalogue and, as
// draft listings with prices, into one of its storefronts. A product is
// written in whole or not at all. The report is there with an error, too, as
// far as it came.
func (s *Service) Products(ctx context.Context, in ProductImport) (*ProductReport, error) {
	report := &ProductReport{Blockers: map[string]BlockerCount{}}
	// The brand may be yet to be made: what is written asks for its own right.
	if err := auth.Require(ctx, auth.ProductWrite); err != nil {
		return report, err
	}
	if in.Progress == nil {
		in.Progress = func(string, int, int) {}
	}
	file, err := readProducts(in)
	if err != nil {
		return report, err
	}
	report.Rows, report.Refused, report.Doubts, report.Ignored = file.Rows, file.Refused, file.Doubts, file.Ignored
	if len(file.Products) == 0 {
		return report, ErrNothing
	}
	read := *report
	err = s.run(ctx, in.DryRun, func(db *gorm.DB) error {
		*report = read // a transaction may run again
		report.Blockers = map[string]BlockerCount{}
		db = db.WithContext(ctx)
		found, err := s.reach(db, in.Target)
		if err != nil {
			return err
		}
		report.Made, report.Storefront, report.Brand = found.made, found.storefront.Status, found.brand.Status
		for from := 0; from < len(file.Products); from += inBatch {
			batch := file.Products[from:min(from+inBatch, len(file.Products))]
			if err := s.writeProducts(db, found, in, file, batch, report); err != nil {
				return err
			}
			in.Progress("products", from+len(batch), len(file.Products))
		}
		return nil
	})
	if err == nil && report.Created+report.Changed+report.Unchanged == 0 {
		err = ErrNothing
	}
	return report, err
}

func readProducts(in ProductImport) (*productcsv.File, error) {
	open, err := in.File.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = open.Close() }()
	rows, err := csvfile.NewReader(open, in.CSV)
	if err != nil {
		return nil, err
	}
	return productcsv.Read(rows, in.Currency)
}

func (s *Service) writeProducts(
	db *gorm.DB, found *target, in ProductImport, file *productcsv.File, batch []*productcsv.Product, report *ProductReport,
) error {
	var merged []*catalog.Merged
	var kept []uuid.UUID
	err := database.InTx(db.Statement.Context, db, func(tx *gorm.DB) error {
		if err := lockTx(tx, found); err != nil {
			return err
		}
		offers := make([]*catalog.Offer, len(batch))
		for i, p := range batch {
			offers[i] = offer(p, file.Has, in.Language)
		}
		var err error
		if merged, err = s.Catalog.MergeTx(tx, found.storefront, offers); err != nil {
			return err
		}
		kept, err = s.stockTx(tx, found.brand, batch, merged, in.SetStock)
		return err
	})
	if err != nil {
		return err
	}
	short := map[uuid.UUID]bool{}
	for _, id := range kept {
		short[id] = true
	}
	for i, p := range batch {
		report.add(p, merged[i], short)
	}
	return nil
}

// stockTx sets the stock of new variants, or of all, in the brand's main
// warehouse.
func (s *Service) stockTx(tx *gorm.DB, b *models.Brand, batch []*productcsv.Product, merged []*catalog.Merged, all bool) ([]uuid.UUID, error) {
	var counts []inventory.Count
	for i, p := range batch {
		if merged[i].Refused != "" {
			continue
		}
		for j, v := range p.Variants {
			if row := merged[i].Variants[j]; v.Stock != nil && (row.Created || all) {
				counts = append(counts, inventory.Count{VariantID: row.ID, OnHand: *v.Stock})
			}
		}
	}
	if len(counts) == 0 {
		return nil, nil
	}
	warehouse, err := s.Stock.MainTx(tx, b)
	if err != nil {
		return nil, err
	}
	return s.Stock.CountTx(tx, b.ID, warehouse.ID, counts, models.StockImported)
}

// offer puts a product of the file in the catalogue's form.
func offer(p *productcsv.Product, has productcsv.Columns, language string) *catalog.Offer {
	o := &catalog.Offer{
		ProductDraft: catalog.ProductDraft{
			Handle: p.Handle,
			Texts: []catalog.Text{{Language: language, ProductText: models.ProductText{
				Title: p.Title, Description: p.Description, SEOTitle: p.SEOTitle, SEODescription: p.SEODescription,
			}}},
			Vendor: p.Vendor, ProductType: p.Type, Tags: p.Tags, Options: p.Options,
		},
		Tells: catalog.Told{
			Description: has.Description, SEOTitle: has.SEOTitle, SEODescription: has.SEODescription, Vendor: has.Vendor,
			ProductType: has.Type, Tags: has.Tags, SKU: has.SKU, Barcode: has.Barcode, Weight: has.Grams, NetContent: has.NetContent, Tracking: has.Tracker,
			CompareAt: has.CompareAt,
		},
		Archived: p.Status == models.ProductArchived,
	}
	for _, v := range p.Variants {
		d := catalog.VariantDraft{SKU: v.SKU, Barcode: v.Barcode, WeightGrams: v.Grams, Content: v.NetContent, Untracked: !v.Tracked}
		for _, option := range v.Options {
			d.Values = append(d.Values, option.Value)
		}
		o.Variants = append(o.Variants, d)
		var tag *catalog.PriceTag
		if v.Price != nil {
			tag = &catalog.PriceTag{AmountMinor: v.Price.Minor, CompareAtMinor: minor(v.CompareAt)}
		}
		o.Prices = append(o.Prices, tag)
	}
	for _, i := range p.Images {
		o.Media = append(o.Media, catalog.MediaDraft{URL: i.URL, Alt: i.Alt})
	}
	return o
}

func minor(m *money.Money) *int64 {
	if m == nil {
		return nil
	}
	return &m.Minor
}

// add counts a product into the report.
func (r *ProductReport) add(p *productcsv.Product, m *catalog.Merged, short map[uuid.UUID]bool) {
	switch {
	case m.Refused != "":
		r.Refused.Add(csvfile.Note{Line: p.Line, Text: p.Handle + " is refused: " + m.Refused})
		return
	case m.Created:
		r.Created++
	case m.Changed:
		r.Changed++
	default:
		r.Unchanged++
	}
	for i, v := range p.Variants {
		r.Variants++
		if m.Variants[i].Created {
			r.NewVariants++
		}
		if !v.Tracked {
			r.Untracked++
		}
		if v.Price != nil {
			r.Prices = r.Prices.Add(v.Price.Decimal())
		}
		if v.Stock != nil {
			r.Stock += *v.Stock
		}
		if short[m.Variants[i].ID] {
			r.Doubts.Add(csvfile.Note{Line: v.Line, Text: "more of it is reserved for orders than the file has: the reserved pieces stay"})
		}
	}
	r.Pictures += len(p.Images)
	r.NewPictures += m.Media
	if len(m.Blockers) == 0 {
		r.Ready++
	}
	for _, b := range m.Blockers {
		count := r.Blockers[b.Code]
		if count.Products++; count.Products == 1 {
			count.Message, count.First = b.Message, p.Handle
		}
		r.Blockers[b.Code] = count
	}
}
