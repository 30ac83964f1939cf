package storefront

import (
	"context"
	"slices"

	"github.com/google/uuid"

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
	conditions, sort, err := Listed(auth.From(ctx), f, key, reverse)
	if err != nil {
		return nil, err
	}
	return paging.Find(conditions.Narrow(s.visible(database.AcrossBrands(ctx, database.MarketplaceSearch))), args, sort)
}

// Listed says which of the storefronts that the caller may see Page gives, and
// how it sorts them.
func Listed(actor *auth.Actor, f Filter, key SortKey, reverse bool) (c database.Conditions, sort paging.Sort[models.Storefront], err error) {
	columns, ok := orders[key]
	if !ok {
		return nil, sort, &problem.BadInput{Argument: "sortKey", Message: "is not an order of storefronts"}
	}
	paging.AnyOf(&c, "storefronts.country", f.Country)
	paging.AnyOf(&c, "storefronts.currency", f.Currency)
	paging.AnyOf(&c, "storefronts.status", f.Status)
	if f.BrandID != nil {
		c.Add("storefronts.brand_id = ?", *f.BrandID)
	}
	if f.behindTheScenes() && !actor.HoldsEverywhere(auth.BrandRead) {
		// Others show none of these: look among the caller's own, not through all.
		c.Add("storefronts.brand_id in ?", actor.BrandsWith(auth.BrandRead))
	}
	return c, paging.Sort[models.Storefront]{
		Name: "storefronts by " + string(key), Filter: f, Columns: columns, Desc: reverse,
	}, nil
}

// behindTheScenes tells whether only staff sees what is asked for.
func (f Filter) behindTheScenes() bool {
	return f.Status != nil && !slices.Contains(f.Status, models.StorefrontOpen) && !slices.Contains(f.Status, models.StorefrontPaused)
}
