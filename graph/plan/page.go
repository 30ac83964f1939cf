package plan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// selection is what a connection is a page of.
type selection struct {
	// from follows "select table.* … from", conditions narrow it.
	from       database.SQL
	conditions database.Conditions
	order      paging.Order
	// count is an expression of all rows where it is not that of the above.
	count *database.SQL
}

// pageState is what a page's emitters need of the arguments it was read with.
type pageState struct {
	window        paging.Window
	fingerprint   string
	after, before bool
	// types of the keys that sort it.
	types []string
}

// pages reads a keyset connection of a type. Listed says of what, for the row
// with the alias.
func pages(typeName string, listed func(s *statement, alias string, f *call, args paging.Args) (selection, error)) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		to := row{newRecord(), c.types[typeName], c.alias()}
		p := &page{slot: c.pages, typename: strconv.Quote(typeName + "Connection")}
		c.pages++
		if err := p.compile(c, to, f); err != nil {
			return nil, err
		}
		// The arguments are checked even where only the count is asked for.
		read := func(s *statement) (selection, paging.Args, error) {
			args, err := f.page(s.run)
			if err != nil {
				return selection{}, args, err
			}
			if s.pages[p.slot].window, err = args.Window(); err != nil {
				return selection{}, args, err
			}
			found, err := listed(s, at.alias, f, args)
			return found, args, err
		}
		p.list = at.add(func(s *statement) error {
			found, args, err := read(s)
			if err != nil {
				return err
			}
			return p.write(s, to, found, args)
		})
		if p.counted {
			p.count = at.add(func(s *statement) error {
				found, _, err := read(s)
				if err != nil {
					return err
				}
				if found.count != nil {
					s.addSQL(*found.count)
					return nil
				}
				s.addSQL(database.Text("(select count(*) from ? where ?)", found.from, found.conditions.All()))
				return nil
			})
		}
		return p, nil
	}
}

// page writes a connection.
type page struct {
	slot        int
	list, count int
	counted     bool
	typename    string
	fields      []pageField
	// keys are the columns of a record that sort it.
	keys []int
}

type pageField struct {
	key  string
	name string
	// edge are the fields of edges or pageInfo, node those of a row.
	edge []pageField
	node object
}

func (p *page) compile(c *compiler, to row, f *call) error {
	calls, err := c.collect(to.typ.Name+"Connection", f.sets, nil)
	if err != nil {
		return err
	}
	for _, part := range calls {
		field := pageField{key: key(part), name: part.Name}
		switch part.Name {
		case "nodes":
			field.node, err = c.object(to, part.sets)
		case "edges":
			field.edge, err = c.edges(to, part)
		case "pageInfo":
			field.edge, err = c.names("PageInfo", part)
		case "totalCount":
			p.counted = true
		}
		if err != nil {
			return err
		}
		p.fields = append(p.fields, field)
	}
	for i := range maxKeys {
		p.keys = append(p.keys, to.add(sortKey(p.slot, to.alias, i)))
	}
	return nil
}

// maxKeys is the most that an order has.
const maxKeys = 3

// sortKey selects a sort value of a record, null where the order has fewer.
func sortKey(slot int, alias string, i int) part {
	return func(s *statement) error {
		if i < len(s.pages[slot].types) {
			s.text(alias + ".s" + strconv.Itoa(i+1))
		} else {
			s.text("null")
		}
		return nil
	}
}

func (c *compiler) edges(to row, f *call) (fields []pageField, err error) {
	calls, err := c.collect(to.typ.Name+"Edge", f.sets, nil)
	for _, part := range calls {
		field := pageField{key: key(part), name: part.Name}
		if part.Name == "node" {
			if field.node, err = c.object(to, part.sets); err != nil {
				return nil, err
			}
		}
		if part.Name == "__typename" {
			field.name = to.typ.Name + "Edge"
		}
		fields = append(fields, field)
	}
	return fields, err
}

func (c *compiler) names(typeName string, f *call) (fields []pageField, err error) {
	calls, err := c.collect(typeName, f.sets, nil)
	for _, part := range calls {
		fields = append(fields, pageField{key: key(part), name: part.Name})
	}
	return fields, err
}

// write selects a page: one row more than it shows, which tells whether there is more.
func (p *page) write(s *statement, to row, found selection, args paging.Args) error {
	state := &s.pages[p.slot]
	state.fingerprint, state.after, state.before = found.order.Fingerprint(), args.After != nil, args.Before != nil
	state.types = nil
	between, err := found.order.Between(args)
	if err != nil {
		return err
	}
	direction := found.order.Direction(state.window)
	order := make([]string, len(found.order.Keys))
	selected := "select " + to.typ.table.Table + ".*"
	for i, k := range found.order.Keys {
		state.types = append(state.types, k.Type)
		order[i] = fmt.Sprintf("s%d%s", i+1, direction)
		selected += fmt.Sprintf(", %s as s%d", k.Expr, i+1)
	}
	conditions := append(slices.Clip(found.conditions), between...)
	return to.array(s, from(to.alias, func(s *statement) error {
		s.addSQL(database.Text(selected+" from ? where ? order by "+found.order.By(state.window), found.from, conditions.All()))
		s.text(" limit " + strconv.Itoa(state.window.Size+1))
		return nil
	}), func(s *statement) error {
		for i := range order {
			between := ", "
			if i == 0 {
				between = " order by "
			}
			s.text(between + to.alias + "." + order[i])
		}
		return nil
	})
}
