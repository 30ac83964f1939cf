package transfer

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// salesWriter writes orders, many in a transaction.
type salesWriter struct {
	s      *Service
	db     *gorm.DB
	in     *SalesImport
	report *SalesReport
	now    time.Time
	// sum is the file's fingerprint.
	sum   []byte
	shops map[slugs]*shop
	byID  map[uuid.UUID]*shop
	// aliases are slugs that orders go by in the file, and those of today.
	aliases    map[slugs]slugs
	categories map[string]bool
	// What lanes tell, one at a time.
	telling sync.Mutex
	done    int
}

// booking is an order on its way to its storefront.
type booking struct {
	*fileOrder
	*shop
	known *knownOrder
}

// written is what one transaction writes.
type written struct {
	orders  []models.Order
	lines   []models.OrderLine
	charges []models.Charge
	events  []models.OrderEvent
	facts   []models.SalesFact
	grown   []models.Order // were there, and have more lines now
	refused []csvfile.Note
	refunds int
	linked  int
	parts   map[*shop]*part
	inOrder []*shop
	newID   func() uuid.UUID
}

// part of it goes to one storefront.
type part struct {
	orders    []uuid.UUID
	lines     int
	unrounded decimal.Decimal
	minor     int64
}

func (out *written) of(s *shop) *part {
	if out.parts[s] == nil {
		out.parts[s] = &part{}
		out.inOrder = append(out.inOrder, s)
	}
	return out.parts[s]
}

// refuse says that the lines of an order are not imported.
func (out *written) refuse(o *fileOrder, fault csvfile.Fault) {
	for _, l := range o.lines {
		out.refused = append(out.refused, salescsv.Refusal(l.Row, fault))
	}
}

// prepare finds where orders go, and tells of those that go nowhere.
func (w *salesWriter) prepare(orders []*fileOrder) ([]*booking, error) {
	nowhere := &written{}
	todo := make([]*booking, 0, len(orders))
	for _, o := range orders {
		to, err := w.shop(o.at, o.lines[0].Goods.Currency)
		if err != nil {
			return nil, fmt.Errorf("order %s: %w", o.number, err)
		}
		if to.refused != nil {
			nowhere.refuse(o, *to.refused)
			continue
		}
		to.read += len(o.lines)
		todo = append(todo, &booking{fileOrder: o, shop: to})
	}
	w.tell(nowhere, len(nowhere.refused))
	return todo, nil
}

// write books what of the orders is not there yet. Those of a brand come
// together: their rows lie side by side in the indexes.
func (w *salesWriter) write(todo []*booking) error {
	slices.SortStableFunc(todo, func(a, b *booking) int {
		return cmp.Or(bytes.Compare(a.brand.ID[:], b.brand.ID[:]), bytes.Compare(a.storefront.ID[:], b.storefront.ID[:]))
	})
	var out *written
	err := database.InTx(w.db.Statement.Context, w.db, func(tx *gorm.DB) error {
		out = &written{parts: map[*shop]*part{}, newID: newIDs()}
		if err := w.spareLookups(tx); err != nil {
			return err
		}
		if err := lockTx(tx, shopsOf(todo)...); err != nil {
			return err
		}
		if err := known(tx, todo); err != nil {
			return err
		}
		goods, err := soldGoods(tx, todo)
		if err != nil {
			return err
		}
		for _, o := range todo {
			if err := w.book(o, goods, out); err != nil {
				return fmt.Errorf("order %s: %w", o.number, err)
			}
		}
		return w.writeTx(tx, out)
	})
	if err != nil {
		return err
	}
	lines := 0
	for _, o := range todo {
		lines += len(o.lines)
	}
	w.tell(out, lines)
	return nil
}

// spareLookups has references to orders, lines and batches not looked up: the
// transaction writes these itself, or changes them. It locks storefronts, and
// with them their brands, and the goods that are sold. A dry run makes brands
// and storefronts in the same transaction, and has everything looked up.
func (w *salesWriter) spareLookups(tx *gorm.DB) error {
	if w.in.DryRun {
		return nil
	}
	return database.SpareLookups(tx)
}

func (w *salesWriter) progress(step string, done, total int) {
	if w.in.Progress != nil {
		w.in.Progress(step, done, total)
	}
}

