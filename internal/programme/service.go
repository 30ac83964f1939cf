// Package programme keeps what the marketplace wants to have reached (so many
// businesses, jobs and sales by a day) and counts how far it is from brands,
// what they tell of their jobs, and sales facts.
package programme

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service reads and writes programmes with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// ByBeginning sorts programmes, archived ones among them or not.
func ByBeginning(archived bool) paging.Sort[models.Programme] {
	sort := byBeginning
	sort.Filter = archived
	return sort
}

var byBeginning = paging.Sort[models.Programme]{Name: "programmes", Columns: []paging.Column[models.Programme]{
	{Expr: "programmes.starts_on::timestamp at time zone 'UTC'", Type: "timestamptz", Value: func(p *models.Programme) any { return p.StartsOn }},
	{Expr: "programmes.id", Type: "uuid", Value: func(p *models.Programme) any { return p.ID }},
}}

// Listed narrows programmes to those of a list.
func Listed(archived bool) database.Conditions {
	if archived {
		return nil
	}
	return database.Conditions{{Text: "programmes.archived_at is null"}}
}

// List gives a page of programmes, with archived ones where these are asked for.
func (s *Service) List(ctx context.Context, archived bool, args paging.Args) (*paging.Connection[models.Programme], error) {
	if err := auth.Require(ctx, auth.ProgrammeRead); err != nil {
		return nil, err
	}
	query := s.db.WithContext(ctx).Model(&models.Programme{})
	for _, c := range Listed(archived) {
		query = query.Where(c.Text)
	}
	return paging.Find(query, args, ByBeginning(archived))
}

// ByID gives a programme.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (*models.Programme, error) {
	if err := auth.Require(ctx, auth.ProgrammeRead); err != nil {
		return nil, err
	}
	return find(s.db.WithContext(ctx), id, "")
}

// ByIDs gives the programmes that the caller may see, in any order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.Programme, error) {
	seen, args := auth.Where(auth.From(ctx), "programmes", "", s.now())
	return database.Find[models.Programme](s.db.WithContext(ctx).Where(seen, args...).Where("programmes.id in ?", ids), "programmes")
}

// find refuses a programme that is not there, at a field where one is named.
func find(db *gorm.DB, id uuid.UUID, field string) (*models.Programme, error) {
	rows, err := database.Find[models.Programme](db.Where("id = ?", id), "programmes")
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 1:
		return rows[0], nil
	case field == "":
		return nil, problem.New(problem.NotFound, missing)
	}
	return nil, problem.At(field, problem.NotFound, missing)
}

const missing = "there is no such programme"

func location(p *models.Programme) (*time.Location, error) {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("programme %s: %w", p.ID, err)
	}
	return zone, nil
}

// TimeZone is where the days of a programme begin.
func (s *Service) TimeZone(p *models.Programme) (*time.Location, error) { return location(p) }
