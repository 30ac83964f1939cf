package plan

import (
	"context"
	"reflect"
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
	// pages and nodes are what the statement's parts leave for their emitters.
	pages []pageState
	nodes []nodeState
}

// statement is the SQL of one execution.
type statement struct {
	*run

	sql  []byte
	args []any
}

// part writes a piece of a statement.
type part func(*statement) error

func (s *statement) text(t string) { s.sql = append(s.sql, t...) }

// value writes the placeholder of an argument.
func (s *statement) value(v any) {
	if id, ok := v.(uuid.UUID); ok {
		v = [16]byte(id)
	}
	s.args = append(s.args, v)
	s.sql = strconv.AppendInt(append(s.sql, '$'), int64(len(s.args)), 10)
}

// add writes a piece with its arguments. A list in place of "in ?" is one
// argument, so that the statement stays the same whatever its length.
func (s *statement) add(text string, args ...any) {
	for _, arg := range args {
		before, rest, _ := strings.Cut(text, "?")
		text = rest
		if isList(arg) {
			if among, ok := strings.CutSuffix(before, " in "); ok {
				s.text(among)
				s.text(" = any (")
				s.value(arg)
				s.text(")")
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

// scope narrows a table's rows to those that the caller may see.
func (s *statement) scope(table, alias string) {
	condition, args := auth.Where(s.actor, table, alias, s.now)
	s.add(condition, args...)
}

// seen is scope as a condition, of the table under its own name.
func (s *statement) seen(table string) database.SQL {
	condition, args := auth.Where(s.actor, table, "", s.now)
	return database.SQL{Text: condition, Args: args}
}

// quoted lists constants of SQL.
func quoted[T ~string](values []T) string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = "'" + string(v) + "'"
	}
	return strings.Join(all, ", ")
}
