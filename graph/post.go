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
type post struct{}

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
func (post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params := &graphql.RawParams{Headers: r.Header}
	params.ReadTime.Start = graphql.Now()
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	if err := decoder.Decode(params); err != nil {
		WriteError(w, http.StatusBadRequest, codeBadUserInput, "the request body is not a GraphQL request: "+err.Error())
		return
	}
	params.ReadTime.End = graphql.Now()
	form := answerForm(r.Header.Get("Accept"))
	op, refused := exec.CreateOperationContext(r.Context(), params)
	if len(refused) > 0 {
		writeAnswer(w, form, statusOf(form, refused), exec.DispatchError(graphql.WithOperationContext(r.Context(), op), refused))
		return
	}
	respond, ctx := exec.DispatchOperation(r.Context(), op)
	answer := respond(ctx)
	if answer == nil { // the request ended
		answer = &graphql.Response{Errors: gqlerror.List{coded(nil, codeThrottled, "the operation took too long or was given up", nil)}}
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
	var body []byte
	if len(answer.Errors) == 0 && len(answer.Extensions) == 0 && len(answer.Data) > 0 {
		body = append(append(append(make([]byte, 0, len(answer.Data)+9), `{"data":`...), answer.Data...), '}')
	} else {
		body = marshalled(answer)
	}
	h := w.Header()
	h["Content-Type"] = []string{form}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone hears nothing
}

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
