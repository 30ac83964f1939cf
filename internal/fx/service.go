package fx

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// stale is how long after an import the rates of before may still be told.
	stale = 5 * time.Second
	// maxSheets bounds the days that are kept.
	maxSheets = 64
	// maxPeriod bounds an average.
	maxPeriod = 3 * 366
)

// Service reads and imports rates. Everybody may read them.
type Service struct {
	db  *gorm.DB
	now func() time.Time

	mutex  sync.Mutex
	sheets map[models.Date]kept
}

type kept struct {
	sheet *Sheet
	until time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now, sheets: map[models.Date]kept{}}
}

// Today is the day of UTC.
func (s *Service) Today() models.Date { return models.DateOf(s.now().UTC()) }

// Rate is what one unit of base is in quote on a day: that of the day, or of
// the latest of the seven before it that has one.
func (s *Service) Rate(ctx context.Context, base, quote money.Currency, on models.Date) (*Rate, error) {
	sheet, err := s.Sheet(ctx, on)
	if err != nil {
		return nil, err
	}
	return sheet.Rate(base, quote)
}

// Sheet gives all rates of a day. It is kept for a few seconds, and costs no
// statement then.
func (s *Service) Sheet(ctx context.Context, on models.Date) (*Sheet, error) {
	return s.SheetBy(s.db.WithContext(ctx), on)
}

// SheetBy is Sheet where a transaction has begun, which reads what is not kept.
func (s *Service) SheetBy(db *gorm.DB, on models.Date) (*Sheet, error) {
	now := s.now()
	s.mutex.Lock()
	k, ok := s.sheets[on]
	s.mutex.Unlock()
	if ok && now.Before(k.until) {
		return k.sheet, nil
	}
	sheet, err := SheetTx(db, on)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	if len(s.sheets) >= maxSheets {
		clear(s.sheets)
	}
	s.sheets[on] = kept{sheet, now.Add(stale)}
	s.mutex.Unlock()
	return sheet, nil
}

// SheetTx gives all rates of a day as a transaction sees them.
func SheetTx(tx *gorm.DB, on models.Date) (*Sheet, error) {
	rows, err := figures(tx, nil, on.AddDays(-Back), on.AddDays(1))
	if err != nil {
		return nil, err
	}
	return newSheet(on, rows), nil
}

// Average is the mean of the rates of all days from one on and before another
// that have one. A period has at most three years.
func (s *Service) Average(ctx context.Context, base, quote money.Currency, from, before models.Date) (*Rate, error) {
	switch begin, end := from.Time(), before.Time(); {
	case !end.After(begin):
		return nil, &problem.BadInput{Argument: "averageFrom", Message: "must lie before the end of the period"}
	case end.Sub(begin) > maxPeriod*24*time.Hour:
		return nil, &problem.BadInput{Argument: "averageFrom", Message: "a period has at most three years"}
	}
	if base == quote {
		return Given(base, quote, one, before, "the same currency")
	}
	rows, err := figures(s.db.WithContext(ctx), []money.Currency{base, quote}, from, before)
	if err != nil {
		return nil, err
	}
	r, err := average(base, quote, daysOf(rows))
	if err != nil {
		return nil, err
	}
	r.On = before
	return r, nil
}

// figures of the days from one on and before another, newest first; of all
// currencies where none are named.
func figures(db *gorm.DB, of []money.Currency, from, before models.Date) ([]models.ExchangeRate, error) {
	query := database.Text("select currency, day, rate::text, source from exchange_rates where day >= ? and day < ?", from, before)
	if of != nil {
		names := make([]string, len(of))
		for i, c := range of {
			names[i] = string(c)
		}
		query.Add(" and currency in ?", names)
	}
	query.Add(" order by day desc")
	batch := database.NewBatch(db)
	read := database.Read[struct {
		Currency     string
		Day          time.Time
		Rate, Source string // a text is read many times as fast, and they may be thousands
	}](batch, query)
	if err := batch.Send(); err != nil {
		return nil, fmt.Errorf("read exchange rates: %w", err)
	}
	rows := make([]models.ExchangeRate, len(*read))
	for i, r := range *read {
		rate, err := decimal.NewFromString(r.Rate)
		if err != nil {
			return nil, fmt.Errorf("read the rate of %s on %s: %w", r.Currency, r.Day.Format(time.DateOnly), err)
		}
		rows[i] = models.ExchangeRate{Currency: r.Currency, Day: r.Day, Rate: rate, Source: r.Source}
	}
	return rows, nil
}
