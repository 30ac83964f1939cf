package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"
)

// readBody takes in a whole body before anything else runs, so that one that
// is too large or not UTF-8 gets an error of the API's form.
func readBody(next http.Handler, limit int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		body, err := readAll(http.MaxBytesReader(w, r.Body, limit), min(r.ContentLength, limit))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			WriteError(w, http.StatusRequestEntityTooLarge, codeBadUserInput, "the request body is larger than the limit")
		case err != nil:
			WriteError(w, http.StatusBadRequest, codeBadUserInput, "the request body could not be read")
		case !utf8.Valid(body):
			WriteError(w, http.StatusBadRequest, codeBadUserInput, "the request body is not valid UTF-8")
		default:
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		}
	})
}

// readAll reads what is as long as it says, mostly.
func readAll(r io.Reader, length int64) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, max(length, 0)+bytes.MinRead))
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// WriteError answers a request that never became an operation.
func WriteError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"data":   nil,
		"errors": []error{coded(nil, code, message, nil)},
	})
}
