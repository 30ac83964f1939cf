package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// columnField reads a column of the row, in the form of the field's scalar.
func columnField(column string) Field { return expression("%s." + column) }

// expression reads an SQL expression of the row, %[1]s in which is its alias,
// in the form of the field's scalar.
func expression(sql string) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		text := fmt.Sprintf(sql, at.alias)
		if f.Definition.Type.Elem != nil {
			return textList{at.sql(text)}, nil
		}
		form, cast := formOf(c.schema.Types[f.Definition.Type.Name()])
		if form == nil {
			return nil, errNotPlanned
		}
		if cast != "" {
			text = "(" + text + ")" + cast
		}
		return leaf{at.sql(text), form, !f.Definition.Type.NonNull}, nil
	}
}

// computed reads an expression whose arguments depend on the run. What it is
// made of for an alias is made once, the expression each time.
func computed(of func(alias string) func(*statement)) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		form, _ := formOf(c.schema.Types[f.Definition.Type.Name()])
		write := of(at.alias)
		column := at.add(func(s *statement) error {
			write(s)
			return nil
		})
		return leaf{column, form, !f.Definition.Type.NonNull}, nil
	}
}

// id reads the opaque id from the columns that it is made of.
func id(t globalid.Type, columns ...string) Field {
	return func(_ *compiler, at row, _ *call) (emitter, error) {
		list := make([]int, len(columns))
		for i, column := range columns {
			list[i] = at.column(column)
		}
		return idOf(t, list...), nil
	}
}

// sum reads an amount of money from its column of minor units, and the row's
// currency; null where the first is.
func sum(minor string) Field { return sumIn(minor, "currency") }

// sumIn is sum with the column of its currency.
func sumIn(minor, currency string) Field {
	return sumOf(func(at row) int { return at.column(minor) }, currency)
}

// optionalSum is sum, null where there are none of the minor units.
func optionalSum(minor string) Field {
	return sumOf(func(at row) int { return at.sql("nullif(" + at.alias + "." + minor + ", 0)") }, "currency")
}

func sumOf(minor func(row) int, currency string) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		calls, err := c.collect("Money", f.sets, nil)
		if err != nil {
			return nil, err
		}
		m, k := minor(at), at.column(currency)
		fields := make(object, len(calls))
		for i, part := range calls {
			fields[i].key = key(part)
			if part.Name == "__typename" {
				fields[i].value = literal(`"Money"`)
			} else {
				fields[i].value = amount{part.Name, m, k}
			}
		}
		return present{[]int{m}, fields}, nil
	}
}

// inside reads a type from the same row: from columns that another type calls
// its own. It is null where one of the named expressions is, %s in which is
// the row's alias.
func inside(typeName string, where ...string) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		fields, err := c.object(row{at.record, c.types[typeName], at.alias, at.of}, f.sets)
		if err != nil || len(where) == 0 {
			return fields, err
		}
		columns := make([]int, len(where))
		for i, sql := range where {
			columns[i] = at.sql(fmt.Sprintf(sql, at.alias))
		}
		return present{columns, fields}, nil
	}
}

// one reads the row that a field of the model names, as far as it can be seen.
func one(typeName, field string) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		to := row{at.record, c.types[typeName], c.alias(), nil}
		on, err := joined(at.typ, at.alias, field, to.typ, to.alias)
		if err != nil {
			return nil, err
		}
		join := " left join " + to.typ.table.Table + " as " + to.alias + " on " + on + " and "
		return c.join(to, f, func(s *statement) error {
			s.text(join)
			s.reach(to.typ, to.alias)
			return nil
		})
	}
}

// join adds a left join to the row's record, and the fields of what it finds.
func (c *compiler) join(to row, f *call, p part) (emitter, error) {
	to.joins = append(to.joins, p)
	return c.present(to, f)
}

// present reads the fields of a row that was joined, null where there is none.
func (c *compiler) present(to row, f *call) (emitter, error) {
	found := to.column(to.typ.table.PrimaryFields[len(to.typ.table.PrimaryFields)-1].DBName)
	fields, err := c.object(to, f.sets)
	return present{[]int{found}, fields}, err
}

