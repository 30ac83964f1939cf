package transfer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// SalesImport asks to bring a sales history in.
type SalesImport struct {
	Target
	File   Source
	Joins  []salescsv.Join
	Layout salescsv.Layout
	DryRun bool
	// Progress may be nil.
	Progress Progress
}

// SalesReport tells what became of a sales file.
type SalesReport struct {
	Made []string
	// Of the file: orders and lines that could be read, rows refused, and the
	// sum of quantity times price before and after rounding each line.
	Orders    int
	Lines     int
	Refused   csvfile.Notes
	Unrounded decimal.Decimal
	Rounded   money.Money
	Shipping  money.Money
	// What this run has booked; the other lines were there already.
	BookedOrders  int
	BookedLines   int
	BookedRefunds int
	Booked        money.Money
	// Foreign lines belong to orders that were placed here: they are refused.
	Foreign int
	// Linked lines are of variants in the catalogue.
	Linked int
	// Notes are about rows of joined files; Unjoined counts the rows without
	// one in each of them.
	Notes    csvfile.Notes
	Unjoined map[string]int
	// Countries counts lines by names that mean no country.
	Countries map[string]int
	Batch     *uuid.UUID
}

// There counts the lines that were there already.
func (r *SalesReport) There() int { return r.Lines - r.BookedLines - r.Foreign }

// maxOpenLines bounds the lines of orders whose end has not come, where the
// lines of an order lie scattered over a file.
const maxOpenLines = 1_000_000

// ErrScattered ends an import that would have to keep too much in memory.
var ErrScattered = fmt.Errorf("more than %d lines belong to orders that go on later; sort the file by order", maxOpenLines)

// Sales brings in orders with their lines, charges and facts. They move no
// stock and no money. An order is written in whole or not at all; a line that
// is there already, by storefront, order and ordinal among identical lines, is
// left as it is. The report is there with an error, too, as far as it came.
func (s *Service) Sales(ctx context.Context, in SalesImport) (*SalesReport, error) {
	report := &SalesReport{Countries: map[string]int{}}
	// History is what all reports are made of: the platform's operators bring it in.
	if err := auth.Require(ctx, auth.BrandReview); err != nil {
		return report, err
	}
	if in.Progress == nil {
		in.Progress = func(string, int, int) {}
	}
	in.Layout.Currency, in.Layout.Latest = in.Currency, s.now().AddDate(0, 0, 2)
	file, err := salescsv.Open(in.File, in.Joins, in.Layout)
	if err != nil {
		return report, err
	}
	report.Notes = file.Notes
	ends, err := s.survey(file, in, report)
	if err != nil {
		return report, err
	}
	if report.Lines == 0 {
		return report, ErrNothing
	}
	sum, err := fingerprint(in.File)
	if err != nil {
		return report, err
	}
	read := *report
	err = s.run(ctx, in.DryRun, func(db *gorm.DB) error {
		*report = read // a transaction may run again
		db = db.WithContext(ctx)
		found, err := s.reach(db, in.Target)
		if err != nil {
			return err
		}
		report.Made = found.made
		w := &salesWriter{db: db, target: found, report: report, now: s.now(), language: in.Language, progress: in.Progress, batch: models.ImportBatch{
			BrandID: found.brand.ID, ID: newID(), Kind: models.ImportSales, FileName: baseName(in.File), FileSHA256: sum,
			StorefrontID: &found.storefront.ID, Currency: &found.storefront.Currency, StartedAt: s.now(),
		}}
		if w.linkable, err = hasSKUs(db, found.brand.ID); err != nil {
			return err
		}
		if err := w.all(file, ends); err != nil {
			return err
		}
		return w.finish(s.now())
	})
	return report, err
}

// ends says at which line of the file each order is complete, by the hash of
// its number: orders of one hash end together, which does no harm.
type ends struct {
	seed maphash.Seed
	last map[uint64]int
}

func (e *ends) hash(order string) uint64 { return maphash.String(e.seed, order) }

// survey reads the file once: what it holds, and where its orders end.
func (s *Service) survey(file *salescsv.File, in SalesImport, report *SalesReport) (*ends, error) {
	e := &ends{seed: maphash.MakeSeed(), last: map[uint64]int{}}
	report.Rounded, report.Shipping = money.New(0, in.Currency), money.New(0, in.Currency)
	report.Booked = report.Rounded
	err := file.Each(func(l *salescsv.Line) error {
		var err error
		if report.Rounded, err = report.Rounded.Add(l.Goods); err != nil {
			return fmt.Errorf("line %d: the sum of all lines is too large", l.Row)
		}
		if report.Shipping, err = report.Shipping.Add(l.Shipping); err != nil {
			return fmt.Errorf("line %d: the sum of all shipping is too large", l.Row)
		}
		report.Lines++
		report.Unrounded = report.Unrounded.Add(l.Total)
		if l.Unknown != "" && (len(report.Countries) < 1000 || report.Countries[l.Unknown] > 0) {
			report.Countries[l.Unknown]++
		}
		e.last[e.hash(l.Order)] = l.Row
		if report.Lines%10_000 == 0 {
			in.Progress("reading", report.Lines, 0)
		}
		return nil
	}, func(n csvfile.Note) { report.Refused.Add(n) })
	report.Orders, report.Unjoined = len(e.last), file.Unjoined()
	in.Progress("reading", report.Lines, report.Lines)
	return e, err
}

// fileOrder is an order as the file has it.
type fileOrder struct {
	number string
	lines  []*salescsv.Line
}

// inLine is how many lines are written in one transaction, or a few more.
const inLine = 2000

// all reads the file again and writes its orders as they are complete.
func (w *salesWriter) all(file *salescsv.File, e *ends) error {
	open := map[uint64][]*fileOrder{}
	var ready []*fileOrder
	waiting, lines := 0, 0
	err := file.Each(func(l *salescsv.Line) error {
		hash := e.hash(l.Order)
		o := find(open[hash], l.Order)
		if o == nil {
			o = &fileOrder{number: l.Order}
			open[hash] = append(open[hash], o)
		}
		o.lines = append(o.lines, l)
		if waiting++; waiting > maxOpenLines {
			return ErrScattered
		}
		if l.Row < e.last[hash] {
			return nil
		}
		for _, o := range open[hash] {
			waiting, lines = waiting-len(o.lines), lines+len(o.lines)
			ready = append(ready, o)
		}
		delete(open, hash)
		if lines < inLine {
			return nil
		}
		err := w.write(ready)
		ready, lines = ready[:0], 0
		return err
	}, func(csvfile.Note) {})
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return errors.New("the file has changed while it was read; import it again")
	}
	return w.write(ready)
}

func find(orders []*fileOrder, number string) *fileOrder {
	for _, o := range orders {
		if o.number == number {
			return o
		}
	}
	return nil
}
