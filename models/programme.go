package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// Programme is what the marketplace wants to have reached by a day, and of
// which businesses. At least one of its goals is set.
type Programme struct {
	ID             uuid.UUID `gorm:"primaryKey"`
	Name           string
	Description    *string
	BusinessGoal   *int64
	JobGoal        *int64
	SalesGoalMinor *int64
	Currency       string
	// JobsPerBusiness are assumed, whether a business tells of jobs or not.
	JobsPerBusiness int32
	// StartsOn and EndsOn are the first and the last day, which begin in TimeZone.
	StartsOn time.Time `gorm:"type:date"`
	EndsOn   time.Time `gorm:"type:date"`
	TimeZone string
	// OriginCountries and Sizes of its businesses, as they are today; empty for all.
	OriginCountries StringList
	Sizes           StringList
	// RatesOn is the day whose rates amounts are converted at, nil for the last
	// day that is counted.
	RatesOn    *time.Time `gorm:"type:date"`
	ArchivedAt *time.Time
	Version    int32
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// GlobalID is the opaque id of the API.
func (p Programme) GlobalID() string { return globalid.Encode(globalid.Programme, p.ID) }

// From is the first day.
func (p Programme) From() Date { return DateOf(p.StartsOn) }

// To is the last day, included.
func (p Programme) To() Date { return DateOf(p.EndsOn) }

// SalesGoal is nil where there is none.
func (p Programme) SalesGoal() *money.Money {
	if p.SalesGoalMinor == nil {
		return nil
	}
	m := money.New(*p.SalesGoalMinor, money.Currency(p.Currency))
	return &m
}

// RateDay is the day whose rates amounts are converted at, nil for the last
// day that is counted.
func (p Programme) RateDay() *Date {
	if p.RatesOn == nil {
		return nil
	}
	d := DateOf(*p.RatesOn)
	return &d
}

// OfSizes are the sizes of its businesses, empty for all.
func (p Programme) OfSizes() []BrandSize {
	sizes := make([]BrandSize, len(p.Sizes))
	for i, s := range p.Sizes {
		sizes[i] = BrandSize(s)
	}
	return sizes
}

// OfCountries are the countries that its businesses come from, empty for all.
func (p Programme) OfCountries() []string { return p.OriginCountries }
