package scalar

import (
	"encoding/json"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalJSON writes a JSON object as it is.
func MarshalJSON(v json.RawMessage) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(v) })
}

// UnmarshalJSON takes a JSON object, as a value or as the text of one.
func UnmarshalJSON(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if _, isText := v.(string); isText {
		var s string
		s, err = text(v)
		raw = json.RawMessage(s)
	}
	var object map[string]json.RawMessage
	if err != nil || len(raw) > maxText || json.Unmarshal(raw, &object) != nil || object == nil {
		return nil, refuse("must be a JSON object of at most 200,000 bytes")
	}
	return raw, nil
}
