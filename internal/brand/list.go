package brand

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Filter says which brands. Conditions all hold; a nil list asks for nothing,
// an empty one for what there is none of.
type Filter struct {
	Name         string
	Status       []models.BrandStatus
	Country      []string
	Region       []string
	CensusRegion []models.CensusRegion
	Industry     []models.Industry
	Size         []models.BrandSize
	// Jobs are both ends included.
	JobsBeforeMin, JobsBeforeMax *int32
	JobsNowMin, JobsNowMax       *int32
	// Joined from, before.
	JoinedFrom, JoinedTo *time.Time
}

// hidden tells whether the filter asks for what the public may not read: the
// rows that it finds would tell it.
func (f Filter) hidden() bool {
	return f.JobsBeforeMin != nil || f.JobsBeforeMax != nil || f.JobsNowMin != nil || f.JobsNowMax != nil
}

// SortKey is an order of brands.
type SortKey string

// Orders of brands, as in the schema.
const (
	ByName         SortKey = "NAME"
	ByOrigin       SortKey = "ORIGIN"
	ByCensusRegion SortKey = "CENSUS_REGION"
	ByIndustry     SortKey = "INDUSTRY"
	BySize         SortKey = "SIZE"
	ByJobsBefore   SortKey = "JOBS_BEFORE"
	ByJobsNow      SortKey = "JOBS_NOW"
	ByJoinedAt     SortKey = "JOINED_AT"
	ByAppliedAt    SortKey = "APPLIED_AT"
)

// order is a way to sort. Its cursors and its sequence tell the values they
// are made of, so a hidden one is for those who may read these of all brands.
type order struct {
	columns []paging.Column[models.Brand]
	hidden  bool
}

const (
	// missing sorts behind every code.
	missing = "~"
	// byCodePoint is how texts compare everywhere, in the indexes as well.
	byCodePoint = ` collate "C"`
)

var orders = map[SortKey]order{
	ByName: {columns: columns(text("brands.name", func(b *models.Brand) any { return b.Name }))},
	ByOrigin: {columns: columns(
		text("brands.country", func(b *models.Brand) any { return b.Country }),
		text("coalesce(brands.region, '"+missing+"')", func(b *models.Brand) any { return orMissing(b.Region) }))},
	ByCensusRegion: {columns: columns(
		text("coalesce(brands.census_region, '"+missing+"')", func(b *models.Brand) any { return orMissing(b.CensusRegion) }))},
	ByIndustry: {columns: columns(text("brands.industry", func(b *models.Brand) any { return b.Industry }))},
	BySize: {columns: columns(paging.Column[models.Brand]{
		Expr: "array_position(array['SOLO', 'MICRO', 'SMALL', 'MEDIUM', 'LARGE'], brands.size)", Type: "integer",
		Value: func(b *models.Brand) any { return slices.Index(models.BrandSizes, b.Size) + 1 },
	})},
	ByJobsBefore: {hidden: true, columns: columns(paging.Column[models.Brand]{
		Expr: "brands.jobs_before", Type: "integer", Value: func(b *models.Brand) any { return b.JobsBefore },
	})},
	ByJobsNow: {hidden: true, columns: columns(paging.Column[models.Brand]{
		Expr: "brands.jobs_now", Type: "integer", Value: func(b *models.Brand) any { return b.JobsNow },
	})},
	ByJoinedAt: {columns: columns(paging.Column[models.Brand]{
		Expr: "coalesce(brands.joined_at, 'infinity')", Type: "timestamptz",
		Value: func(b *models.Brand) any {
			if b.JoinedAt == nil {
				return "infinity"
			}
			return *b.JoinedAt
		},
	})},
	ByAppliedAt: {hidden: true, columns: columns(paging.Column[models.Brand]{
		Expr: "brands.applied_at", Type: "timestamptz", Value: func(b *models.Brand) any { return b.AppliedAt },
	})},
}

// columns ends an order with what tells all brands apart.
func columns(list ...paging.Column[models.Brand]) []paging.Column[models.Brand] {
	return append(list, paging.Column[models.Brand]{
		Expr: "brands.id", Type: "uuid", Value: func(b *models.Brand) any { return b.ID },
	})
}

func text(expr string, value func(*models.Brand) any) paging.Column[models.Brand] {
	return paging.Column[models.Brand]{Expr: expr + byCodePoint, Type: "text", Value: value}
}

func orMissing[T ~string](s *T) string {
	if s == nil {
		return missing
	}
	return string(*s)
}

// Page lists brands: ACTIVE ones, also the caller's own, all for operators and reporting.
func (s *Service) Page(ctx context.Context, f Filter, key SortKey, reverse bool, args paging.Args) (*paging.Connection[models.Brand], error) {
	conditions, sort, err := Listed(auth.From(ctx), f, key, reverse)
	if err != nil {
		return nil, err
	}
	return paging.Find(conditions.Narrow(s.visible(ctx)), args, sort)
}

// Listed says which of the brands that the caller may see Page gives, and how
// it sorts them.
func Listed(actor *auth.Actor, f Filter, key SortKey, reverse bool) (c database.Conditions, sort paging.Sort[models.Brand], err error) {
	o, ok := orders[key]
	if !ok {
		return nil, sort, &problem.BadInput{Argument: "sortKey", Message: "is not an order of brands"}
	}
	everywhere := actor.HoldsEverywhere(auth.BrandRead)
	if (f.hidden() || o.hidden) && !everywhere {
		return nil, sort, &problem.Denied{SignedIn: actor.SignedIn(), Permission: string(auth.BrandRead)}
	}
	if len(f.Name) > 4*nameMax {
		return nil, sort, &problem.BadInput{Argument: "where.name", Message: fmt.Sprintf("must have at most %d characters", nameMax)}
	}
	if f.Status != nil && !slices.Contains(f.Status, models.BrandActive) && !everywhere {
		// Of others there are ACTIVE ones only: look among the caller's own, not through all.
		c.Add("brands.id in ?", actor.BrandsWith(auth.BrandRead))
	}
	f.narrow(&c)
	return c, paging.Sort[models.Brand]{Name: "brands by " + string(key), Filter: f, Columns: o.columns, Desc: reverse}, nil
}

func (f Filter) narrow(c *database.Conditions) {
	if f.Name != "" {
		c.Add(`brands.name ilike ? escape '\'`, "%"+literal.Replace(f.Name)+"%")
	}
	paging.AnyOf(c, "brands.status", f.Status)
	paging.AnyOf(c, "brands.country"+byCodePoint, f.Country)
	paging.AnyOf(c, "brands.region", f.Region)
	paging.AnyOf(c, "coalesce(brands.census_region, '"+missing+"')"+byCodePoint, f.CensusRegion)
	paging.AnyOf(c, "brands.industry"+byCodePoint, f.Industry)
	paging.AnyOf(c, "brands.size", f.Size)
	compare(c, "brands.jobs_before >= ?", f.JobsBeforeMin)
	compare(c, "brands.jobs_before <= ?", f.JobsBeforeMax)
	compare(c, "brands.jobs_now >= ?", f.JobsNowMin)
	compare(c, "brands.jobs_now <= ?", f.JobsNowMax)
	compare(c, "brands.joined_at >= ?", f.JoinedFrom)
	compare(c, "brands.joined_at < ?", f.JoinedTo)
}

// literal keeps the signs of a pattern from meaning anything.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func compare[T any](c *database.Conditions, condition string, value *T) {
	if value != nil {
		c.Add(condition, *value)
	}
}
