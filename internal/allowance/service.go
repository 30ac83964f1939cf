package allowance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service reads with the caller's rights.
type Service struct {
	db    *gorm.DB
	rules doorprice.Rules
	now   func() time.Time
}

// NewService takes the database, the rules and the clock.
func NewService(db *gorm.DB, rules doorprice.Rules, now func() time.Time) *Service {
	return &Service{db: db, rules: rules, now: now}
}

// Standing is what a person has bought in a year.
type Standing struct {
	Year     int32
	Limit    money.Money
	Reserved money.Money
	Taken    money.Money
}

// Left is what may still be bought; zero where a limit has sunk below what was
// bought.
func (s Standing) Left() money.Money {
	left := s.Limit
	left.Minor = max(0, left.Minor-s.Reserved.Minor-s.Taken.Minor)
	return left
}

func standing(year int32, limit money.Money, counted []*models.AllowanceYear) *Standing {
	st := &Standing{Year: year, Limit: limit, Reserved: money.New(0, limit.Currency), Taken: money.New(0, limit.Currency)}
	for _, y := range counted {
		if y.Goods == "" {
			st.Reserved.Minor, st.Taken.Minor = y.Reserved, y.Taken
		}
	}
	return st
}

// LimitTx is what a person may buy in a year by the rules of a day. It reports
// problem.NotAllowed where these have no such regime or no limit.
func (s *Service) LimitTx(tx *gorm.DB, country string, regime landedcost.Regime, on models.Date) (limit money.Money, err error) {
	rules, err := s.rulesTx(tx, country, on)
	if err != nil {
		return limit, err
	}
	terms := rules.Terms[regime]
	if terms == nil || terms.YearLimitMinor <= 0 {
		return limit, problem.New(problem.NotAllowed, "the rules of that day know no yearly allowance")
	}
	return money.New(terms.YearLimitMinor, rules.Currency), nil
}

func (s *Service) rulesTx(tx *gorm.DB, country string, on models.Date) (*landedcost.Rules, error) {
	rules, err := s.rules.Rules(tx, country, on)
	if errors.Is(err, customs.ErrNoRules) {
		return &landedcost.Rules{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the yearly limits: %w", err)
	}
	return rules, nil
}

// yearTx is what was counted of a person in the year of a day.
func yearTx(tx *gorm.DB, person []byte, country string, on models.Date) ([]*models.AllowanceYear, error) {
	return database.Find[models.AllowanceYear](
		tx.Where("person = ? and country = ? and year = ?", person, country, int32(on.Year)).Order("goods"), "an allowance")
}

// StandingTx is what a person has bought in the year of a day.
func (s *Service) StandingTx(tx *gorm.DB, person []byte, country string, regime landedcost.Regime, on models.Date) (*Standing, error) {
	limit, err := s.LimitTx(tx, country, regime, on)
	if err != nil {
		return nil, err
	}
	rows, err := yearTx(tx, person, country, on)
	if err != nil {
		return nil, err
	}
	return standing(int32(on.Year), limit, rows), nil
}

// LeftTx is what the person of an account may still buy in the year of a day;
// nil where it has not told who buys.
func (s *Service) LeftTx(tx *gorm.DB, shopper uuid.UUID, country string, regime landedcost.Regime, on models.Date) (*landedcost.Left, error) {
	person, err := PersonTx(tx, shopper)
	if err != nil || person == nil {
		return nil, err
	}
	rules, err := s.rulesTx(tx, country, on)
	if err != nil {
		return nil, err
	}
	counted, err := yearTx(tx, person, country, on)
	if err != nil {
		return nil, err
	}
	left := &landedcost.Left{Grams: map[string]int64{}}
	for _, y := range counted {
		if entry := rules.Listed[y.Goods]; entry != nil && entry.GramsPerYear > 0 {
			left.Grams[y.Goods] = max(0, entry.GramsPerYear-y.Reserved-y.Taken)
		}
	}
	limit, err := s.LimitTx(tx, country, regime, on)
	switch {
	case problem.From(err) != nil:
		return left, nil //nolint:nilerr // without a limit of value nobody counts it
	case err != nil:
		return nil, err
	}
	left.Minor = new(standing(int32(on.Year), limit, counted).Left().Minor)
	return left, nil
}

// OfShopper is what the caller may still buy in China this year, as the person
// that the account has told of; problem.NotFound where it has told of none, or
// there are no rules.
func (s *Service) OfShopper(ctx context.Context) (*Standing, error) {
	if err := auth.Require(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	const country = "CN"
	on, err := models.ParseDate(landedcost.Day(country, s.now()))
	if err != nil {
		return nil, err
	}
	db := s.db.WithContext(ctx)
	person, err := PersonTx(db, *auth.From(ctx).AccountID())
	if err != nil {
		return nil, err
	}
	if person == nil {
		return nil, problem.New(problem.NotFound, "nobody has told who buys")
	}
	st, err := s.StandingTx(db, person, country, landedcost.CBECDirect, on)
	if problem.From(err) != nil {
		err = problem.New(problem.NotFound, "there are no rules for it")
	}
	return st, err
}

// PersonTx is who buys with an account, nil where it has not told.
func PersonTx(tx *gorm.DB, shopper uuid.UUID) ([]byte, error) {
	found, err := database.Find[models.Consumer](tx.Where("shopper_id = ?", shopper), "who buys")
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0].Person, nil
}
