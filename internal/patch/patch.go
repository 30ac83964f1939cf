// Package patch tells what a change leaves alone from what it empties.
package patch

// Field is a change of one field. The zero value leaves it as it is.
type Field[T any] struct {
	// Given is false where the field stays as it is.
	Given bool
	// To is its new value, nil to empty it.
	To *T
}

// To sets a field.
func To[T any](v T) Field[T] { return Field[T]{Given: true, To: &v} }

// Empty empties a field.
func Empty[T any]() Field[T] { return Field[T]{Given: true} }

// Set gives the new value, where there is one.
func (f Field[T]) Set() (v T, ok bool) {
	if f.To == nil {
		return v, false
	}
	return *f.To, true
}

// Emptied tells whether the field is to be emptied.
func (f Field[T]) Emptied() bool { return f.Given && f.To == nil }
