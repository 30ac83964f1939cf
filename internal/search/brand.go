package search

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// BrandSortKey is an order of a brand's products.
type BrandSortKey string

// Orders of a brand's products, as in the schema.
const (
	ByCreated BrandSortKey = "CREATED_AT"
	ByUpdated BrandSortKey = "UPDATED_AT"
	ByHandle  BrandSortKey = "HANDLE"
)

// UpdatedNeeds must be held for a brand to sort by ByUpdated: cursors and
// sequence tell when products changed.
const UpdatedNeeds = auth.BrandRead

// tagMax bounds a tag, in characters.
const tagMax = 60

// BrandFilter says which products of a brand. Conditions all hold; a nil list
// asks for nothing, an empty one for what there is none of.
type BrandFilter struct {
	Statuses []models.ProductStatus
	Category *uuid.UUID
	Tag      *string
}

// BrandRequest asks for products of brands.
type BrandRequest struct {
	Query   string
	Filter  BrandFilter
	Sort    BrandSortKey
	Reverse bool
	Page    paging.Args
}

var brandOrders = map[BrandSortKey]paging.Column[models.Product]{
	ByCreated: {Expr: "products.created_at", Type: "timestamptz", Value: func(p *models.Product) any { return p.CreatedAt }},
	ByUpdated: {Expr: "products.updated_at", Type: "timestamptz", Value: func(p *models.Product) any { return p.UpdatedAt }},
	ByHandle:  {Expr: `products.handle collate "C"`, Type: "text", Value: func(p *models.Product) any { return p.Handle }},
}

var byID = paging.Column[models.Product]{Expr: "products.id", Type: "uuid", Value: func(p *models.Product) any { return p.ID }}

// OfBrands gives a page of the products of each brand: all to its people, to
// others what they can buy somewhere.
func (s *Service) OfBrands(ctx context.Context, brands []uuid.UUID, r BrandRequest) (func(brand uuid.UUID) *paging.Connection[models.Product], error) {
	conditions, sort, err := ListedOf(r)
	if err != nil {
		return nil, err
	}
	if r.Sort == ByUpdated {
		for _, b := range brands {
			if actor := auth.From(ctx); !actor.HoldsFor(UpdatedNeeds, b) {
				return nil, &problem.Denied{SignedIn: actor.SignedIn(), Permission: string(UpdatedNeeds)}
			}
		}
	}
	columns, err := s.columns()
	if err != nil {
		return nil, err
	}
	scope, args := auth.Where(auth.From(ctx), "products", "", s.now())
	query := conditions.Narrow(s.db.WithContext(ctx).Where(scope, args...)).Select(columns)
	return paging.Each(query, r.Page, sort, "products", paging.Parents[models.Product, uuid.UUID]{
		Keys: brands, Columns: []string{"brand_id"}, IDs: func(brand uuid.UUID) []uuid.UUID { return []uuid.UUID{brand} },
		Of: func(p *models.Product) uuid.UUID { return p.BrandID },
	})
}

// ListedOf says which of a brand's products that the caller may see OfBrands
// gives, and how it sorts them.
func ListedOf(r BrandRequest) (c database.Conditions, sort paging.Sort[models.Product], err error) {
	order, ok := brandOrders[r.Sort]
	if !ok {
		return nil, sort, &problem.BadInput{Argument: "sortKey", Message: "is not an order of products"}
	}
	w, asked, err := words(r.Query)
	switch {
	case err != nil:
		return nil, sort, err
	case asked && w.all == "":
		c.Add("false")
	case asked:
		c.Add("products.tokens @@ (select cast(? as tsquery))", w.all)
	}
	paging.AnyOf(&c, "products.status", r.Filter.Statuses)
	if tag := r.Filter.Tag; tag != nil {
		if utf8.RuneCountInString(*tag) > tagMax {
			return nil, sort, &problem.BadInput{Argument: "where.tag", Message: fmt.Sprintf("must have at most %d characters", tagMax)}
		}
		c.Add("? = any (products.tags)", strings.TrimSpace(*tag))
	}
	if r.Filter.Category != nil {
		c.Add(`products.category_id in (
			select below.id
			from categories c
			join categories below on below.path = c.path or below.path like c.path || '/%'
			where c.id = ?)`, *r.Filter.Category)
	}
	return c, paging.Sort[models.Product]{
		Name: "brand products by " + string(r.Sort), Filter: []any{r.Query, r.Filter}, Desc: r.Reverse,
		Columns: []paging.Column[models.Product]{order, byID},
	}, nil
}
