package plan

import (
	"strconv"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// What the domain computes in Go is written from its values: the one at hand
// is output.value, and the fields of its type are the functions below.

// question asks the domain for a value before the statement is sent.
type question func(r *run) (any, error)

// ask compiles a type whose value the answer to a question is.
func (c *compiler) ask(typeName string, f *call, q question) (emitter, error) {
	fields, err := c.object(row{typ: c.types[typeName]}, f.sets)
	c.questions = append(c.questions, q)
	return answered{len(c.questions) - 1, fields}, err
}

// answered writes an answer.
type answered struct {
	question int
	value    emitter
}

func (a answered) emit(o *output, _ values) error { return o.on(o.answers[a.question], a.value) }

// on writes a value by fields of its type.
func (o *output) on(value any, fields emitter) error {
	before := o.value
	o.value = value
	err := fields.emit(o, nil)
	o.value = before
	return err
}

// onEach writes a list of values by fields of their type.
func onEach[T any](o *output, list []T, fields emitter) error {
	o.json = append(o.json, '[')
	for i, value := range list {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		if err := o.on(value, fields); err != nil {
			return err
		}
	}
	o.json = append(o.json, ']')
	return nil
}

// ofValue writes something of the value at hand.
type ofValue[T any] func(o *output, value T) error

func (write ofValue[T]) emit(o *output, _ values) error {
	value, ok := o.value.(T)
	if !ok {
		return errForm
	}
	return write(o, value)
}

// scalarOf writes a scalar of a value.
func scalarOf[T any](write func(dst []byte, value T) []byte) Field {
	return func(*compiler, row, *call) (emitter, error) {
		return ofValue[T](func(o *output, value T) error {
			o.json = write(o.json, value)
			return nil
		}), nil
	}
}

// partOf writes a value within a value, null where it is not there.
func partOf[T, P any](typeName string, part func(T) (P, bool)) Field {
	return func(c *compiler, _ row, f *call) (emitter, error) {
		fields, err := c.object(row{typ: c.types[typeName]}, f.sets)
		return ofValue[T](func(o *output, value T) error {
			p, ok := part(value)
			if !ok {
				o.text("null")
				return nil
			}
			return o.on(p, fields)
		}), err
	}
}

// partsOf writes a list of values within a value.
func partsOf[T, P any](typeName string, parts func(T) []P) Field {
	return func(c *compiler, _ row, f *call) (emitter, error) {
		fields, err := c.object(row{typ: c.types[typeName]}, f.sets)
		return ofValue[T](func(o *output, value T) error { return onEach(o, parts(value), fields) }), err
	}
}

func textOf[T any](text func(T) string) Field {
	return scalarOf(func(dst []byte, value T) []byte { return appendText(dst, text(value)) })
}

func optionalTextOf[T any](text func(T) *string) Field {
	return scalarOf(func(dst []byte, value T) []byte {
		if t := text(value); t != nil {
			return appendText(dst, *t)
		}
		return append(dst, "null"...)
	})
}

func optionalTimeOf[T any](at func(T) *time.Time) Field {
	return scalarOf(func(dst []byte, value T) []byte {
		if t := at(value); t != nil {
			return appendInstant(dst, t.UTC())
		}
		return append(dst, "null"...)
	})
}

func boolOf[T any](is func(T) bool) Field {
	return scalarOf(func(dst []byte, value T) []byte { return strconv.AppendBool(dst, is(value)) })
}

func bigIntOf[T any](n func(T) int64) Field {
	return scalarOf(func(dst []byte, value T) []byte {
		return append(strconv.AppendInt(append(dst, '"'), n(value), 10), '"')
	})
}

func moneyOf[T any](sum func(T) money.Money) Field {
	return partOf("Money", func(value T) (money.Money, bool) { return sum(value), true })
}

func appendText(dst []byte, s string) []byte {
	dst, _ = appendString(dst, []byte(s)) // any text can be written
	return dst
}
