package report

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// A sheet is what brands sold in a month of a zone, by their numbers.
type sheet struct {
	// version is what it was read from, and of which transactions.
	version string
	cells   []cell
	all     []total
}

// cell is what a brand sold in a month, in one currency.
type cell struct {
	brand, currency int32
	sums            cellSums
}

// cellSums are those of cellColumns.
type cellSums [10]int64

var cellColumns = slices.Concat([]string{"orders", "units_sold", "units_returned"}, amounts)

// Places of sums in cells.
const (
	ordersOf, unitsOf           = 0, 1
	firstAmount                 = 3
	grossOf, discountOf, backOf = firstAmount, firstAmount + 1, firstAmount + 2
)

// maxCells are remembered, some 90 bytes each: three years of 18,000 brands in
// three zones. Of more, reports are read each time.
const maxCells = 2_000_000

// sheets remembers months, those that were asked for last.
type sheets struct {
	brands     numbers[uuid.UUID]
	currencies numbers[string]

	// most cells are remembered.
	most int
	// reading is held by who reads.
	reading chan struct{}

	mu    sync.Mutex
	known *simplelru.LRU[sheetKey, *sheet]
	cells int
}

// sheetKey is a month of a zone.
type sheetKey struct{ zone, month string }

func newSheets() *sheets {
	s := &sheets{most: maxCells, reading: make(chan struct{}, 1)}
	s.known, _ = simplelru.NewLRU(maxCells, func(_ sheetKey, gone *sheet) { s.cells -= len(gone.cells) }) // fails for sizes below 1
	return s
}

func (s *sheets) get(key sheetKey, version string) *sheet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.known.Get(key); ok && known.version == version {
		return known
	}
	return nil
}

func (s *sheets) add(key sheetKey, of *sheet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known.Remove(key)
	s.known.Add(key, of)
	for s.cells += len(of.cells); s.cells > s.most; {
		s.known.RemoveOldest()
	}
}

// cellRow is a cell as the database has it.
type cellRow struct {
	Month    time.Time
	BrandID  uuid.UUID
	Currency string

	Orders, UnitsSold, UnitsReturned, GrossMinor, DiscountMinor, RefundMinor, ShippingMinor, DutyMinor, TaxMinor, CommissionMinor int64
}

// read gives the cells of a statement by their months, and in the order of brands.
func (s *sheets) read(tx *gorm.DB, statement clause) (map[string][]cell, error) {
	batch := database.NewBatch(tx)
	rows := database.Read[cellRow](batch, database.SQL{Text: statement.sql, Args: statement.args})
	if err := batch.Send(); err != nil {
		return nil, fmt.Errorf("read what brands sold: %w", err)
	}
	months, sold := map[time.Time]string{}, map[string][]cell{}
	for _, r := range *rows {
		month, ok := months[r.Month]
		if !ok {
			month = r.Month.Format(time.DateOnly)
			months[r.Month] = month
		}
		sold[month] = append(sold[month], cell{s.brands.number(r.BrandID), s.currencies.number(r.Currency), cellSums{
			r.Orders, r.UnitsSold, r.UnitsReturned, r.GrossMinor, r.DiscountMinor, r.RefundMinor, r.ShippingMinor, r.DutyMinor, r.TaxMinor, r.CommissionMinor,
		}})
	}
	for _, cells := range sold {
		slices.SortFunc(cells, func(a, b cell) int { return int(a.brand) - int(b.brand) })
	}
	return sold, nil
}

// of are the sheets of months, nil where there are more cells than are
// remembered. What is not known is read.
func (s *sheets) of(tx *gorm.DB, c *cells, zone string) (all map[string]*sheet, err error) {
	sql, args := c.part.Months()
	var months []struct {
		Month, Version string
		All            int
	}
	err = tx.Raw("select m.month::text, m.version, (select reltuples::bigint from pg_class where oid = cast(? as text)::regclass) as all from ("+sql+") m",
		append([]any{c.part.Table()}, args...)...).Scan(&months).Error
	if err != nil {
		return nil, fmt.Errorf("find the months: %w", err)
	}
	if len(months) > 0 && months[0].All > s.most {
		return all, nil
	}
	all = make(map[string]*sheet, len(months))
	versions := make(map[string]string, len(months))
	for _, m := range months {
		versions[m.Month] = c.part.Table() + " " + m.Version
	}
	missing := s.missing(all, versions, zone)
	if len(missing) == 0 {
		return all, nil
	}
	// One reads at a time: others mostly wait for the same months.
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-tx.Statement.Context.Done():
		return nil, tx.Statement.Context.Err()
	}
	if missing = s.missing(all, versions, zone); len(missing) == 0 {
		return all, nil
	}
	read, err := s.read(tx, clause{
		fmt.Sprintf("select f.starts_on as month, f.brand_id, f.currency, f.%s from %s f where f.zone = ? and f.starts_on = any (cast(? as date[]))",
			strings.Join(cellColumns, ", f."), c.part.Table()),
		[]any{zone, missing},
	})
	if err != nil {
		return nil, err
	}
	for _, month := range missing {
		all[month] = &sheet{versions[month], read[month], totals(read[month])}
		s.add(sheetKey{zone, month}, all[month])
	}
	return all, nil
}

// missing are the months that are not known in their versions; the others are put into all.
func (s *sheets) missing(all map[string]*sheet, versions map[string]string, zone string) (missing models.StringList) {
	for month, version := range versions {
		if known := s.get(sheetKey{zone, month}, version); known != nil {
			all[month] = known
		} else {
			missing = append(missing, month)
		}
	}
	return missing
}

// numbers gives values numbers, from 0 on.
type numbers[K comparable] struct {
	mu  sync.Mutex
	of  map[K]int32
	all []K
}

func (n *numbers[K]) number(of K) int32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, ok := n.of[of]
	if !ok {
		if n.of == nil {
			n.of = map[K]int32{}
		}
		number = int32(len(n.all))
		n.of[of], n.all = number, append(n.all, of)
	}
	return number
}

// values are those that have numbers by now, in their order.
func (n *numbers[K]) values() []K {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all
}
