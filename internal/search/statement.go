package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// entry are the columns that an entry is known and sorted by.
const entry = "e.brand_id, e.product_id, e.visible_from, e.title, e.currency, e.min_price_minor"

// Listing is a request on its way to a statement.
type Listing struct {
	request Request
	wanted  wanted
	// vain: something was typed, and nothing of it can be looked for.
	vain       bool
	conditions database.Conditions
	sort       paging.Sort[hit]
}

// Order is how the products are sorted, by columns of From.
func (l *Listing) Order() paging.Order { return l.sort.Order() }

// Count is an expression of how many there are on all pages.
func (l *Listing) Count() database.SQL {
	if l.vain {
		return database.Text("cast(0 as bigint)")
	}
	return database.Text("(select count(*) from (?) as e)", l.available(l.entries(l.wanted.all, 0)))
}

// From is what follows "from": entries e of a page and more, joined with their
// products. A tier is looked up only where those read before it leave room on
// the page.
func (l *Listing) From() (database.SQL, error) {
	const joined = " join products on products.brand_id = e.brand_id and products.id = e.product_id"
	if l.vain {
		return database.Text("(select " + entry + ", 0 as tier from search_entries as e where false) as e" + joined), nil
	}
	if l.request.Sort != ByRelevance {
		part, err := l.part(l.wanted.all, 0)
		return database.Text("(?) as e"+joined, part), err
	}
	size, err := l.request.Page.Rows()
	if err != nil {
		return database.SQL{}, err
	}
	tiers := slices.Clone(l.wanted.tiers)
	if backward := l.request.Page.Last != nil; l.sort.Desc == backward {
		slices.Reverse(tiers)
	}
	from := database.Text("(with ")
	var all, before []string
	for i, tsquery := range tiers {
		part, err := l.part(tsquery, len(tiers)-slices.Index(l.wanted.tiers, tsquery))
		if err != nil {
			return from, err
		}
		name := fmt.Sprintf("tier_%d", i)
		if i > 0 {
			from.Add(", ")
		}
		from.Add(name+" as materialized (select * from (?) as e", part)
		if i > 0 {
			from.Add(fmt.Sprintf(" where %s < %d", strings.Join(before, " + "), size))
		}
		from.Add(")")
		all = append(all, "select * from "+name)
		before = append(before, "(select count(*) from "+name+")")
	}
	from.Add(" " + strings.Join(all, " union all ") + ") as e" + joined)
	return from, nil
}

// part is a page of the entries of one tier.
func (l *Listing) part(tsquery string, tier int) (database.SQL, error) {
	entries := l.entries(tsquery, tier)
	if tsquery != "" && l.request.Filter.Available != nil {
		// Sorted first, so that availability is asked until the page is full.
		sorted, err := l.narrowed(entries, false)
		if err != nil {
			return sorted, err
		}
		entries = database.Text("select * from (? offset 0) as e", sorted)
	}
	return l.narrowed(l.available(entries), true)
}

// narrowed cuts a select of entries to what a page can hold.
func (l *Listing) narrowed(entries database.SQL, limited bool) (database.SQL, error) {
	order := l.sort.Order()
	window, err := l.request.Page.Window()
	if err != nil {
		return entries, err
	}
	between, err := order.Between(l.request.Page)
	if err != nil {
		return entries, err
	}
	page := database.Text("select * from (?) as e where ? order by "+order.By(window), entries, between.All())
	if limited {
		page.Add(fmt.Sprintf(" limit %d", window.Size+1))
	}
	return page, nil
}

// entries are those of a tsquery, or all where it is empty, that pass the
// filter but for availability. Words are looked up alone, in their own index:
// whatever the planner believes, no other one is walked in the hope of
// meeting them.
func (l *Listing) entries(tsquery string, tier int) database.SQL {
	if tsquery == "" {
		return database.Text("select "+entry+", 0 as tier from search_entries as e where ?", l.conditions.All())
	}
	return database.Text("select "+entry+fmt.Sprintf(", %d as tier", tier)+
		" from (select * from search_entries where tokens @@ (select cast(? as tsquery)) offset 0) as e where ?", tsquery, l.conditions.All())
}

func (l *Listing) available(entries database.SQL) database.SQL {
	switch wanted := l.request.Filter.Available; {
	case wanted == nil:
		return entries
	case *wanted:
		return database.Text("select * from (?) as e where "+isAvailable, entries)
	default:
		return database.Text("select * from (?) as e where not "+isAvailable, entries)
	}
}
