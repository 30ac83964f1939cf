package database

import (
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// SQL is a piece of a statement: text with a ? for each argument. A list
// stands behind "in ?".
type SQL struct {
	Text string
	Args []any
}

// Text makes a piece. Arguments that are pieces themselves are put in their place.
func Text(text string, args ...any) SQL {
	var s SQL
	s.Add(text, args...)
	return s
}

// Add puts text behind what is there.
func (s *SQL) Add(text string, args ...any) {
	size := len(s.Text) + len(text)
	for _, arg := range args {
		if piece, ok := arg.(SQL); ok {
			size += len(piece.Text)
		}
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(s.Text)
	for _, arg := range args {
		before, rest, _ := strings.Cut(text, "?")
		b.WriteString(before)
		if piece, ok := arg.(SQL); ok {
			b.WriteString(piece.Text)
			s.Args = append(s.Args, piece.Args...)
		} else {
			b.WriteByte('?')
			s.Args = append(s.Args, arg)
		}
		text = rest
	}
	b.WriteString(text)
	s.Text = b.String()
}

// dollars is the text as PostgreSQL itself wants it, with $1, $2, … for its
// arguments. A list is one of them.
func (s SQL) dollars() string {
	parts := strings.Split(s.Text, "?")
	var b strings.Builder
	for i, part := range parts[:len(parts)-1] {
		if before, ok := strings.CutSuffix(part, " in "); ok {
			b.WriteString(before + " = any($" + strconv.Itoa(i+1) + ")")
		} else {
			b.WriteString(part + "$" + strconv.Itoa(i+1))
		}
	}
	b.WriteString(parts[len(parts)-1])
	return b.String()
}

// Conditions all hold.
type Conditions []SQL

// Add puts a condition beside the others.
func (c *Conditions) Add(text string, args ...any) { *c = append(*c, SQL{text, args}) }

// Narrow adds them to a query.
func (c Conditions) Narrow(query *gorm.DB) *gorm.DB {
	for _, each := range c {
		query = query.Where(each.Text, each.Args...)
	}
	return query
}

// All is one condition of them, "true" where there are none.
func (c Conditions) All() SQL {
	if len(c) == 0 {
		return SQL{Text: "true"}
	}
	var text strings.Builder
	args, size := 0, 0
	for _, each := range c {
		args, size = args+len(each.Args), size+len(each.Text)+len("() and ")
	}
	text.Grow(size)
	all := SQL{Args: make([]any, 0, args)}
	for i, each := range c {
		if i > 0 {
			text.WriteString(" and ")
		}
		text.WriteByte('(')
		text.WriteString(each.Text)
		text.WriteByte(')')
		all.Args = append(all.Args, each.Args...)
	}
	all.Text = text.String()
	return all
}
