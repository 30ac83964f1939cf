package transfer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

// SalesImport asks to bring a sales history in. Where columns are named for
// brand, storefront or currency, the target's are those of rows that name none.
type SalesImport struct {
	Target
	File   Source
	Joins  []salescsv.Join
	Layout salescsv.Layout
	DryRun bool
	// Refused is told of each row that is refused, as it is found. It may be nil.
	Refused func(csvfile.Note)
	// Progress may be nil.
	Progress Progress
}

// Many tells whether rows say where they go.
func (in *SalesImport) Many() bool {
	return in.Layout.Columns[salescsv.Brand] != "" || in.Layout.Columns[salescsv.Storefront] != ""
}

// Sum is what lines of a currency come to: quantity times price before and
// after rounding each line, their carriage, and what of it this run has booked.
type Sum struct {
	Unrounded                 decimal.Decimal
	Rounded, Shipping, Booked money.Money
}

// SalesReport tells what became of a sales file.
type SalesReport struct {
	Made []string
	// Of the file: orders and lines that could be read, rows refused, and what
	// the lines come to by currency, in the order of their codes.
	Orders  int
	Lines   int
	Refused csvfile.Notes
	Sums    []*Sum
	// What this run has booked; the other lines were there already.
	BookedOrders  int
	BookedLines   int
	BookedRefunds int
	// Foreign lines are refused though they could be read: they belong to orders
	// that were placed here, or go to what is not there.
	Foreign int
	// Linked lines are of variants in the catalogue.
	Linked int
	// Notes are about rows of joined files; Unjoined counts the rows without
	// one in each of them.
	Notes    csvfile.Notes
	Unjoined map[string]int
	// Countries counts lines by names that mean no country.
	Countries map[string]int
	// Batch is the id of the import at each brand.
	Batch *uuid.UUID
}

// sum is that of a currency.
func (r *SalesReport) sum(c money.Currency) *Sum {
	i, ok := slices.BinarySearchFunc(r.Sums, c, func(s *Sum, c money.Currency) int { return strings.Compare(string(s.Rounded.Currency), string(c)) })
	if !ok {
		zero := money.New(0, c)
		r.Sums = slices.Insert(r.Sums, i, &Sum{Rounded: zero, Shipping: zero, Booked: zero})
	}
	return r.Sums[i]
}

// clone is a report of its own.
func (r *SalesReport) clone() SalesReport {
	c := *r
	c.Sums = nil
	for _, s := range r.Sums {
		c.Sums = append(c.Sums, new(*s))
	}
	return c
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
	if in.Refused == nil {
		in.Refused = func(csvfile.Note) {}
	}
	in.Layout.Brand, in.Layout.Storefront, in.Layout.Currency = in.Brand, in.Storefront, in.Currency
	in.Layout.Latest = s.now().AddDate(0, 0, 2)
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
	read := report.clone()
	err = s.run(ctx, in.DryRun, func(db *gorm.DB) error {
		*report = read.clone() // a transaction may run again
		w := &salesWriter{
			s: s, db: db.WithContext(ctx), in: &in, report: report, now: s.now(), sum: sum,
			shops: map[slugs]*shop{}, byID: map[uuid.UUID]*shop{},
		}
		if err := w.begin(ends.places); err != nil {
			return err
		}
		if len(w.aliases) > 0 {
			if ends, err = recount(file, w.aliases); err != nil {
				return err
			}
			report.Orders = len(ends.last)
		}
		if err := w.all(file, ends); err != nil {
			return err
		}
		return w.finish()
	})
	return report, err
}

// survey reads the file once: what it holds, and where its orders end.
func (s *Service) survey(file *salescsv.File, in SalesImport, report *SalesReport) (*ends, error) {
	e := newEnds(nil)
	err := file.Each(func(l *salescsv.Line) error {
		var err error
		sum := report.sum(l.Goods.Currency)
		if sum.Rounded, err = sum.Rounded.Add(l.Goods); err != nil {
			return fmt.Errorf("line %d: the sum of all lines is too large", l.Row)
		}
		if sum.Shipping, err = sum.Shipping.Add(l.Shipping); err != nil {
			return fmt.Errorf("line %d: the sum of all shipping is too large", l.Row)
		}
		report.Lines++
		sum.Unrounded = sum.Unrounded.Add(l.Total)
		if l.Unknown != "" && (len(report.Countries) < 1000 || report.Countries[l.Unknown] > 0) {
			report.Countries[l.Unknown]++
		}
		e.end(l)
		if report.Lines%10_000 == 0 {
			in.Progress("reading", report.Lines, 0)
		}
		return nil
	}, func(n csvfile.Note) {
		report.Refused.Add(n)
		in.Refused(n)
	})
	report.Orders, report.Unjoined = len(e.last), file.Unjoined()
	in.Progress("reading", report.Lines, report.Lines)
	return e, err
}

// fileOrder is an order as the file has it.
type fileOrder struct {
	at     slugs
	number string
	lines  []*salescsv.Line
}

// Lines that are written in one transaction, or a few more: more of them where
// they go to many storefronts, of which each takes a look.
const (
	inLine     = 2000
	inLineMany = 5000
)

// all reads the file again and writes its orders as they are complete.
func (w *salesWriter) all(file *salescsv.File, e *ends) error {
	n, most := 1, inLine
	if w.in.Many() {
		most = inLineMany
		if !w.in.DryRun {
			n = 2
		}
	}
	l := newLanes(w, n, most)
	return l.close(w.read(file, e, l))
}