// tell adds what became of so many lines to the report.
func (w *salesWriter) tell(out *written, lines int) {
	w.telling.Lock()
	defer w.telling.Unlock()
	r := w.report
	r.Refused.Add(out.refused...)
	for _, note := range out.refused {
		w.in.Refused(note)
	}
	r.Foreign += len(out.refused)
	r.BookedOrders += len(out.orders)
	r.BookedLines += len(out.lines)
	r.BookedRefunds += out.refunds
	r.Linked += out.linked
	for _, s := range out.inOrder {
		sum := r.sum(money.Currency(s.storefront.Currency))
		sum.Booked.Minor += out.parts[s].minor
		if s.begun = true; r.Batch == nil {
			r.Batch = &s.batch.ID
		}
	}
	if w.done += lines; lines > 0 {
		w.progress("booking", w.done, r.Lines)
	}
}

func (w *salesWriter) writeTx(tx *gorm.DB, out *written) error {
	if len(out.lines) == 0 {
		return nil
	}
	if err := countTx(tx, out); err != nil {
		return err
	}
	for _, o := range out.grown {
		changed := tx.Exec(`
update orders
set goods_minor = goods_minor + ?, shipping_minor = shipping_minor + ?, total_minor = total_minor + ?,
  kind = case when kind = 'CREDIT_NOTE' then ? else kind end, version = version + 1
where brand_id = ? and id = ?`, o.GoodsMinor, o.ShippingMinor, o.TotalMinor, o.Kind, o.BrandID, o.ID)
		if err := whole(changed, 1); err != nil {
			return fmt.Errorf("add lines to order %s: %w", o.Number, err)
		}
	}
	told := make([]models.OutboxEvent, 0, len(out.inOrder))
	for _, s := range out.inOrder {
		event, err := outbox.New(s.brand.ID, "sales.imported", "ImportBatch", s.batch.ID, out.parts[s].change(s), w.now)
		if err != nil {
			return err
		}
		told = append(told, event)
	}
	for _, step := range []func() error{
		func() error { return database.Copy(tx, out.orders) },
		func() error { return database.Copy(tx, out.lines) },
		func() error { return database.Copy(tx, out.charges) },
		func() error { return database.Copy(tx, out.events) },
		func() error { return database.Copy(tx, out.facts) },
		func() error { return database.Copy(tx, told) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// countTx begins batches and adds to their control totals. These grow with the
// lines: they hold after a killed import, too.
func countTx(tx *gorm.DB, out *written) error {
	var begin []models.ImportBatch
	brands, ids := make([][16]byte, 0, len(out.inOrder)), make([][16]byte, 0, len(out.inOrder))
	var lines, booked []int64
	var unrounded models.StringList
	for _, s := range out.inOrder {
		p := out.parts[s]
		if !s.begun {
			begin = append(begin, s.batch)
		}
		brands, ids = append(brands, s.batch.BrandID), append(ids, s.batch.ID)
		lines, booked = append(lines, int64(p.lines)), append(booked, p.minor)
		unrounded = append(unrounded, p.unrounded.String())
	}
	if err := database.Copy(tx, begin); err != nil {
		return fmt.Errorf("begin the batches: %w", err)
	}
	counted := tx.Exec(`
update import_batches b
set lines_booked = lines_booked + w.lines, unrounded_sum = unrounded_sum + w.unrounded, booked_minor = booked_minor + w.minor
from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::numeric[], ?::bigint[]) as w (brand_id, id, lines, unrounded, minor)
where b.brand_id = w.brand_id and b.id = w.id`,
		database.Array(brands), database.Array(ids), database.Array(lines), unrounded, database.Array(booked))
	if err := whole(counted, len(out.inOrder)); err != nil {
		return fmt.Errorf("count into the batches: %w", err)
	}
	return nil
}

// whole fails unless a statement has changed as many rows as it names.
func whole(done *gorm.DB, rows int) error {
	if done.Error == nil && done.RowsAffected != int64(rows) {
		return fmt.Errorf("%d of %d rows are there", done.RowsAffected, rows)
	}
	return done.Error
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

func (p *part) change(to *shop) change {
	return change{StorefrontID: to.storefront.ID, OrderIDs: p.orders, Lines: p.lines, Currency: to.storefront.Currency, GoodsMinor: p.minor}
}

// importKey names a line within its order: what it is, and which of several
// identical ones.
func importKey(l *salescsv.Line, seen map[string]int) string {
	key := l.Key()
	seen[key]++
	return key + "-" + strconv.Itoa(seen[key])
}