// reach narrows rows that are named by key to those that the caller may see.
func (s *statement) reach(t *Type, alias string) {
	if t.Reach != nil {
		t.Reach(s, alias)
		return
	}
	s.scope(t.table.Table, alias)
}

// linked reads the row that a condition names; %[1]s in it is the alias of the
// row it is read at, %[2]s its own. Whoever sees the one sees the other, unless
// it must be reached.
func linked(typeName, on string, reached bool) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		to := row{at.record, c.types[typeName], c.alias(), nil}
		join := " left join " + to.typ.table.Table + " as " + to.alias + " on " + fmt.Sprintf(on, at.alias, to.alias)
		return c.join(to, f, func(s *statement) error {
			s.text(join)
			if reached {
				s.text(" and ")
				s.reach(to.typ, to.alias)
			}
			return nil
		})
	}
}

// rows are a list of what belongs to a row.
type rows struct {
	typeName string
	// field of the model that names the row they belong to; or on, the
	// condition for it, in which %s is that row's alias.
	field, on string
	// from follows "from" where the rows' table alone is not enough.
	from string
	// where narrows them.
	where func(s *statement)
	// order of the list, by expressions of the table.
	order []string
	limit int
}

// many reads a list of what belongs to a row.
func many(list rows) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		to := row{newRecord(), c.types[list.typeName], c.alias(), &at}
		table := to.typ.table.Table
		on := strings.ReplaceAll(list.on, "%s", at.alias)
		if list.field != "" {
			var err error
			if on, err = joined(to.typ, table, list.field, at.typ, at.alias); err != nil {
				return nil, err
			}
		}
		before, after := "select "+table+".*"+sortColumns(list.order)+" from "+table+" "+list.from+" where "+on, ""
		if list.limit > 0 {
			after = " order by " + strings.Join(list.order, ", ") + " limit " + strconv.Itoa(list.limit)
		}
		return c.list(at, to, f, func(s *statement) error {
			s.text(before)
			if list.where != nil {
				s.text(" and ")
				list.where(s)
			}
			s.text(after)
			return nil
		}, list.order)
	}
}

// items reads a list out of the row itself: from an SQL expression of rows, in
// which %s is the row's alias, sorted by expressions of its own.
func items(typeName, from string, order string) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		to := row{newRecord(), c.types[typeName], c.alias(), &at}
		fields, err := c.object(to, f.sets)
		if err != nil {
			return nil, err
		}
		column := at.add(func(s *statement) error {
			return to.array(s, func(s *statement, _ []byte) error {
				s.text(fmt.Sprintf(from, at.alias) + " as " + fmt.Sprintf(order, to.alias))
				return nil
			}, nil)
		})
		return list{column, fields}, nil
	}
}

// list adds a column with the records of a select, whose columns s1, s2 … sort it.
func (c *compiler) list(at, to row, f *call, selected part, keys []string) (emitter, error) {
	fields, err := c.object(to, f.sets)
	if err != nil {
		return nil, err
	}
	source, order := from(to.alias, selected), sorted(to.alias, keys)
	return list{at.add(func(s *statement) error { return to.array(s, source, order) }), fields}, nil
}

func from(alias string, selected part) source {
	after := ") as " + alias
	return func(s *statement, _ []byte) error {
		s.text("(")
		err := selected(s)
		s.text(after)
		return err
	}
}

// sortColumns selects the expressions of an order as s1, s2 …
func sortColumns(order []string) (sql string) {
	for i, expr := range order {
		expression, _ := direction(expr)
		sql += fmt.Sprintf(", %s as s%d", expression, i+1)
	}
	return sql
}

// sorted is the order by those columns.
func sorted(alias string, order []string) part {
	text, between := "", " order by "
	for i, expr := range order {
		_, desc := direction(expr)
		text += fmt.Sprintf("%s%s.s%d%s", between, alias, i+1, desc)
		between = ", "
	}
	return func(s *statement) error {
		s.text(text)
		return nil
	}
}

func key(f *call) string { return `"` + f.Alias + `":` }

// direction cuts " desc" from an expression.
func direction(expr string) (expression, desc string) {
	if cut, ok := strings.CutSuffix(expr, " desc"); ok {
		return cut, " desc"
	}
	return expr, ""
}
