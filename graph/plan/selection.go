package plan

import (
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// selection is what a connection is a page of.
type selection struct {
	// from follows "select table.* … from", the others narrow it: on, that the
	// rows belong to the row with the alias, and seen, the table whose scope
	// holds.
	from       database.SQL
	on, alias  string
	seen       string
	conditions database.Conditions
	order      paging.Order
	// count is an expression of all rows where it is not that of the above.
	count *database.SQL
}

// narrowed writes the conditions that all rows fulfil.
func (s *statement) narrowed(found *selection) {
	if found.on == "" {
		s.text("true")
	} else {
		s.of(found.on, found.alias)
	}
	if found.seen != "" {
		s.text(" and ")
		s.scope(found.seen, "")
	}
	s.conditions(found.conditions)
}

// conditions writes more of them.
func (s *statement) conditions(all database.Conditions) {
	for _, c := range all {
		s.text(" and (")
		s.addSQL(c)
		s.text(")")
	}
}

// of writes text with an alias in place of every %s.
func (s *statement) of(text, alias string) {
	for {
		before, after, more := strings.Cut(text, "%s")
		s.text(before)
		if !more {
			return
		}
		s.text(alias)
		text = after
	}
}
