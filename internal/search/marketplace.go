package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// SortKey is an order of the marketplace's products.
type SortKey string

// Orders of the marketplace's products, as in the schema.
const (
	ByRelevance SortKey = "RELEVANCE"
	Newest      SortKey = "NEWEST"
	ByPrice     SortKey = "PRICE"
	ByTitle     SortKey = "TITLE"
)

// Request asks for products of the marketplace.
type Request struct {
	Query   string
	Filter  Filter
	Sort    SortKey
	Reverse bool
	Page    paging.Args
}

// hit is a product with what its entry is sorted by.
type hit struct {
	models.Product `gorm:"embedded"`

	Rank          int
	ListedFrom    time.Time
	EntryTitle    string
	EntryCurrency string
	EntryMinor    int64
}

// entry are the columns that a page of search entries hands on, as e.
const entry = "e.brand_id, e.product_id, e.visible_from, e.title, e.currency, e.min_price_minor"

var (
	byRank     = paging.Column[hit]{Expr: "e.rank", Type: "integer", Value: func(h *hit) any { return h.Rank }}
	byListed   = paging.Column[hit]{Expr: "e.visible_from", Type: "timestamptz", Value: func(h *hit) any { return h.ListedFrom }}
	byTitle    = paging.Column[hit]{Expr: `e.title collate "C"`, Type: "text", Value: func(h *hit) any { return h.EntryTitle }}
	byCurrency = paging.Column[hit]{Expr: "e.currency", Type: "text", Value: func(h *hit) any { return h.EntryCurrency }}
	byMinor    = paging.Column[hit]{Expr: "e.min_price_minor", Type: "bigint", Value: func(h *hit) any { return h.EntryMinor }}
	byProduct  = paging.Column[hit]{Expr: "e.product_id", Type: "uuid", Value: func(h *hit) any { return h.ID }}
)

var orders = map[SortKey]struct {
	columns []paging.Column[hit]
	desc    bool
}{
	ByRelevance: {[]paging.Column[hit]{byRank, byListed, byProduct}, true},
	Newest:      {[]paging.Column[hit]{byListed, byProduct}, true},
	ByPrice:     {[]paging.Column[hit]{byCurrency, byMinor, byProduct}, false},
	ByTitle:     {[]paging.Column[hit]{byTitle, byProduct}, false},
}

// Products finds what everybody can buy: in a storefront, or in the primary
// storefronts of the market and currency of the context.
func (s *Service) Products(ctx context.Context, r Request) (*paging.Connection[models.Product], error) {
	w, asked, err := words(r.Query)
	if err != nil {
		return nil, err
	}
	if r.Sort == ByRelevance && !asked {
		r.Sort = Newest
	}
	order, ok := orders[r.Sort]
	if !ok {
		return nil, &problem.BadInput{Argument: "sortKey", Message: "is not an order of products"}
	}
	sort := paging.Sort[hit]{
		Name: "products by " + string(r.Sort), Columns: order.columns, Desc: order.desc != r.Reverse,
		Filter: []any{r.Query, r.Filter, market.From(ctx).Country, market.From(ctx).Currency},
	}
	ctx = database.AcrossBrands(ctx, database.MarketplaceSearch)
	entries, err := s.entries(ctx, r.Filter)
	if err != nil {
		return nil, err
	}
	if asked && w.all == "" {
		entries = entries.Where("false")
	}
	page, err := s.page(ctx, entries, w, sort, r)
	if err != nil {
		return nil, err
	}
	var rows []*hit
	if err := page.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("search products: %w", err)
	}
	found, err := sort.Page(rows, r.Page, func(context.Context) (n int64, err error) {
		err = matching(entries, w.all).Count(&n).Error
		return n, err
	})
	if err != nil {
		return nil, err
	}
	return paging.Map(found, func(h *hit) *models.Product { return &h.Product }), nil
}

// page is the one statement: entries found, ranked and cut, with their products.
func (s *Service) page(ctx context.Context, entries *gorm.DB, w wanted, sort paging.Sort[hit], r Request) (*gorm.DB, error) {
	columns, err := s.columns()
	if err != nil {
		return nil, err
	}
	parts, err := s.parts(ctx, entries, w, sort, r)
	if err != nil {
		return nil, err
	}
	union := s.db.Raw(strings.Repeat("? union all ", len(parts)-1)+"?", parts...)
	query := s.db.WithContext(ctx).Table("(?) as e", union).
		Joins("join products on products.brand_id = e.brand_id and products.id = e.product_id").
		Select(strings.Join(columns, ", ") + ", e.rank, e.visible_from as listed_from, e.title as entry_title," +
			" e.currency as entry_currency, e.min_price_minor as entry_minor")
	return sort.Narrow(query, r.Page)
}

// parts are the entries of each rank, best first, each cut to a page.
func (s *Service) parts(ctx context.Context, entries *gorm.DB, w wanted, sort paging.Sort[hit], r Request) ([]any, error) {
	queries := []string{w.all}
	if r.Sort == ByRelevance && len(w.tiers) > 0 {
		queries = w.tiers
	}
	parts := make([]any, len(queries))
	for i, query := range queries {
		ranked := matching(entries, query).Select(entry+", cast(? as integer) as rank", len(queries)-i)
		if query != "" {
			// Ranked by the words alone: an order's index must not be walked
			// in the hope of meeting the words.
			ranked = s.db.Raw("? offset 0", ranked)
		}
		part, err := sort.Narrow(s.db.WithContext(ctx).Table("(?) as e", ranked), r.Page)
		if err != nil {
			return nil, err
		}
		parts[i] = s.db.Raw("(?)", part)
	}
	return parts, nil
}

// matching narrows entries to those of a tsquery. The planner is not to know
// it: whatever it holds, the index of words is the way.
func matching(entries *gorm.DB, tsquery string) *gorm.DB {
	if tsquery == "" {
		return entries
	}
	return entries.Where("e.tokens @@ (select cast(? as tsquery))", tsquery)
}
