package search

import (
	"context"
	"fmt"
	"strings"
	"time"

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
	// Counted says that the total will be asked for: it comes with the page.
	Counted bool
}

// hit is a product with what its entry is sorted by.
type hit struct {
	models.Product `gorm:"embedded"`

	Tier          int
	ListedFrom    time.Time
	EntryTitle    string
	EntryCurrency string
	EntryMinor    int64
	Total         *int64
}

var (
	byTier     = paging.Column[hit]{Expr: "e.tier", Type: "integer", Value: func(h *hit) any { return h.Tier }}
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
	ByRelevance: {[]paging.Column[hit]{byTier, byListed, byProduct}, true},
	Newest:      {[]paging.Column[hit]{byListed, byProduct}, true},
	ByPrice:     {[]paging.Column[hit]{byCurrency, byMinor, byProduct}, false},
	ByTitle:     {[]paging.Column[hit]{byTitle, byProduct}, false},
}

// Products finds what everybody can buy: in a storefront, or in the primary
// storefronts of the market and currency of the context.
func (s *Service) Products(ctx context.Context, r Request) (*paging.Connection[models.Product], error) {
	ctx = database.AcrossBrands(ctx, database.MarketplaceSearch)
	l, err := s.Listed(ctx, r)
	if err != nil {
		return nil, err
	}
	columns, err := s.columns()
	if err != nil {
		return nil, err
	}
	from, err := l.From()
	if err != nil {
		return nil, err
	}
	window, err := r.Page.Window()
	if err != nil {
		return nil, err
	}
	count := l.Count()
	statement := database.Text("select " + strings.Join(columns, ", ") + ", e.tier, e.visible_from as listed_from, e.title as entry_title," +
		" e.currency as entry_currency, e.min_price_minor as entry_minor")
	if r.Counted {
		statement.Add(", ? as total", count)
	}
	statement.Add(" from ? order by "+l.Order().By(window)+fmt.Sprintf(" limit %d", window.Size+1), from)
	var rows []*hit
	if err := s.db.WithContext(ctx).Raw(statement.Text, statement.Args...).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("search products: %w", err)
	}
	found, err := l.sort.Page(rows, r.Page, func(context.Context) (n int64, err error) {
		if len(rows) > 0 && rows[0].Total != nil {
			return *rows[0].Total, nil
		}
		err = s.db.WithContext(ctx).Raw("select "+count.Text, count.Args...).Scan(&n).Error
		return n, err
	})
	if err != nil {
		return nil, err
	}
	return paging.Map(found, func(h *hit) *models.Product { return &h.Product }), nil
}

// Listed says which products a request asks for, and how they are sorted.
func (s *Service) Listed(ctx context.Context, r Request) (*Listing, error) {
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
	columns := order.columns
	if r.Sort == ByPrice && (r.Filter.Storefront != nil || market.From(ctx).Currency != "") {
		columns = columns[1:] // there is one currency
	}
	conditions, err := s.conditions(ctx, r.Filter)
	if err != nil {
		return nil, err
	}
	return &Listing{request: r, wanted: w, vain: asked && w.all == "", conditions: conditions, sort: paging.Sort[hit]{
		Name: "products by " + string(r.Sort), Columns: columns, Desc: order.desc != r.Reverse,
		Filter: []any{r.Query, r.Filter, market.From(ctx).Country, market.From(ctx).Currency},
	}}, nil
}
