package search

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// entry are the columns that an entry is known and sorted by.
const entry = "e.brand_id, e.product_id, e.visible_from, e.title, e.currency, e.min_price_minor"

// asking is a request on its way to one statement.
type asking struct {
	*Service

	ctx     context.Context
	request Request
	wanted  wanted
	// vain: something was typed, and nothing of it can be looked for.
	vain       bool
	conditions conditions
	sort       paging.Sort[hit]
}

func (a asking) rows() ([]*hit, error) {
	if a.vain {
		return nil, nil
	}
	page, err := a.page()
	if err != nil {
		return nil, err
	}
	var rows []*hit
	err = page.Find(&rows).Error
	return rows, err
}

func (a asking) count(context.Context) (n int64, err error) {
	if a.vain {
		return 0, nil
	}
	err = a.available(a.entries(a.wanted.all, 0)).Count(&n).Error
	return n, err
}

// page gives a page of entries, the best tier first, with their products.
func (a asking) page() (*gorm.DB, error) {
	columns, err := a.columns()
	if err != nil {
		return nil, err
	}
	queries := []string{a.wanted.all}
	if a.request.Sort == ByRelevance {
		queries = a.wanted.tiers
	}
	parts := make([]any, len(queries))
	for i, query := range queries {
		if parts[i], err = a.part(query, len(queries)-i); err != nil {
			return nil, err
		}
	}
	union := "(" + strings.Repeat("(?) union all ", len(parts)-1) + "(?)) as e"
	query := a.db.WithContext(a.ctx).Table(union, parts...).
		Joins("join products on products.brand_id = e.brand_id and products.id = e.product_id").
		Select(strings.Join(columns, ", ") + ", e.tier, e.visible_from as listed_from, e.title as entry_title," +
			" e.currency as entry_currency, e.min_price_minor as entry_minor")
	return a.sort.Narrow(query, a.request.Page)
}

// part is a page of the entries of one tier.
func (a asking) part(tsquery string, tier int) (*gorm.DB, error) {
	entries := a.entries(tsquery, tier)
	if tsquery != "" && a.request.Filter.Available != nil {
		// Sorted first, so that availability is asked until the page is full.
		sorted, err := a.sort.Narrow(entries, a.request.Page)
		if err != nil {
			return nil, err
		}
		entries = a.db.WithContext(a.ctx).Table("(? offset 0) as e", sorted.Limit(-1))
	}
	return a.sort.Narrow(a.available(entries), a.request.Page)
}

// entries are those of a tsquery, or all where it is empty, that pass the
// filter but for availability. Words are looked up alone, in their own index:
// whatever the planner believes, no other one is walked in the hope of
// meeting them.
func (a asking) entries(tsquery string, tier int) *gorm.DB {
	query := a.db.WithContext(a.ctx)
	tiered := entry + ", e.tier"
	if tsquery == "" {
		query, tiered = query.Table("search_entries as e"), entry+", 0 as tier"
	} else {
		query = query.Table("(select *, cast(? as integer) as tier from search_entries where tokens @@ (select cast(? as tsquery)) offset 0) as e",
			tier, tsquery)
	}
	return a.conditions.narrow(query).Select(tiered)
}

func (a asking) available(query *gorm.DB) *gorm.DB {
	switch wanted := a.request.Filter.Available; {
	case wanted == nil:
		return query
	case *wanted:
		return query.Where(isAvailable)
	default:
		return query.Where("not " + isAvailable)
	}
}
