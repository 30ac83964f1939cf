package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// bodies are read into buffers that are used again; large ones are let go.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const keptBody = 64 << 10

// readParams reads a request whole before anything of it runs. It answers one
// that is too large or not a GraphQL request itself, and is not ok then.
func readParams(w http.ResponseWriter, r *http.Request, limit int64, params *graphql.RawParams) (ok bool) {
	body, _ := bodies.Get().(*bytes.Buffer)
	defer func() {
		if body.Cap() <= keptBody {
			body.Reset()
			bodies.Put(body)
		}
	}()
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			WriteError(w, http.StatusRequestEntityTooLarge, codeBadUserInput, "the request body is larger than the limit")
		} else {
			WriteError(w, http.StatusBadRequest, codeBadUserInput, "the request body could not be read")
		}
		return false
	}
	if err := decode(body.Bytes(), params); err != nil {
		WriteError(w, http.StatusBadRequest, codeBadUserInput, err.Error())
		return false
	}
	return true
}

// decode reads a body that holds one request and nothing else. A name that
// stands in an object twice is refused: who reads it first and who reads it
// last must not see two requests.
func decode(body []byte, params *graphql.RawParams) error {
	err := jsonv2.Unmarshal(body, params, numbersAsWritten)
	if err == nil {
		return nil
	}
	wrong, isType := errors.AsType[*jsonv2.SemanticError](err)
	switch {
	case !utf8.Valid(body):
		return errors.New("the request body is not valid UTF-8")
	case isType:
		place := strings.TrimPrefix(string(wrong.JSONPointer), "/")
		if place == "" {
			place = "it"
		}
		return fmt.Errorf("the request body is not a GraphQL request: %s cannot be a %s", place, wrong.JSONKind)
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errors.New("the request body names a member twice")
	}
	return errors.New("the request body is not JSON")
}

// numbersAsWritten keeps what a float64 cannot hold.
var numbersAsWritten = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	number, err := d.ReadValue()
	*v = json.Number(number)
	return err
}))

// WriteError answers a request that never became an operation.
func WriteError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"data":   nil,
		"errors": []error{coded(nil, code, message, nil)},
	})
}
