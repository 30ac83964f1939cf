package programme

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	nameMin, nameMax   = 2, 120
	descriptionMax     = 5000
	goalMax            = 1_000_000_000
	jobsPerBusinessMax = 1000
	countriesMax       = 100
	yearsMax           = 30
)

var earliest = models.Date{Year: 1990, Month: time.January, Day: 1}

// Terms are what people set of a programme; fields that are not given stay, or
// have their default in a new one.
type Terms struct {
	Name            *string
	Description     patch.Field[string]
	BusinessGoal    patch.Field[int64]
	JobGoal         patch.Field[int64]
	SalesGoal       patch.Field[decimal.Decimal]
	Currency        *money.Currency
	JobsPerBusiness *int32
	From, To        *models.Date
	TimeZone        *time.Location
	OriginCountries patch.Field[[]string]
	Sizes           patch.Field[[]models.BrandSize]
	RatesOn         patch.Field[models.Date]
}

// onto checks the terms and sets them.
func (t *Terms) onto(l *problem.List, p *models.Programme) {
	if t.Name != nil {
		p.Name = l.Line("input.name", *t.Name, nameMin, nameMax)
	}
	if t.Description.Given {
		p.Description = nil
		if text, ok := t.Description.Set(); ok {
			p.Description = models.Optional(l.Lines("input.description", text, 0, descriptionMax))
		}
	}
	t.goals(l, p)
	if t.JobsPerBusiness != nil {
		l.Number("input.jobsPerBusiness", int64(*t.JobsPerBusiness), 0, jobsPerBusinessMax)
		p.JobsPerBusiness = *t.JobsPerBusiness
	}
	t.days(l, p)
	t.population(l, p)
}

func (t *Terms) goals(l *problem.List, p *models.Programme) {
	goal := func(field string, given patch.Field[int64], to **int64) {
		if given.Given {
			*to = given.To
		}
		if n, ok := given.Set(); ok {
			l.Number(field, n, 1, goalMax)
		}
	}
	goal("input.businessGoal", t.BusinessGoal, &p.BusinessGoal)
	goal("input.jobGoal", t.JobGoal, &p.JobGoal)
	if t.Currency != nil && string(*t.Currency) != p.Currency {
		if p.SalesGoalMinor != nil && !t.SalesGoal.Given {
			l.Add("input.salesGoal", problem.Required, "the goal is in "+p.Currency+": give it anew in the new currency, or null for none")
		}
		p.Currency = string(*t.Currency)
	}
	if t.SalesGoal.Given {
		p.SalesGoalMinor = nil
	}
	if amount, ok := t.SalesGoal.Set(); ok {
		m, err := money.FromDecimal(amount, money.Currency(p.Currency))
		switch {
		case err != nil:
			l.Add("input.salesGoal", problem.Invalid, "must have no more decimals than the currency, and be at most 63 bits of minor units")
		case m.Minor <= 0:
			l.Add("input.salesGoal", problem.OutOfRange, "must be more than 0")
		default:
			p.SalesGoalMinor = &m.Minor
		}
	}
	if len(*l) == 0 && p.BusinessGoal == nil && p.JobGoal == nil && p.SalesGoalMinor == nil {
		l.Add("input.businessGoal", problem.Required, "a programme has at least one goal: of businesses, jobs or sales")
	}
}

func (t *Terms) days(l *problem.List, p *models.Programme) {
	if t.From != nil {
		p.StartsOn = t.From.Time()
	}
	if t.To != nil {
		p.EndsOn = t.To.Time()
	}
	if t.TimeZone != nil {
		p.TimeZone = t.TimeZone.String()
	}
	if t.RatesOn.Given {
		p.RatesOn = nil
	}
	if day, ok := t.RatesOn.Set(); ok {
		p.RatesOn = new(day.Time())
	}
	field := "input.to"
	if t.To == nil {
		field = "input.from"
	}
	switch {
	case earliest.After(p.From()):
		l.Add("input.from", problem.OutOfRange, "must not lie before "+earliest.String())
	case p.EndsOn.Before(p.StartsOn):
		l.Add(field, problem.OutOfRange, "a programme must not end before it begins")
	case p.EndsOn.After(p.StartsOn.AddDate(yearsMax, 0, 0)):
		l.Add(field, problem.OutOfRange, fmt.Sprintf("a programme has at most %d years", yearsMax))
	}
}

