package tariff

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Service reckons scenarios with the caller's rights.
type Service struct {
	db    *gorm.DB
	doors *doorprice.Service
	rules *customs.Service
	now   func() time.Time
	// busy lets two reckon at a time.
	busy chan struct{}

	mutex sync.Mutex
	kept  []kept
}

// kept is a report whose next pages may be asked for.
type kept struct {
	key    [sha256.Size]byte
	report *Report
	at     time.Time
}

const (
	keepFor  = 5 * time.Minute
	keepRows = 200_000
)

// NewService takes the database, quotes, rules and the clock.
func NewService(db *gorm.DB, doors *doorprice.Service, rules *customs.Service, now func() time.Time) *Service {
	return &Service{db: db, doors: doors, rules: rules, now: now, busy: make(chan struct{}, 2)}
}

// Report gives a page. The first one is always reckoned anew; those after it
// are of the same figures for some minutes.
func (s *Service) Report(ctx context.Context, q Query) (*Report, error) {
	if err := s.prepare(ctx, &q); err != nil {
		return nil, err
	}
	key := s.key(ctx, &q)
	var full *Report
	if q.After != nil {
		full = s.known(key)
	}
	if full == nil {
		var err error
		if full, err = s.reckon(ctx, &q); err != nil {
			return nil, err
		}
		s.keep(key, full)
	}
	page := *full
	return &page, page.cut(&q)
}

// prepare asks for the permission and checks the question.
func (s *Service) prepare(ctx context.Context, q *Query) error {
	if err := auth.Require(ctx, auth.ReportRead); err != nil {
		return err
	}
	day, err := s.rules.Day(s.db.WithContext(ctx), q.Country, s.now())
	if err != nil {
		return err
	}
	if err := q.validate(day.Known); err != nil {
		return err
	}
	if q.SortKey == "" {
		q.SortKey = ByDimensions
	}
	if len(q.GroupBy) > maxDimensions {
		return &problem.BadInput{Argument: "groupBy", Message: "must have at most 4 dimensions"}
	}
	for i, d := range q.GroupBy {
		if slices.Contains(q.GroupBy[:i], d) {
			return &problem.BadInput{Argument: "groupBy", Message: "must not name a dimension twice"}
		}
	}
	if q.First != nil && (*q.First < 0 || *q.First > maxPage) {
		return &problem.BadInput{Argument: "first", Message: "must be 0 to 1,000"}
	}
	return nil
}

// key stands for a question and who may read what.
func (s *Service) key(ctx context.Context, q *Query) [sha256.Size]byte {
	asked := *q
	asked.First, asked.After = nil, nil
	scope, args := auth.Where(auth.From(ctx), "sales_facts", "b", time.Time{})
	zone := ""
	if q.Orders != nil {
		zone = q.Orders.Zone.String()
	}
	text, _ := json.Marshal([]any{asked, zone, scope, args, market.From(ctx)})
	return sha256.Sum256(text)
}

func (s *Service) known(key [sha256.Size]byte) *Report {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, k := range s.kept {
		if k.key == key && s.now().Sub(k.at).Abs() < keepFor {
			return k.report
		}
	}
	return nil
}

// keep forgets the oldest where there are too many rows.
func (s *Service) keep(key [sha256.Size]byte, r *Report) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.kept = slices.DeleteFunc(s.kept, func(k kept) bool { return k.key == key || s.now().Sub(k.at).Abs() >= keepFor })
	s.kept = append(s.kept, kept{key, r, s.now()})
	rows := 0
	for i, k := range slices.Backward(s.kept) {
		if rows += len(k.report.all) + 1; rows > keepRows {
			s.kept = slices.Clone(s.kept[i+1:])
			return
		}
	}
}

// reckon reads and quotes everything, in one snapshot.
func (s *Service) reckon(ctx context.Context, q *Query) (*Report, error) {
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	actor := auth.From(ctx)
	ctx = database.AcrossBrands(ctx, database.OperatorReports)
	var r *Report
	err := database.Snapshot(ctx, s.db, func(tx *gorm.DB) error {
		w, err := s.begin(tx, actor, q)
		if err != nil {
			return err
		}
		if q.Orders != nil {
			err = w.orders()
		} else {
			err = w.catalogue()
		}
		if err != nil {
			return err
		}
		chapters, err := w.chapters()
		if err != nil {
			return err
		}
		r = w.report(chapters)
		return nil
	})
	if errors.Is(err, money.ErrOverflow) {
		return nil, &problem.BadInput{Argument: "input", Message: "the total is too large"}
	}
	return r, err
}
