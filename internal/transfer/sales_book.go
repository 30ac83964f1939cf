package transfer

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// book makes the rows of what an order has more than the one that is known.
func (w *salesWriter) book(in *fileOrder, known *knownOrder, goods map[string]models.OrderLine, out *written) error {
	if known != nil && known.Source != models.OrderFromImport {
		for _, l := range in.lines {
			out.refused = append(out.refused, csvfile.Note{Line: l.Row, Text: "order " + in.number + " was placed here and is not imported"})
		}
		return nil
	}
	var lines []models.OrderLine
	var shipping []models.Charge
	kind := models.OrderCreditNote
	seen := map[string]int{}
	for _, l := range in.lines {
		key := importKey(l, seen)
		if known != nil && known.keys[key] {
			continue
		}
		if !l.Returned() {
			kind = models.OrderSale
		} else {
			out.refunds++
		}
		row := w.line(l, goods)
		row.ImportKey = &key
		if row.VariantID != nil {
			out.linked++
		}
		if l.Shipping.Minor != 0 {
			shipping = append(shipping, models.Charge{Kind: models.ChargeShipping, LineID: &row.ID, AmountMinor: l.Shipping.Minor})
		}
		lines = append(lines, row)
		out.unrounded = out.unrounded.Add(l.Total)
		out.minor += l.Goods.Minor
	}
	if len(lines) == 0 {
		return nil
	}
	head := w.head(in, kind)
	if known != nil {
		head.ID, head.PlacedAt = known.ID, known.PlacedAt
		head.BuyerCountry, head.BuyerRegion = known.BuyerCountry, known.BuyerRegion
	}
	book, err := order.NewBook(head, lines, shipping, w.storefront.Country, newID)
	if err != nil {
		return err
	}
	if known == nil {
		out.orders = append(out.orders, book.Order)
	} else {
		for i := range book.Lines {
			book.Lines[i].Ordinal += known.ordinal
			book.Facts[i].OpensOrder = book.Facts[i].OpensOrder && !known.sold
		}
		out.grown = append(out.grown, book.Order)
	}
	out.lines = append(out.lines, book.Lines...)
	out.charges = append(out.charges, book.Charges...)
	out.events = append(out.events, book.Events...)
	out.facts = append(out.facts, book.Facts...)
	return nil
}

// head is the order itself: of its earliest line, and of the first line that
// names a buyer or a country.
func (w *salesWriter) head(in *fileOrder, kind models.OrderKind) models.Order {
	o := models.Order{
		BrandID: w.brand.ID, Number: in.number, Source: models.OrderFromImport, Kind: kind, StorefrontID: w.storefront.ID,
		BatchID: &w.batch.ID, Currency: w.storefront.Currency, SellerName: w.brand.Name, PlacedAt: in.lines[0].Time, RecordedAt: w.now,
	}
	for _, l := range in.lines {
		if l.Time.Before(o.PlacedAt) {
			o.PlacedAt = l.Time
		}
		if o.BuyerReference == nil {
			o.BuyerReference = models.Optional(l.Customer)
		}
		if o.BuyerCountry == nil {
			o.BuyerCountry, o.BuyerRegion = models.Optional(l.Country), models.Optional(l.Region)
		}
	}
	return o
}

// line is a line with what is known of its goods, where they are the brand's.
func (w *salesWriter) line(l *salescsv.Line, goods map[string]models.OrderLine) models.OrderLine {
	row := models.OrderLine{DefaultLanguage: w.language, Texts: models.Texts[models.LineText]{w.language: {Title: l.Title}}}
	if g, ok := goods[l.SKU]; ok && l.SKU != "" {
		row.ProductID, row.VariantID, row.Options = g.ProductID, g.VariantID, g.Options
		row.HSCode, row.OriginCountry, row.OriginRegion, row.CategoryPath = g.HSCode, g.OriginCountry, g.OriginRegion, g.CategoryPath
	}
	row.ID, row.SKU, row.BatchID = newID(), models.Optional(l.SKU), &w.batch.ID
	row.Quantity, row.UnitPrice = l.Quantity, l.UnitPrice
	return row
}

func hasSKUs(db *gorm.DB, brand uuid.UUID) (bool, error) {
	var has bool
	err := db.Raw("select exists (select 1 from variants where brand_id = ? and sku is not null)", brand).Scan(&has).Error
	if err != nil {
		return false, fmt.Errorf("look for SKUs: %w", err)
	}
	return has, nil
}

// goods reads, in the form of lines, the brand's variants that are sold in
// the orders: by their SKU, where only one variant has it.
func (w *salesWriter) goods(tx *gorm.DB, orders []*fileOrder) (map[string]models.OrderLine, error) {
	goods, twins := map[string]models.OrderLine{}, map[string]bool{}
	if !w.linkable {
		return goods, nil
	}
	var skus models.StringList
	seen := map[string]bool{"": true}
	for _, o := range orders {
		for _, l := range o.lines {
			if !seen[l.SKU] {
				seen[l.SKU] = true
				skus = append(skus, l.SKU)
			}
		}
	}
	var rows []models.OrderLine
	err := tx.Raw(`
select v.sku, v.id as variant_id, v.product_id, v.options, p.hs_code, p.origin_country, p.origin_region, c.path as category_path
from variants v
join products p on p.brand_id = v.brand_id and p.id = v.product_id
left join categories c on c.id = p.category_id
where v.brand_id = ? and v.sku = any(?)`, w.brand.ID, skus).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find the goods: %w", err)
	}
	for _, row := range rows {
		_, again := goods[*row.SKU]
		twins[*row.SKU] = twins[*row.SKU] || again
		goods[*row.SKU] = row
	}
	for sku := range twins {
		if twins[sku] {
			delete(goods, sku)
		}
	}
	return goods, nil
}
