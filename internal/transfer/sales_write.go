package transfer

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// salesWriter writes orders, many in a transaction.
type salesWriter struct {
	*target
	db       *gorm.DB
	report   *SalesReport
	now      time.Time
	language string
	progress Progress
	// batch is written with the first line that is booked: an import that
	// books nothing leaves nothing.
	batch    models.ImportBatch
	begun    bool
	linkable bool
	done     int
}

// written is what one transaction writes.
type written struct {
	orders    []models.Order
	lines     []models.OrderLine
	charges   []models.Charge
	events    []models.OrderEvent
	facts     []models.SalesFact
	grown     []models.Order // were there, and have more lines now
	refused   []csvfile.Note
	refunds   int
	linked    int
	unrounded decimal.Decimal
	minor     int64
}

// write books what of the orders is not there yet.
func (w *salesWriter) write(orders []*fileOrder) error {
	var out *written
	err := database.InTx(w.db.Statement.Context, w.db, func(tx *gorm.DB) error {
		out = &written{}
		if err := w.lockTx(tx); err != nil {
			return err
		}
		known, err := w.known(tx, orders)
		if err != nil {
			return err
		}
		goods, err := w.goods(tx, orders)
		if err != nil {
			return err
		}
		for _, o := range orders {
			if err := w.book(o, known[o.number], goods, out); err != nil {
				return fmt.Errorf("order %s: %w", o.number, err)
			}
		}
		return w.writeTx(tx, out)
	})
	if err != nil {
		return err
	}
	for _, o := range orders {
		w.done += len(o.lines)
	}
	r := w.report
	r.Refused.Add(out.refused...)
	r.Foreign += len(out.refused)
	r.BookedOrders += len(out.orders)
	r.BookedLines += len(out.lines)
	r.BookedRefunds += out.refunds
	r.Linked += out.linked
	r.Booked.Minor += out.minor
	if len(out.lines) > 0 {
		w.begun, r.Batch = true, &w.batch.ID
	}
	w.progress("booking", w.done, r.Lines)
	return nil
}

func (w *salesWriter) writeTx(tx *gorm.DB, out *written) error {
	if len(out.lines) == 0 {
		return nil
	}
	if !w.begun {
		if err := tx.Create(&w.batch).Error; err != nil {
			return fmt.Errorf("begin the batch: %w", err)
		}
	}
	// The control total grows with the lines: it holds after a killed import, too.
	err := tx.Exec(`
update import_batches
set lines_booked = lines_booked + ?, unrounded_sum = unrounded_sum + ?, booked_minor = booked_minor + ?
where brand_id = ? and id = ?`, len(out.lines), out.unrounded, out.minor, w.brand.ID, w.batch.ID).Error
	if err != nil {
		return fmt.Errorf("count into the batch: %w", err)
	}
	for _, o := range out.grown {
		err := tx.Exec(`
update orders
set goods_minor = goods_minor + ?, shipping_minor = shipping_minor + ?, total_minor = total_minor + ?,
  kind = case when kind = 'CREDIT_NOTE' then ? else kind end, version = version + 1
where brand_id = ? and id = ?`, o.GoodsMinor, o.ShippingMinor, o.TotalMinor, o.Kind, o.BrandID, o.ID).Error
		if err != nil {
			return fmt.Errorf("add lines to order %s: %w", o.Number, err)
		}
	}
	for _, step := range []func() error{
		func() error { return database.Copy(tx, out.orders) },
		func() error { return database.Copy(tx, out.lines) },
		func() error { return database.Copy(tx, out.charges) },
		func() error { return database.Copy(tx, out.events) },
		func() error { return database.Copy(tx, out.facts) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return outbox.AddTx(tx, w.brand.ID, "sales.imported", "ImportBatch", w.batch.ID, imported(w.storefront.ID, out), w.now)
}

// change is what the outbox tells of imported sales: which orders, so that
// readers find their facts.
type change struct {
	StorefrontID uuid.UUID   `json:"storefrontId"`
	OrderIDs     []uuid.UUID `json:"orderIds"`
	Lines        int         `json:"lines"`
	Currency     string      `json:"currency"`
	GoodsMinor   int64       `json:"goodsMinor"`
}

func imported(storefront uuid.UUID, out *written) change {
	c := change{StorefrontID: storefront, Lines: len(out.lines), Currency: out.lines[0].Currency, GoodsMinor: out.minor}
	for _, o := range append(out.orders, out.grown...) {
		c.OrderIDs = append(c.OrderIDs, o.ID)
	}
	return c
}

// finish closes the batch.
func (w *salesWriter) finish(now time.Time) error {
	if !w.begun {
		return nil
	}
	err := w.db.Model(&models.ImportBatch{}).Where("brand_id = ? and id = ?", w.brand.ID, w.batch.ID).
		Updates(map[string]any{
			"rows_read": w.report.Lines + w.report.Refused.Count - w.report.Foreign, "rows_refused": w.report.Refused.Count, "finished_at": now,
		}).Error
	if err != nil {
		return fmt.Errorf("close the batch: %w", err)
	}
	return nil
}

// knownOrder is an order of the storefront that has the number of one in the file.
type knownOrder struct {
	models.Order
	keys    map[string]bool
	ordinal int32
	// sold says that a line of it is a sale.
	sold bool
}

// known reads the orders that are there, with the keys of their lines.
func (w *salesWriter) known(tx *gorm.DB, orders []*fileOrder) (map[string]*knownOrder, error) {
	numbers := make([]string, len(orders))
	for i, o := range orders {
		numbers[i] = o.number
	}
	var rows []models.Order
	err := tx.Where("brand_id = ? and storefront_id = ? and number = any(?)", w.brand.ID, w.storefront.ID, models.StringList(numbers)).
		Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	known, byID := map[string]*knownOrder{}, map[uuid.UUID]*knownOrder{}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		k := &knownOrder{Order: row, keys: map[string]bool{}}
		known[row.Number], byID[row.ID], ids[i] = k, k, row.ID
	}
	var lines []models.OrderLine
	err = tx.Select("order_id", "ordinal", "import_key", "quantity", "goods_minor").Where("brand_id = ? and order_id in ?", w.brand.ID, ids).Find(&lines).Error
	for _, l := range lines {
		k := byID[l.OrderID]
		k.ordinal = max(k.ordinal, l.Ordinal)
		k.sold = k.sold || l.Quantity >= 0 && l.GoodsMinor >= 0
		if l.ImportKey != nil {
			k.keys[*l.ImportKey] = true
		}
	}
	return known, err
}

// importKey names a line within its order: what it is, and which of several
// identical ones.
func importKey(l *salescsv.Line, seen map[string]int) string {
	key := l.Key()
	seen[key]++
	return key + "-" + strconv.Itoa(seen[key])
}
