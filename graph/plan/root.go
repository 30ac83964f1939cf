package plan

import (
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// across lets a field read rows of many brands.
func across(field Field) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		c.across = true
		return field(c, at, f)
	}
}

// single reads one row: that which the condition, written for its alias, names
// and the caller may see.
func single(typeName string, where func(s *statement, alias string, f *call) error) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		return c.single(at, row{newRecord(), c.types[typeName], c.alias(), &at}, f, where)
	}
}

func (c *compiler) single(at, to row, f *call, where func(s *statement, alias string, f *call) error) (emitter, error) {
	fields, err := c.object(to, f.sets)
	if err != nil {
		return nil, err
	}
	from := table(to)
	return first{at.add(func(s *statement) error {
		return to.array(s, from, func(s *statement) error {
			s.text(" where ")
			if err := where(s, to.alias, f); err != nil {
				return err
			}
			s.text(" and ")
			s.reach(to.typ, to.alias)
			return nil
		})
	}), fields}, nil
}

func table(to row) source {
	text := to.typ.table.Table + " as " + to.alias
	return func(s *statement, _ []byte) error {
		s.text(text)
		return nil
	}
}

// byID reads a row by the id that must be given.
func byID(typeName string, t globalid.Type) Field {
	return single(typeName, func(s *statement, alias string, f *call) error {
		id, err := f.id(s.run, "id", t)
		if err == nil {
			s.key(s.planner.types[typeName], alias, *id)
		}
		return err
	})
}

// named reads a row by its id or by another name, one of which must be given.
func named(typeName string, t globalid.Type, other string, byOther func(s *statement, alias, name string)) Field {
	return single(typeName, func(s *statement, alias string, f *call) error {
		id, err := f.id(s.run, "id", t)
		if err != nil {
			return err
		}
		name, err := f.string(s.run, other)
		switch {
		case err != nil:
			return err
		case (id == nil) == (name == nil):
			return errNotPlanned
		case id == nil:
			byOther(s, alias, *name)
		default:
			s.key(s.planner.types[typeName], alias, *id)
		}
		return nil
	})
}

// key is the condition that a row is the one that an id names.
func (s *statement) key(t *Type, alias string, id globalid.ID) {
	if len(t.Key) == 2 {
		s.equal(alias, t.Key[0], id.Brand)
		s.text(" and ")
	}
	s.equal(alias, t.Key[len(t.Key)-1], id.Row)
}

func (s *statement) equal(alias, column string, v any) {
	s.text(alias)
	s.text(".")
	s.text(column)
	s.text(" = ")
	s.value(v)
}
