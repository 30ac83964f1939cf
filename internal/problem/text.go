package problem

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line checks a text of one line, such as a name, and gives it trimmed: it
// must have minimum to maximum characters and no control characters.
func (l *List) Line(field, s string, minimum, maximum int) string {
	return l.text(field, strings.TrimSpace(s), minimum, maximum, "")
}

// Lines checks a longer text and gives it trimmed, with plain line ends.
func (l *List) Lines(field, s string, minimum, maximum int) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "\r\n", "\n")
	return l.text(field, s, minimum, maximum, "\n\t")
}

func (l *List) text(field, s string, minimum, maximum int, allowed string) string {
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0 && minimum > 0:
		l.Add(field, Required, "must not be empty")
	case n < minimum:
		l.Add(field, Invalid, fmt.Sprintf("must have at least %d characters", minimum))
	case n > maximum:
		l.Add(field, TooLong, fmt.Sprintf("must have at most %s characters", thousands(int64(maximum))))
	}
	if strings.ContainsFunc(s, func(r rune) bool { return Hidden(r) && !strings.ContainsRune(allowed, r) }) {
		l.Add(field, Invalid, "must not hold control characters")
	}
	return s
}

// Hidden tells characters that show nothing, or turn around what is shown.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' ||
		r == '\u2028' || r == '\u2029'
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Slug checks a name in addresses: lower-case letters and digits, with single
// hyphens between them.
func (l *List) Slug(field, s string, minimum, maximum int) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		l.Add(field, Required, "must not be empty")
	case n > maximum:
		l.Add(field, TooLong, fmt.Sprintf("must have at most %d characters", maximum))
	case n < minimum || !slugForm.MatchString(s):
		l.Add(field, Invalid,
			fmt.Sprintf("must be %d to %d lower-case letters, digits and single hyphens between them", minimum, maximum))
	}
}

// Number checks that a number lies between two others, both included.
func (l *List) Number(field string, n, minimum, maximum int64) {
	if n < minimum || n > maximum {
		l.Add(field, OutOfRange, fmt.Sprintf("must be %s to %s", thousands(minimum), thousands(maximum)))
	}
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
