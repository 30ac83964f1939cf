package peers

import (
	"context"
	"net/http"
)

// Filled is a small marketplace, with the address of its database.
var Filled = filled

// Requests are n of an operation, as its clients send them.
func (d *Data) Requests(ctx context.Context, operation string, n int) []*http.Request {
	return requestsOf(ctx, d.scripts("")[operation], n)
}
