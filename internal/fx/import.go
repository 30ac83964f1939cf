package fx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// ECB names the publisher of the reference rates that Import reads.
const ECB = "European Central Bank, euro foreign exchange reference rates"

// ErrWrong is a file of which nothing was imported, since some of it is wrong.
var ErrWrong = errors.New("nothing was imported: the file is wrong")

// Import is a file of rates to bring in.
type Import struct {
	File io.Reader
	// Source is who publishes them, ECB where empty.
	Source   string
	Progress func(step string, done, total int)
}

// Report tells what an import found and did.
type Report struct {
	Days, Currencies int
	First, Last      models.Date
	// Figures are those in the file, Missing the cells that say there is none.
	Figures, Missing int
	// New were not there, Changed were there with another figure or source;
	// the others are left as they are.
	New, Changed int
	// Unknown are columns of currencies that no amount here can have.
	Unknown []string
	Wrong   csvfile.Notes
}

// importLock lets one at a time import rates.
const importLock = 0x7261746573

// Import brings in a whole file, or nothing of it: then the report notes what
// is wrong with its lines, and the error is ErrWrong. A figure that is there
// already with another value is replaced; again changes nothing.
func (s *Service) Import(ctx context.Context, in Import) (*Report, error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	if in.Source == "" {
		in.Source = ECB
	}
	if in.Progress == nil {
		in.Progress = func(string, int, int) {}
	}
	f, err := read(in.File, in.Source, s.Today().AddDays(1), func(rows int) { in.Progress("reading", rows, 0) })
	if err != nil {
		return &Report{}, err
	}
	report := f.report()
	if report.Wrong.Count > 0 {
		return report, ErrWrong
	}
	if len(f.rows) == 0 {
		return report, errors.New("the file has no rate")
	}
	return report, database.InTx(ctx, s.db, func(tx *gorm.DB) error { return write(tx, f.rows, report, in.Progress) })
}

func (f *file) report() *Report {
	r := &Report{Days: len(f.days), Currencies: len(f.columns), Figures: len(f.rows), Missing: f.missing, Unknown: f.unknownCurrencies(), Wrong: f.wrong}
	for d := range f.days {
		if r.First == (models.Date{}) || r.First.After(d) {
			r.First = d
		}
		if r.Last == (models.Date{}) || d.After(r.Last) {
			r.Last = d
		}
	}
	return r
}

type place struct {
	currency string
	day      models.Date
}

func placeOf(r *models.ExchangeRate) place { return place{r.Currency, models.DateOf(r.Day)} }

func write(tx *gorm.DB, rows []models.ExchangeRate, report *Report, progress func(string, int, int)) error {
	report.New, report.Changed = 0, 0
	if err := tx.Exec("select pg_advisory_xact_lock(?)", importLock).Error; err != nil {
		return err
	}
	there, err := figures(tx, nil, report.First, report.Last.AddDays(1))
	if err != nil {
		return err
	}
	known := make(map[place]*models.ExchangeRate, len(there))
	for i := range there {
		known[placeOf(&there[i])] = &there[i]
	}
	var fresh []models.ExchangeRate
	var currencies, days models.StringList
	for i := range rows {
		old := known[placeOf(&rows[i])]
		switch {
		case old == nil:
			report.New++
		case old.Rate.Equal(rows[i].Rate) && old.Source == rows[i].Source:
			continue
		default:
			report.Changed++
			currencies, days = append(currencies, old.Currency), append(days, models.DateOf(old.Day).String())
		}
		fresh = append(fresh, rows[i])
	}
	if len(days) > 0 {
		err := tx.Exec(`
delete from exchange_rates
using unnest(cast(? as text[]), cast(? as date[])) as old (currency, day)
where exchange_rates.currency = old.currency and exchange_rates.day = old.day`, currencies, days).Error
		if err != nil {
			return fmt.Errorf("replace rates: %w", err)
		}
	}
	done := 0
	for part := range slices.Chunk(fresh, 20_000) {
		if err := database.Copy(tx, part); err != nil {
			return err
		}
		done += len(part)
		progress("writing", done, len(fresh))
	}
	return nil
}
