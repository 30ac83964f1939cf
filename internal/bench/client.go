package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client sends operations over HTTP, on connections that stay open.
type client struct{ http http.Client }

// patience is how long one answer may take.
const patience = time.Minute

func newClient() *client {
	return &client{http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 2 * Crowd}}}
}

func (c *client) send(ctx context.Context, url, token string, body []byte) error {
	_, err := c.fetch(ctx, url, token, body)
	return err
}

func (c *client) fetch(ctx context.Context, url, token string, body []byte) ([]byte, error) {
	response, err := c.http.Do(post(ctx, url, token, body))
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	return data, sound(response.StatusCode, data)
}

// ask sends an operation that prepares and reads its data.
func (m *meter) ask(ctx context.Context, role, query string, variables map[string]any, data any) error {
	answer, err := m.client.fetch(ctx, m.URL, m.Tokens[role], document(query, variables))
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, &struct{ Data any }{data})
}

func document(query string, variables map[string]any) []byte {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // texts, numbers, lists and maps
	}
	return body
}

func post(ctx context.Context, url, token string, body []byte) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic(err) // the URL is our own
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// request is the next run of an operation, to be served without a network.
func (op *operation) request(ctx context.Context) *http.Request {
	n := op.runs.Add(1)
	return post(ctx, "/graphql", op.tokenOf(n), op.body(n))
}

// answer keeps what a handler answers, in the place of the one before.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func serve(h http.Handler, r *http.Request, a *answer) error {
	a.header, a.status = http.Header{}, http.StatusOK
	a.body.Reset()
	h.ServeHTTP(a, r)
	return sound(a.status, a.body.Bytes())
}

// sound fails for an answer that holds an error or a refusal.
func sound(status int, body []byte) error {
	if status != http.StatusOK || !bytes.HasPrefix(body, []byte(`{"data":{`)) || bytes.Contains(body, []byte(`"userErrors":[{`)) {
		return fmt.Errorf("the API answers %d: %s", status, body[:min(len(body), 600)])
	}
	return nil
}

// holds fails for an answer that is not what was asked for.
func (op *operation) holds(body []byte) error {
	if n := bytes.Count(body, []byte(op.each)); n < op.times {
		return fmt.Errorf("the answer holds %s %d times, not %d: %s", op.each, n, op.times, body[:min(len(body), 600)])
	}
	return nil
}
