package transfer

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// shop is a storefront that orders of the file go to.
type shop struct {
	*target
	// refused says why none does.
	refused *csvfile.Fault
	// batch is written with the first line that is booked: an import that
	// books nothing leaves nothing.
	batch    models.ImportBatch
	begun    bool
	linkable bool
	// read counts the lines of the file that go here.
	read int
}

// begin finds where orders go, and what all need.
func (w *salesWriter) begin(places []slugs) error {
	if w.in.Layout.Columns[salescsv.Category] != "" {
		var paths []string
		if err := w.db.Raw("select path from categories").Scan(&paths).Error; err != nil {
			return fmt.Errorf("read the categories: %w", err)
		}
		w.categories = make(map[string]bool, len(paths))
		for _, path := range paths {
			w.categories[path] = true
		}
	}
	if w.in.Many() {
		return w.look(places)
	}
	var found *target
	var err error
	if w.in.Currency == "" {
		found, err = w.s.reachAny(w.db, w.in.Target)
	} else {
		found, err = w.s.reach(w.db, w.in.Target)
	}
	if err != nil {
		return err
	}
	to, err := w.open(found)
	w.shops[slugs{w.in.Brand, w.in.Storefront}] = to
	return err
}

// shop finds the storefront of an order, or makes it where that was asked for.
func (w *salesWriter) shop(at slugs, currency money.Currency) (*shop, error) {
	if found, ok := w.shops[at]; ok {
		return found, nil
	}
	into := w.in.Target
	into.Brand, into.Storefront, into.Currency = at.brand, at.storefront, currency
	to, err := w.s.reachAny(w.db, into)
	if err != nil {
		return w.refuse(at, to, err)
	}
	made, err := w.open(to)
	w.shops[at] = made
	return made, err
}

// refuse says why no order goes to a storefront, unless the error is a fault.
func (w *salesWriter) refuse(at slugs, to *target, err error) (*shop, error) {
	code, column := "INVALID", salescsv.Storefront
	switch {
	case errors.Is(err, ErrUnknown):
		code = "UNKNOWN"
	case errors.Is(err, ErrDifference):
		code = "DIFFERENT"
	case problem.From(err) == nil:
		return nil, err
	}
	if to.brand == nil {
		column = salescsv.Brand
	}
	w.shops[at] = &shop{refused: &csvfile.Fault{Column: w.in.Layout.Columns[column], Code: code, Message: err.Error()}}
	return w.shops[at], nil
}

// open takes a storefront that was found or made, once by whichever slug.
func (w *salesWriter) open(to *target) (*shop, error) {
	linkable := false
	err := w.db.Raw("select exists (select 1 from variants where brand_id = ? and sku is not null)", to.brand.ID).Scan(&linkable).Error
	if err != nil {
		return nil, fmt.Errorf("look for SKUs: %w", err)
	}
	w.report.Made = append(w.report.Made, to.made...)
	return w.enter(to, linkable), nil
}

func (w *salesWriter) enter(to *target, linkable bool) *shop {
	if there := w.byID[to.storefront.ID]; there != nil {
		return there
	}
	s := &shop{target: to, linkable: linkable, batch: models.ImportBatch{
		BrandID: to.brand.ID, ID: newID(), Kind: models.ImportSales, FileName: baseName(w.in.File), FileSHA256: w.sum,
		StorefrontID: &to.storefront.ID, Currency: &to.storefront.Currency, StartedAt: w.now,
	}}
	w.byID[to.storefront.ID] = s
	return s
}

func shopsOf(orders []*booking) (shops []*target) {
	seen := map[*shop]bool{}
	for _, o := range orders {
		if !seen[o.shop] {
			seen[o.shop] = true
			shops = append(shops, o.target)
		}
	}
	return shops
}

// finish closes the batches.
func (w *salesWriter) finish() error {
	ids, brands, lines := models.StringList{}, models.StringList{}, models.StringList{}
	for _, s := range w.shops {
		if s.begun {
			ids, brands = append(ids, s.batch.ID.String()), append(brands, s.batch.BrandID.String())
			lines = append(lines, fmt.Sprint(s.read))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	// Rows that could not be read belong to the one storefront where there is one.
	read, refused := 0, 0
	if !w.in.Many() {
		read, refused = w.report.Refused.Count-w.report.Foreign, w.report.Refused.Count
	}
	return database.InTx(w.db.Statement.Context, w.db, func(tx *gorm.DB) error {
		err := tx.Exec(`
update import_batches b
set rows_read = w.lines + ?, rows_refused = ?, finished_at = ?
from unnest(?::uuid[], ?::uuid[], ?::bigint[]) as w (brand_id, id, lines)
where b.brand_id = w.brand_id and b.id = w.id`, read, refused, w.s.now(), brands, ids, lines).Error
		if err != nil {
			return fmt.Errorf("close the batches: %w", err)
		}
		return nil
	})
}
