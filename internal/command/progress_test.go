package command

import (
	"strings"
	"testing"
	"time"
)

func TestProgressIsToldInLinesWithoutATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tell := lines(&out, func() time.Time { return now })
	for done := 0; done <= 1000; done += 10 {
		tell("reading", done, 1000)
		now = now.Add(50 * time.Millisecond)
	}
	tell("reading", 1000, 1000)
	tell("booking", 7, 0)
	want := `reading: 0 of 1000 (0 %)
reading: 400 of 1000 (40 %)
reading: 800 of 1000 (80 %)
reading: 1000 of 1000 (100 %)
booking: 7
`
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
}
