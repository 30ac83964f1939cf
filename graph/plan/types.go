package plan

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// Type says how rows of a GraphQL type are read.
type Type struct {
	Name string
	// Model is the GORM model of its table; nil for what has none of its own.
	Model any
	// ID and Key say how the opaque id of a row is made, and of which columns.
	ID  globalid.Type
	Key []string
	// Tenant is the column of its brand, empty where rows have none.
	Tenant string
	// Reach narrows rows that are named by key to those that the caller may
	// see. Default: the scope of the table.
	Reach func(s *statement, alias string)
	// Fields beside those that are columns of the same name.
	Fields map[string]Field

	table *schema.Schema
}

// Field compiles a field at a row: it adds what it needs to the row's record,
// and gives what writes it.
type Field func(c *compiler, at row, f *call) (emitter, error)

// bind reads the type's table as GORM parsed it, and adds the fields that are
// columns. It fails where a declared field is not in the schema.
func (t *Type) bind(sdl *ast.Schema, db *gorm.DB) error {
	def := sdl.Types[t.Name]
	if def == nil {
		return fmt.Errorf("the schema has no type %s", t.Name)
	}
	for name := range t.Fields {
		if def.Fields.ForName(name) == nil {
			return fmt.Errorf("the schema has no field %s.%s", t.Name, name)
		}
	}
	if t.Model == nil {
		return nil
	}
	statement := gorm.Statement{DB: db}
	if err := statement.Parse(t.Model); err != nil {
		return fmt.Errorf("parse the model of %s: %w", t.Name, err)
	}
	t.table = statement.Schema
	if t.ID != "" {
		t.Fields["id"] = id(t.ID, t.Key...)
	}
	for _, field := range def.Fields {
		if _, declared := t.Fields[field.Name]; declared || len(field.Arguments) > 0 {
			continue
		}
		column := t.columnNamed(field.Name)
		if f, _ := formOf(sdl.Types[field.Type.Name()]); f != nil && column != nil {
			t.Fields[field.Name] = columnField(column.DBName)
		}
	}
	return nil
}

func (t *Type) columnNamed(name string) *schema.Field {
	for _, f := range t.table.Fields {
		if strings.EqualFold(f.Name, name) && f.DBName != "" {
			return f
		}
	}
	return nil
}

// db gives the column of a model's field.
func (t *Type) db(field string) (string, error) {
	f := t.table.LookUpField(field)
	if f == nil {
		return "", fmt.Errorf("%s has no field %s", t.table.Name, field)
	}
	return f.DBName, nil
}

// relation finds the declared relation from one type's fields to another type.
func relation(from *Type, field string, to *Type) (models.Relation, error) {
	for _, r := range models.Relations() {
		if reflect.TypeOf(r.From) == reflect.TypeOf(from.Model) && reflect.TypeOf(r.To) == reflect.TypeOf(to.Model) &&
			r.Fields[len(r.Fields)-1] == field {
			return r, nil
		}
	}
	return models.Relation{}, fmt.Errorf("no relation is declared from %s.%s to %s", from.Name, field, to.Name)
}

// joined is the condition that a row of from names, by a field, a row of to.
func joined(from *Type, fromAlias, field string, to *Type, toAlias string) (string, error) {
	r, err := relation(from, field, to)
	if err != nil {
		return "", err
	}
	var same []string
	for i := range r.Fields {
		left, err := from.db(r.Fields[i])
		if err != nil {
			return "", err
		}
		right, err := to.db(r.Keys[i])
		if err != nil {
			return "", err
		}
		same = append(same, fmt.Sprintf("%s.%s = %s.%s", toAlias, right, fromAlias, left))
	}
	return strings.Join(same, " and "), nil
}
