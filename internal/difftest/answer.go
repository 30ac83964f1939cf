package difftest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"

	"github.com/tradewind-commerce/tradewind/internal/auth"
)

// Answer is what a handler said.
type Answer struct {
	Status int
	Body   []byte
	// Errors are none in most answers; each is the JSON it came as.
	Errors []string
}

// Ask sends an operation to a handler, as an actor.
func Ask(ctx context.Context, h http.Handler, actor *auth.Actor, op Operation) (Answer, error) {
	body, err := json.Marshal(op)
	if err != nil {
		return Answer{}, err
	}
	r := httptest.NewRequestWithContext(auth.With(ctx, actor), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := Answer{Status: w.Code, Body: w.Body.Bytes()}
	var parts struct{ Errors []json.RawMessage }
	if err := json.Unmarshal(a.Body, &parts); err != nil {
		return a, fmt.Errorf("the answer is no JSON: %w: %s", err, a.Body)
	}
	for _, e := range parts.Errors {
		if bytes.Contains(e, []byte(`"code":"INTERNAL"`)) {
			return a, fmt.Errorf("a fault: %s", e)
		}
		a.Errors = append(a.Errors, string(e))
	}
	slices.Sort(a.Errors) // in which order fields were refused says nothing
	return a, nil
}

// Differ tells how two answers to one operation differ, empty where they do
// not: they have the same bytes, or, with errors, the same data and errors.
func Differ(one, other Answer) string {
	switch {
	case one.Status != other.Status:
		return fmt.Sprintf("status %d and %d", one.Status, other.Status)
	case !slices.Equal(one.Errors, other.Errors):
		return fmt.Sprintf("errors\n%s\nand\n%s", one.Errors, other.Errors)
	}
	x, y := one.Body, other.Body
	if len(one.Errors) > 0 {
		x, y = dataOf(x), dataOf(y)
	}
	if bytes.Equal(x, y) {
		return ""
	}
	at := 0
	for at < min(len(x), len(y)) && x[at] == y[at] {
		at++
	}
	near := func(b []byte) []byte { return b[max(0, at-200):min(len(b), at+200)] }
	return fmt.Sprintf("byte %d:\n%s\nand\n%s", at, near(x), near(y))
}

func dataOf(body []byte) []byte {
	var parts struct{ Data json.RawMessage }
	_ = json.Unmarshal(body, &parts) // Ask has read it
	return parts.Data
}
