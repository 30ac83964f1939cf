package storefront

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Filter says which storefronts. Conditions all hold; a nil list asks for
// nothing, an empty one for what there is none of.
type Filter struct {
	Country  []string
	Currency []string
	Status   []models.StorefrontStatus
	BrandID  *uuid.UUID
}

// SortKey is an order of storefronts.
type SortKey string

// Orders of storefronts, as in the schema.
const (
	ByName      SortKey = "NAME"
	ByCreatedAt SortKey = "CREATED_AT"
)

var lastly = paging.Column[models.Storefront]{
	Expr: "storefronts.id", Type: "uuid", Value: func(s *models.Storefront) any { return s.ID },
}

var orders = map[SortKey][]paging.Column[models.Storefront]{
	ByName: {{
		Expr: `storefronts.name collate "C"`, Type: "text", Value: func(s *models.Storefront) any { return s.Name },
	}, lastly},
	ByCreatedAt: {{
		Expr: "storefronts.created_at", Type: "timestamptz", Value: func(s *models.Storefront) any { return s.CreatedAt },
	}, lastly},
}

// Page lists storefronts: those that can be read, also those of the caller's
// own brands, all for operators.
func (s *Service) Page(ctx context.Context, f Filter, key SortKey, reverse bool, args paging.Args) (*paging.Connection[models.Storefront], error) {
	columns, ok := orders[key]
	if !ok {
		return nil, &problem.BadInput{Argument: "sortKey", Message: "is not an order of storefronts"}
	}
	query := f.narrow(s.visible(database.AcrossBrands(ctx, database.MarketplaceSearch)))
	if actor := auth.From(ctx); f.behindTheScenes() && !actor.HoldsEverywhere(auth.BrandRead) {
		// Others show none of these: look among the caller's own, not through all.
		query = query.Where("storefronts.brand_id in ?", actor.BrandsWith(auth.BrandRead))
	}
	return paging.Find(query, args, paging.Sort[models.Storefront]{
		Name: "storefronts by " + string(key), Filter: f, Columns: columns, Desc: reverse,
	})
}

// behindTheScenes tells whether only staff sees what is asked for.
func (f Filter) behindTheScenes() bool {
	return f.Status != nil && !slices.Contains(f.Status, models.StorefrontOpen) && !slices.Contains(f.Status, models.StorefrontPaused)
}

func (f Filter) narrow(query *gorm.DB) *gorm.DB {
	query = paging.AnyOf(query, "storefronts.country", f.Country)
	query = paging.AnyOf(query, "storefronts.currency", f.Currency)
	query = paging.AnyOf(query, "storefronts.status", f.Status)
	if f.BrandID != nil {
		query = query.Where("storefronts.brand_id = ?", *f.BrandID)
	}
	return query
}
