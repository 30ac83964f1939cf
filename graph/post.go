package graph

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// post is GraphQL over POST. It writes data as it is, which has been JSON from
// its first byte: gqlgen's own transport reads all of it once more.
type post struct {
	// maxBody is the largest request in bytes.
	maxBody int64
}

// Supports tells whether a request is for it.
func (post) Supports(r *http.Request) bool {
	if r.Method != http.MethodPost || r.Header.Get("Upgrade") != "" {
		return false
	}
	given := r.Header.Get("Content-Type")
	if given == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(given)
	return err == nil && mediaType == "application/json"
}

// Do answers a request.
func (p post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params := &graphql.RawParams{Headers: r.Header}
	params.ReadTime.Start = graphql.Now()
	if !readParams(w, r, p.maxBody, params) {
		return
	}
	params.ReadTime.End = graphql.Now()
	form := answerForm(r.Header.Get("Accept"))
	op, errs := exec.CreateOperationContext(r.Context(), params)
	if len(errs) > 0 {
		writeAnswer(w, form, statusOf(form, errs), exec.DispatchError(graphql.WithOperationContext(r.Context(), op), errs))
		return
	}
	respond, ctx := exec.DispatchOperation(r.Context(), op)
	answer := respond(ctx)
	if answer == nil { // the request ended
		answer = refused(codeThrottled, "the operation took too long or was given up")
	}
	writeAnswer(w, form, http.StatusOK, answer)
}

// Media types of answers.
const (
	plainJSON   = "application/json"
	graphqlJSON = "application/graphql-response+json"
)

// answerForm chooses what a client accepts first.
func answerForm(accept string) string {
	if accept == "" || accept == "*/*" {
		return plainJSON
	}
	for part := range strings.SplitSeq(accept, ",") {
		mediaType, _, _ := mime.ParseMediaType(strings.TrimSpace(part))
		switch mediaType {
		case "*/*", "application/*", plainJSON:
			return plainJSON
		case graphqlJSON:
			return graphqlJSON
		}
	}
	return graphqlJSON
}

// statusOf is that of an operation that was refused, as GraphQL over HTTP has it.
func statusOf(form string, refused gqlerror.List) int {
	switch {
	case errcode.GetErrorKind(refused) != errcode.KindProtocol:
		return http.StatusOK
	case form == graphqlJSON:
		return http.StatusBadRequest
	default:
		return http.StatusUnprocessableEntity
	}
}

func writeAnswer(w http.ResponseWriter, form string, status int, answer *graphql.Response) {
	before, data, after := dataBefore, []byte(answer.Data), dataAfter
	if len(answer.Errors) > 0 || len(answer.Extensions) > 0 || len(data) == 0 {
		before, data, after = nil, marshalled(answer), nil
	}
	h := w.Header()
	h["Content-Type"] = []string{form}
	h["Content-Length"] = []string{strconv.Itoa(len(before) + len(data) + len(after))}
	w.WriteHeader(status)
	for _, part := range [][]byte{before, data, after} {
		_, _ = w.Write(part) // a client that has gone hears nothing
	}
}

var dataBefore, dataAfter = []byte(`{"data":`), []byte("}")

// marshalled writes texts as data alone has them, with < > & unescaped.
func marshalled(answer *graphql.Response) []byte {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return []byte(`{"data":null,"errors":[{"message":"internal error","extensions":{"code":"` + codeInternal + `"}}]}`)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}
