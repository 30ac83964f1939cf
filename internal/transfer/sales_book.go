package transfer

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// book makes the rows of what an order has more than the one that is known.
func (w *salesWriter) book(in *booking, goods map[article]models.OrderLine, out *written) error {
	known := in.known
	if known != nil && known.Source != models.OrderFromImport {
		out.refuse(in.fileOrder, csvfile.Fault{
			Column: w.in.Layout.Columns[salescsv.Order], Code: "PLACED_HERE", Message: "order " + in.number + " was placed here and is not imported",
		})
		return nil
	}
	if !w.readable(in, out) {
		return nil
	}
	var lines []models.OrderLine
	var shipping []models.Charge
	var unrounded decimal.Decimal
	var minor int64
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
		row := w.line(in, l, goods)
		row.ID = out.newID()
		row.ImportKey = &key
		if row.VariantID != nil {
			out.linked++
		}
		if l.Shipping.Minor != 0 {
			shipping = append(shipping, models.Charge{Kind: models.ChargeShipping, LineID: &row.ID, AmountMinor: l.Shipping.Minor})
		}
		lines = append(lines, row)
		unrounded, minor = unrounded.Add(l.Total), minor+l.Goods.Minor
	}
	if len(lines) == 0 {
		return nil
	}
	head := w.head(in, kind)
	if known != nil {
		head.ID, head.PlacedAt = known.ID, known.PlacedAt
		head.BuyerCountry, head.BuyerRegion = known.BuyerCountry, known.BuyerRegion
	}
	book, err := order.NewBook(head, lines, shipping, in.storefront.Country, out.newID)
	if err != nil {
		return err
	}
	if known == nil {
		out.orders = append(out.orders, book.Order)
	} else {
		for i := range book.Lines {
			book.Lines[i].Ordinal += known.ordinal
			f := &book.Facts[i]
			f.OpensOrder = f.OpensOrder && !known.sold
			if f.Kind == models.FactSale {
				f.RepeatsOrigin = known.origins.Repeats(f.OriginCountry, f.OriginRegion)
			}
		}
		out.grown = append(out.grown, book.Order)
	}
	p := out.of(in.shop)
	p.orders, p.lines = append(p.orders, book.Order.ID), p.lines+len(book.Lines)
	p.unrounded, p.minor = p.unrounded.Add(unrounded), p.minor+minor
	out.lines = append(out.lines, book.Lines...)
	out.charges = append(out.charges, book.Charges...)
	out.events = append(out.events, book.Events...)
	out.facts = append(out.facts, book.Facts...)
	return nil
}

// readable refuses an order whose currency or categories are none of ours.
func (w *salesWriter) readable(in *booking, out *written) bool {
	for _, l := range in.lines {
		fault := csvfile.Fault{}
		if string(l.Goods.Currency) != in.storefront.Currency {
			fault = csvfile.Fault{Column: w.in.Layout.Columns[salescsv.Currency], Code: "CURRENCY", Message: fmt.Sprintf(
				"order %s is in %s; %s sells in %s", in.number, l.Goods.Currency, in.storefront.Slug, in.storefront.Currency)}
		} else if l.Category != "" && !w.categories[l.Category] {
			fault = csvfile.Fault{Column: w.in.Layout.Columns[salescsv.Category], Code: "UNKNOWN",
				Message: fmt.Sprintf("order %s has the unknown category %s", in.number, cell.Show(l.Category))}
		}
		if fault.Code != "" {
			out.refuse(in.fileOrder, fault)
			return false
		}
	}
	return true
}

// head is the order itself: of its earliest line, and of the first line that
// names a buyer or a country.
func (w *salesWriter) head(in *booking, kind models.OrderKind) models.Order {
	o := models.Order{
		BrandID: in.brand.ID, Number: in.number, Source: models.OrderFromImport, Kind: kind, StorefrontID: in.storefront.ID,
		BatchID: &in.batch.ID, Currency: in.storefront.Currency, SellerName: in.brand.Name, PlacedAt: in.lines[0].Time, RecordedAt: w.now,
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
// A category that the file names is that of the line.
func (w *salesWriter) line(in *booking, l *salescsv.Line, goods map[article]models.OrderLine) models.OrderLine {
	language := w.in.Language
	row := models.OrderLine{DefaultLanguage: language, Texts: models.Texts[models.LineText]{language: {Title: l.Title}}}
	if g, ok := goods[article{in.brand.ID, l.SKU}]; ok && l.SKU != "" {
		row.ProductID, row.VariantID, row.Options = g.ProductID, g.VariantID, g.Options
		row.HSCode, row.OriginCountry, row.OriginRegion, row.CategoryPath = g.HSCode, g.OriginCountry, g.OriginRegion, g.CategoryPath
	}
	if l.Category != "" {
		row.CategoryPath = &l.Category
	}
	row.SKU, row.BatchID = models.Optional(l.SKU), &in.batch.ID
	row.Quantity, row.UnitPrice = l.Quantity, l.UnitPrice
	return row
}