func (t *Terms) population(l *problem.List, p *models.Programme) {
	if t.OriginCountries.Given {
		list, _ := t.OriginCountries.Set()
		if len(list) > countriesMax {
			l.Add("input.originCountry", problem.TooLong, fmt.Sprintf("must have at most %d values", countriesMax))
			return
		}
		p.OriginCountries = distinct(l, "input.originCountry", list)
	}
	if t.Sizes.Given {
		list, _ := t.Sizes.Set()
		p.Sizes = distinct(l, "input.size", list)
	}
}

// distinct refuses what stands twice in a list.
func distinct[T ~string](l *problem.List, field string, list []T) models.StringList {
	kept := models.StringList{}
	for i, v := range list {
		if slices.Contains(kept, string(v)) {
			l.Add(field+"."+strconv.Itoa(i), problem.Taken, string(v)+" stands there already")
		}
		kept = append(kept, string(v))
	}
	return kept
}

// Create makes a programme.
func (s *Service) Create(ctx context.Context, t Terms) (*models.Programme, error) {
	var p *models.Programme
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		p, err = s.CreateTx(tx, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// CreateTx is Create for one who has a transaction.
func (s *Service) CreateTx(tx *gorm.DB, t Terms) (*models.Programme, error) {
	if err := auth.Require(tx.Statement.Context, auth.ProgrammeWrite); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	now := s.now()
	p := &models.Programme{ID: id, JobsPerBusiness: 1, TimeZone: time.UTC.String(), OriginCountries: models.StringList{}, Sizes: models.StringList{}, Version: 1, CreatedAt: now, UpdatedAt: now}
	var l problem.List
	t.onto(&l, p)
	if err := l.Err(); err != nil {
		return nil, err
	}
	if err := tx.Create(p).Error; err != nil {
		return nil, fmt.Errorf("write the programme: %w", err)
	}
	return p, nil
}

// Update changes a programme that is not archived.
func (s *Service) Update(ctx context.Context, id uuid.UUID, expectedVersion *int32, t Terms) (*models.Programme, error) {
	return s.change(ctx, id, expectedVersion, func(p *models.Programme) error {
		if p.ArchivedAt != nil {
			return problem.At("input.programmeId", problem.Conflict, "the programme is archived")
		}
		var l problem.List
		t.onto(&l, p)
		return l.Err()
	})
}

// Archive ends the changing of a programme; one that is archived stays as it is.
func (s *Service) Archive(ctx context.Context, id uuid.UUID, expectedVersion *int32) (*models.Programme, error) {
	return s.change(ctx, id, expectedVersion, func(p *models.Programme) error {
		if p.ArchivedAt == nil {
			p.ArchivedAt = new(s.now())
		}
		return nil
	})
}

func (s *Service) change(
	ctx context.Context, id uuid.UUID, expected *int32, onto func(*models.Programme) error,
) (*models.Programme, error) {
	if err := auth.Require(ctx, auth.ProgrammeWrite); err != nil {
		return nil, err
	}
	var p *models.Programme
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if p, err = find(tx.Clauses(clause.Locking{Strength: "UPDATE"}), id, "input.programmeId"); err != nil {
			return err
		}
		if expected != nil && *expected != p.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("this is version %d by now: read it again", p.Version))
		}
		archived := p.ArchivedAt
		if err := onto(p); err != nil || archived != nil {
			return err
		}
		p.Version, p.UpdatedAt = p.Version+1, s.now()
		if err := tx.Model(p).Select("*").Omit("id", "created_at").UpdateColumns(p).Error; err != nil {
			return fmt.Errorf("write the programme: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}
