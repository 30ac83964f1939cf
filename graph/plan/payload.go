package plan

import (
	"context"
	"reflect"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"gorm.io/gorm/schema"
)

// payload is what a mutation's payload shows of a row.
type payload struct {
	*call

	// path names it within its operation.
	path string
	typ  *Type
	// row as the mutation gave it.
	row reflect.Value
}

// Payload reads what a field of a mutation's payload shows of the row that the
// mutation gave: with one statement, which is sent after the mutation was
// committed. It is not ok where that is for the resolvers: as for Run, where
// they have at hand what is asked for, and where the caller does not find the
// row as it was given, for it is out of reach or was changed again.
func (p *Planner) Payload(
	ctx context.Context, op *graphql.OperationContext, field *graphql.FieldContext, given any,
) (data []byte, ok bool) {
	f := field.Field
	t, row := p.types[f.Definition.Type.NamedType], reflect.ValueOf(given)
	if t == nil || row.Kind() != reflect.Pointer || row.IsNil() || row.Type().Elem() != reflect.TypeOf(t.Model) {
		return nil, false
	}
	of := &payload{&call{f.Field, []ast.SelectionSet{f.Selections}}, field.Parent.Field.Alias + "." + f.Alias, t, row}
	data, ok = p.answer(ctx, op, of)
	return data, ok && string(data) != "null"
}

// payload compiles what is asked of the row. Nothing of the run gets into the plan.
func (c *compiler) payload(at row, of *payload) (emitter, error) {
	to := row{newRecord(), of.typ, c.alias(), &at}
	fields, err := c.single(at, to, of.call, func(s *statement, alias string, _ *call) error {
		s.given(alias)
		return nil
	})
	if err == nil && !c.beyond(to) {
		err = errNotPlanned
	}
	return fields, err
}

// beyond tells whether more is read than columns of the row: its own the
// resolvers have at hand.
func (c *compiler) beyond(at row) bool {
	if c.aliases > 1 {
		return true
	}
	for text := range at.known {
		if strings.Contains(text, "select ") {
			return true
		}
	}
	return false
}

// given is the condition that a row is that of the payload, in the version
// that it was given in.
func (s *statement) given(alias string) {
	t := s.payload.typ.table
	same := func(f *schema.Field) {
		value, _ := f.ValueOf(s.ctx, s.payload.row)
		s.add(alias+"."+f.DBName+" = ?", value)
	}
	for i, f := range t.PrimaryFields {
		if i > 0 {
			s.text(" and ")
		}
		same(f)
	}
	if version := t.LookUpField("Version"); version != nil {
		s.text(" and ")
		same(version)
	}
}
