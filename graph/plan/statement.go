package plan

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/market"
)

// run is what one execution of a plan knows.
type run struct {
	planner   *Planner
	ctx       context.Context
	actor     *auth.Actor
	now       time.Time
	market    market.Context
	variables map[string]any
	// payload is what is shown, nil where it is an operation.
	payload *payload
	// pages and nodes are what the statement's parts leave for their emitters.
	pages []pageState
	nodes []nodeState
	// answers of the domain to the plan's questions.
	answers []any
}

// statement is the SQL of one execution. How the values are to be sent comes
// before its arguments, as pgx wants it.
type statement struct {
	*run

	sql  []byte
	args []any
	// alone: a list that is written now is all that is read, and rows, that it
	// was one: its records are the statement's rows then.
	alone, rows bool
	// moved is text on its way to another place.
	moved []byte
}

// write makes the statement of a plan.
func (s *statement) write(root *record) error {
	s.alone, s.rows = len(root.columns) == 1, false
	s.text("select ")
	return root.selected(s, ", ")
}

// part writes a piece of a statement.
type part func(*statement) error

func (s *statement) text(t string) { s.sql = append(s.sql, t...) }

// value writes the placeholder of an argument.
func (s *statement) value(v any) {
	s.sql = strconv.AppendInt(append(s.sql, '$'), int64(s.argument(v)), 10)
}

// argument gives the number of an argument. Ids and instants, whose type is
// the same wherever they stand, are sent once.
func (s *statement) argument(v any) int {
	switch v.(type) {
	case uuid.UUID, time.Time:
		if known := slices.Index(s.args, v); known > 0 {
			return known
		}
	}
	s.args = append(s.args, v)
	return len(s.args) - 1
}

// add writes a piece with its arguments.
func (s *statement) add(text string, args ...any) {
	for _, arg := range args {
		before, rest, _ := strings.Cut(text, "?")
		text = rest
		if isList(arg) {
			if among, ok := strings.CutSuffix(before, " in "); ok {
				s.text(among)
				s.Among(arg)
				continue
			}
		}
		s.text(before)
		s.value(arg)
	}
	s.text(text)
}

func isList(v any) bool {
	switch v.(type) {
	case time.Time, string, uuid.UUID, int64:
		return false
	}
	return reflect.TypeOf(v).Kind() == reflect.Slice
}

func (s *statement) addSQL(sql database.SQL) { s.add(sql.Text, sql.Args...) }

// Text, Value and Among make a statement an auth.Writer.
func (s *statement) Text(t string) { s.text(t) }

// Value writes an argument.
func (s *statement) Value(v any) { s.value(v) }

// Among writes that what stands before it is one of a list: one argument, so
// that the statement stays the same whatever its length.
func (s *statement) Among(list any) {
	s.text(" = any (")
	s.value(list)
	s.text(")")
}

// scope narrows a table's rows to those that the caller may see.
func (s *statement) scope(table, alias string) { auth.Write(s, s.actor, table, alias, s.now) }

// quoted lists constants of SQL.
func quoted[T ~string](values []T) string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = "'" + string(v) + "'"
	}
	return strings.Join(all, ", ")
}
