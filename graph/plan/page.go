package plan

import (
	"slices"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// pageState is what a page's emitters need of the arguments it was read with.
type pageState struct {
	window        paging.Window
	fingerprint   string
	after, before bool
	keys          []paging.Key
	found         selection
}

// pages reads a keyset connection of a type. Listed says of what, for the row
// with the alias.
func pages(typeName string, listed func(s *statement, alias string, f *call, args paging.Args) (selection, error)) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		to := row{newRecord(), c.types[typeName], c.alias(), &at}
		p := &page{slot: c.pages, typename: strconv.Quote(typeName + "Connection")}
		c.pages++
		if err := p.compile(c, to, f); err != nil {
			return nil, err
		}
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
			s.pages[p.slot].found = found
			return p.write(s, to, found, args)
		})
		if p.counted {
			p.count = at.add(func(s *statement) error {
				found := &s.pages[p.slot].found
				if found.count != nil {
					s.addSQL(*found.count)
					return nil
				}
				s.text("(select count(*) from ")
				s.addSQL(found.from)
				s.text(" where ")
				s.narrowed(found)
				s.text(")")
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
	// further: whether there is more is asked for.
	further  bool
	typename string
	fields   []pageField
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
			p.further = p.further || slices.ContainsFunc(field.edge, func(f pageField) bool {
				return f.name == "hasNextPage" || f.name == "hasPreviousPage"
			})
		case "totalCount":
			p.counted = true
		}
		if err != nil {
			return err
		}
		p.fields = append(p.fields, field)
	}
	if p.cursors() {
		for i := range maxKeys {
			p.keys = append(p.keys, to.add(sortKey(p.slot, to.alias, i)))
		}
	}
	return nil
}

// cursors tells whether a cursor is asked for, which is made of sort values.
func (p *page) cursors() bool {
	return slices.ContainsFunc(p.fields, func(f pageField) bool {
		return slices.ContainsFunc(f.edge, func(f pageField) bool {
			return f.name == "cursor" || f.name == "startCursor" || f.name == "endCursor"
		})
	})
}

func (p *page) extra() int {
	if p.further {
		return 1
	}
	return 0
}

// maxKeys is the most that an order has.
const maxKeys = 3

// sortKey selects a sort value of a record, null where the order has fewer.
func sortKey(slot int, alias string, i int) part {
	return func(s *statement) error {
		if i < len(s.pages[slot].keys) {
			s.text(alias)
			s.text(sortColumn[i])
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

// write selects a page: where that is asked for, one row more than it shows,
// which tells whether there is more.
func (p *page) write(s *statement, to row, found selection, args paging.Args) error {
	state := &s.pages[p.slot]
	state.fingerprint, state.after, state.before = found.order.Fingerprint(), args.After != nil, args.Before != nil
	state.keys = found.order.Keys
	between, err := found.order.Between(args)
	if err != nil {
		return err
	}
	direction := found.order.Direction(state.window)
	return to.array(s, func(s *statement, read []byte) error {
		for i, k := range state.keys {
			s.text(selectBetween[min(i, 1)])
			s.text(k.Expr)
			s.text(" as ")
			s.text(sortNames[i])
		}
		s.columns(to.typ.table.Table, to.alias, read)
		s.text(" from ")
		s.addSQL(found.from)
		s.text(" where ")
		s.narrowed(&found)
		for _, c := range between {
			s.text(" and ")
			s.addSQL(c)
		}
		for i, k := range state.keys {
			s.text(sortBetween[min(i, 1)])
			s.text(k.Expr)
			s.text(direction)
		}
		s.text(" limit ")
		s.sql = strconv.AppendInt(s.sql, int64(state.window.Size+p.extra()), 10)
		s.text(") as ")
		s.text(to.alias)
		return nil
	}, func(s *statement) error {
		for i := range state.keys {
			s.text(sortBetween[min(i, 1)])
			s.text(to.alias)
			s.text(sortColumn[i])
			s.text(direction)
		}
		return nil
	})
}

var (
	sortNames     = [maxKeys]string{"s1", "s2", "s3"}
	sortColumn    = [maxKeys]string{".s1", ".s2", ".s3"}
	sortBetween   = [2]string{" order by ", ", "}
	selectBetween = [2]string{"(select ", ", "}
)
