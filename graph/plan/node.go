package plan

import (
	"bytes"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// nodeState is what node and nodes were asked for.
type nodeState struct{ ids []globalid.ID }

// alternative is a type that an id may name.
type alternative struct {
	typ    *Type
	column int
	// key are the columns of a record that an id names it by.
	key    []int
	fields object
}

// nodes writes rows of any type, by id.
type nodes struct {
	slot   int
	single bool
	types  map[globalid.Type]*alternative
}

// nodeField reads node, or nodes where it is not single. Each type has a column
// of its own with the rows that the ids name.
func nodeField(single bool) Field {
	return across(func(c *compiler, at row, f *call) (emitter, error) {
		n := &nodes{slot: c.nodes, single: single, types: map[globalid.Type]*alternative{}}
		c.nodes++
		// Comes before the columns below, which need the ids.
		at.add(func(s *statement) error {
			ids, err := f.nodeIDs(s.run, single)
			s.nodes[n.slot].ids = ids
			s.text("null")
			return err
		})
		for _, def := range c.schema.PossibleTypes["Node"] {
			t := c.types[def.Name]
			if t == nil {
				return nil, errNotPlanned
			}
			a := &alternative{typ: t}
			to := row{newRecord(), t, c.alias(), &at}
			for _, column := range t.Key {
				a.key = append(a.key, to.column(column))
			}
			var err error
			if a.fields, err = c.object(to, f.sets); err != nil {
				return nil, err
			}
			a.column = at.add(n.rows(to))
			n.types[t.ID] = a
		}
		return n, nil
	})
}

func (f *call) nodeIDs(s *run, single bool) ([]globalid.ID, error) {
	name := "ids"
	if single {
		name = "id"
	}
	v, err := f.raw(s, name)
	if err != nil {
		return nil, err
	}
	texts := graphql.CoerceList(v)
	if len(texts) > paging.MaxSize {
		return nil, errNotPlanned
	}
	ids := make([]globalid.ID, len(texts))
	for i, v := range texts {
		text, err := scalar.UnmarshalID(v)
		if err != nil {
			return nil, err
		}
		if ids[i], err = globalid.Parse(text); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// rows selects those of the wanted rows that are of a type.
func (n *nodes) rows(to row) part {
	return func(s *statement) error {
		var wanted []globalid.ID
		for _, id := range s.nodes[n.slot].ids {
			if id.Type == to.typ.ID && !slices.Contains(wanted, id) {
				wanted = append(wanted, id)
			}
		}
		if len(wanted) == 0 {
			s.text("null")
			return nil
		}
		return to.array(s, table(to), func(s *statement) error {
			s.text(" where (")
			for i, id := range wanted {
				if i > 0 {
					s.text(" or ")
				}
				s.key(to.typ, to.alias, id)
			}
			s.text(") and ")
			s.reach(to.typ, to.alias)
			return nil
		})
	}
}

func (n *nodes) emit(o *output, row values) error {
	ids := o.nodes[n.slot].ids
	if n.single {
		return n.one(o, row, ids[0])
	}
	o.json = append(o.json, '[')
	for i, id := range ids {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		if err := n.one(o, row, id); err != nil {
			return err
		}
	}
	o.json = append(o.json, ']')
	return nil
}

// one writes the row that an id names, null where it is not there.
func (n *nodes) one(o *output, row values, id globalid.ID) error {
	a := n.types[id.Type]
	if a == nil || row[a.column] == nil {
		o.text("null")
		return nil
	}
	all, err := arrayOf(row[a.column])
	for err == nil && all.left > 0 {
		var data []byte
		if data, err = all.next(); err != nil {
			break
		}
		from := len(o.stack)
		var found values
		if found, err = o.record(data); err != nil {
			break
		}
		if a.is(found, id) {
			err = a.fields.emit(o, found)
			o.stack = o.stack[:from]
			return err
		}
		o.stack = o.stack[:from]
	}
	if err == nil {
		o.text("null")
	}
	return err
}

func (a *alternative) is(row values, id globalid.ID) bool {
	if len(a.key) == 1 {
		return bytes.Equal(row[a.key[0]], id.Row[:])
	}
	return bytes.Equal(row[a.key[0]], id.Brand[:]) && bytes.Equal(row[a.key[1]], id.Row[:])
}
