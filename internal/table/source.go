package table

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Source makes a table of a report's arguments, with the rights of the context's
// actor. It refuses bad arguments with problem.BadInput, and reads no row before
// the table's are asked for.
type Source func(ctx context.Context, arguments json.RawMessage) (*Table, error)

// Sources are all reports that can be exported, by their names in snake_case.
// A report that is added here is on the command line, streamed, exported,
// charted and scheduled.
type Sources map[string]Source

// Open makes the table of a report.
func (s Sources) Open(ctx context.Context, name string, arguments json.RawMessage) (*Table, error) {
	open, ok := s[name]
	if !ok {
		return nil, &problem.BadInput{Argument: "report", Message: "is none of " + strings.Join(slices.Sorted(maps.Keys(s)), ", ")}
	}
	if len(arguments) == 0 {
		arguments = json.RawMessage("{}")
	}
	return open(ctx, arguments)
}
