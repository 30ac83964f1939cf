package peers

import (
	"context"
	"net/http"
	"net/url"
)

// Filled is a small marketplace, with the address of its database.
var Filled = filled

// Of is a server at the address, with operations in words of its own where
// there are some.
func (d *Data) Of(name, address, operations string) (*Server, error) {
	if operations != "" {
		return d.Peer(name+"="+address, operations)
	}
	at, err := url.Parse(address)
	return &Server{Name: name, url: at, api: true}, err
}

// Requests are n of an operation, as its clients send them.
func (d *Data) Requests(ctx context.Context, operation string, n int) []*http.Request {
	return requestsOf(ctx, d.scripts("")[operation], n)
}
