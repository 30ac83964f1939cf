package apitest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/graph/generated"
)

// UserError is a refusal of a mutation.
type UserError struct {
	Code    string   `json:"code"`
	Field   []string `json:"field"`
	Message string   `json:"message"`
}

func (e UserError) String() string { return e.Code + " " + strings.Join(e.Field, ".") }

// Refused lists refusals as "CODE path", for tests to compare.
func Refused(list []UserError) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.String()
	}
	return strings.Join(texts, "; ")
}

// Mutate sends a mutation with an input and reads the object of its payload,
// selected as "product { id }", into out, which may be nil. Top-level errors
// fail the test, refusals are given back.
func (c *Client) Mutate(t testing.TB, mutation, object string, input map[string]any, out any) []UserError {
	t.Helper()
	field := generated.NewExecutableSchema(generated.Config{}).Schema().Mutation.Fields.ForName(mutation)
	if field == nil {
		t.Fatalf("there is no mutation %s", mutation)
	}
	name, _, _ := strings.Cut(object, " ")
	var data struct {
		Payload map[string]json.RawMessage
	}
	c.Do(t, fmt.Sprintf("mutation($input: %s) { payload: %s(input: $input) { %s userErrors { code field message } } }",
		field.Arguments.ForName("input").Type, mutation, object), map[string]any{"input": input}, &data)
	var refused []UserError
	if err := json.Unmarshal(data.Payload["userErrors"], &refused); err != nil {
		t.Fatal(err)
	}
	if empty := string(data.Payload[name]) == "null"; empty != (len(refused) > 0) {
		t.Fatalf("%s: %s is %s with the refusals %v", mutation, name, data.Payload[name], refused)
	}
	if out != nil && len(refused) == 0 {
		if err := json.Unmarshal(data.Payload[name], out); err != nil {
			t.Fatal(err)
		}
	}
	return refused
}
