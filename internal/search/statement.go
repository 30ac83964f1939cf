package search

import (
	"context"
	"fmt"
	"slices"
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

// page gives a page of entries with their products.
func (a asking) page() (*gorm.DB, error) {
	columns, err := a.columns()
	if err != nil {
		return nil, err
	}
	entries, parts, err := a.found()
	if err != nil {
		return nil, err
	}
	query := a.db.WithContext(a.ctx).Table(entries+" as e", parts...).
		Joins("join products on products.brand_id = e.brand_id and products.id = e.product_id").
		Select(strings.Join(columns, ", ") + ", e.tier, e.visible_from as listed_from, e.title as entry_title," +
			" e.currency as entry_currency, e.min_price_minor as entry_minor")
	return a.sort.Narrow(query, a.request.Page)
}

// found is an expression of the entries of a page and more. A tier is looked
// up only where those read before it leave room on the page.
func (a asking) found() (expression string, args []any, err error) {
	if a.request.Sort != ByRelevance {
		part, err := a.part(a.wanted.all, 0)
		return "(?)", []any{part}, err
	}
	size, err := a.request.Page.Rows()
	if err != nil {
		return "", nil, err
	}
	tiers := slices.Clone(a.wanted.tiers)
	if backward := a.request.Page.Last != nil; a.sort.Desc == backward {
		slices.Reverse(tiers)
	}
	var with, all, before []string
	for i, tsquery := range tiers {
		part, err := a.part(tsquery, len(tiers)-slices.Index(a.wanted.tiers, tsquery))
		if err != nil {
			return "", nil, err
		}
		args = append(args, part)
		name := fmt.Sprintf("tier_%d", i)
		room := ""
		if i > 0 {
			room, args = " where "+strings.Join(before, " + ")+" < ?", append(args, size)
		}
		with = append(with, name+" as materialized (select * from (?) as e"+room+")")
		all = append(all, "select * from "+name)
		before = append(before, "(select count(*) from "+name+")")
	}
	return "(with " + strings.Join(with, ", ") + " " + strings.Join(all, " union all ") + ")", args, nil
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
