package cell

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrTimeForm is the fault of a pattern that Times does not understand.
var ErrTimeForm = errors.New("a time form is made of YYYY, MM, DD, hh, mm and ss, such as DD/MM/YYYY hh:mm")

// Times says how a file writes times.
type Times struct {
	// In is the zone of times that name none.
	In *time.Location

	layouts []string
}

// forms are those that mean the same to everybody.
var forms = []string{
	"2006-1-2 15:4:5", time.RFC3339, "2006-1-2T15:4:5", "2006-1-2T15:4", "2006-1-2 15:4", "2006-1-2", "2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05 UTC", "2006/1/2 15:4:5", "2006/1/2 15:4", "2006/1/2",
	"2 Jan 2006 15:4:5", "2 Jan 2006 15:4", "2 Jan 2006", "Jan 2, 2006",
}

// NewTimes takes a pattern such as "DD/MM/YYYY hh:mm"; without one it reads
// the forms that mean the same to everybody, never 03/04/2026.
func NewTimes(pattern string, in *time.Location) (Times, error) {
	if pattern == "" {
		return Times{In: in, layouts: forms}, nil
	}
	layout := strings.NewReplacer("YYYY", "2006", "MM", "1", "DD", "2", "hh", "15", "mm", "4", "ss", "5").Replace(pattern)
	if !strings.Contains(pattern, "YYYY") || !strings.Contains(pattern, "MM") || !strings.Contains(pattern, "DD") ||
		strings.ContainsFunc(layout, func(r rune) bool { return r != 'T' && (r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') }) {
		return Times{}, fmt.Errorf("%s: %w", Show(pattern), ErrTimeForm)
	}
	return Times{In: in, layouts: []string{layout}}, nil
}

// Time reads an instant.
func (t Times) Time(s string) (time.Time, error) {
	text := strings.TrimSpace(s)
	for _, layout := range t.layouts {
		if at, err := time.ParseInLocation(layout, text, t.In); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%s is not a time; its form can be named, such as DD/MM/YYYY hh:mm", Show(s))
}
