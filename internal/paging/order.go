package paging

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Key is a part of an order: an SQL expression that is never null, and its SQL type.
type Key struct{ Expr, Type string }

// Order is a Sort as a statement sees it, whatever its rows are read into.
type Order struct {
	Name   string
	Filter any
	Keys   []Key
	Desc   bool
}

// Order is the sort without the rows' type.
func (s Sort[N]) Order() Order {
	keys := make([]Key, len(s.Columns))
	for i, c := range s.Columns {
		keys[i] = Key{c.Expr, c.Type}
	}
	return Order{s.Name, s.Filter, keys, s.Desc}
}

// Fingerprint tells cursors of this list, order and filter from others.
func (o Order) Fingerprint() string {
	if o.Filter == nil {
		name := o.Name
		if o.Desc {
			name += " down"
		}
		if known, ok := fingerprints.Load(name); ok {
			return known.(string) //nolint:forcetypeassert // nothing else is put there
		}
		made := o.fingerprint()
		fingerprints.Store(name, made)
		return made
	}
	return o.fingerprint()
}

// fingerprints of orders without a filter: there is one for each name in the code.
var fingerprints sync.Map

func (o Order) fingerprint() string {
	filter, _ := json.Marshal(o.Filter)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %s", o.Name, o.Desc, filter))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// By is the order in the direction in which a page is read.
func (o Order) By(w Window) string {
	exprs := make([]string, len(o.Keys))
	for i, k := range o.Keys {
		exprs[i] = k.Expr + o.Direction(w)
	}
	return strings.Join(exprs, ", ")
}

// Direction follows each key of an order.
func (o Order) Direction(w Window) string {
	if o.Desc != w.Backward {
		return " desc"
	}
	return ""
}

// Between are the conditions of what lies between the cursors.
func (o Order) Between(args Args) (database.Conditions, error) {
	return o.between(args, o.Keys, "")
}

// between compares some of the keys; orEqual is = where those of the cursors belong to it.
func (o Order) between(args Args, keys []Key, orEqual string) (database.Conditions, error) {
	var conditions database.Conditions
	for _, bound := range []struct {
		name   string
		cursor *string
		after  bool
	}{{"after", args.After, true}, {"before", args.Before, false}} {
		if bound.cursor == nil {
			continue
		}
		values, err := o.decode(bound.name, *bound.cursor)
		if err != nil {
			return nil, err
		}
		exprs, marks := make([]string, len(keys)), make([]string, len(keys))
		for i, k := range keys {
			exprs[i], marks[i] = k.Expr, "cast(? as "+k.Type+")"
		}
		operator := " >"
		if bound.after == o.Desc {
			operator = " <"
		}
		conditions.Add("("+strings.Join(exprs, ", ")+")"+operator+orEqual+" ("+strings.Join(marks, ", ")+")", values[:len(keys)]...)
	}
	return conditions, nil
}

// Bounds are the values of the cursors as texts, nil where there is none.
func (o Order) Bounds(args Args) (after, before []string, err error) {
	values := func(name string, cursor *string) (texts []string) {
		if cursor == nil || err != nil {
			return nil
		}
		var found []any
		found, err = o.decode(name, *cursor)
		for _, v := range found {
			texts = append(texts, fmt.Sprint(v))
		}
		return texts
	}
	return values("after", args.After), values("before", args.Before), err
}

// BeginCursor, CursorValue for each of the row's sort values as text, and
// EndCursor make the cursor of a row: its text grows, and is appended encoded.
func BeginCursor(text []byte, fingerprint string) []byte {
	return append(append(append(text, '[', '"'), fingerprint...), '"')
}

// CursorValue appends a value to the text of a cursor.
func CursorValue(text, value []byte) []byte {
	for _, c := range value {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(string(value))
			return append(append(text, ','), quoted...)
		}
	}
	return append(append(append(text, ',', '"'), value...), '"')
}

// EndCursor appends the cursor that the text makes.
func EndCursor(dst, text []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(dst, append(text, ']'))
}

func (o Order) decode(argument, cursor string) ([]any, error) {
	var values []string
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(raw, &values)
	}
	foreign := &problem.BadInput{Argument: argument, Message: "this is not a cursor of this list, order and filter"}
	if err != nil || len(values) != len(o.Keys)+1 || values[0] != o.Fingerprint() {
		return nil, foreign
	}
	out := make([]any, len(o.Keys))
	for i, v := range values[1:] {
		if !wellFormed(o.Keys[i].Type, v) {
			return nil, foreign
		}
		out[i] = v
	}
	return out, nil
}
