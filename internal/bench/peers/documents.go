package peers

import (
	"context"
	"fmt"
)

// Documents is the memory of a server before and after it was sent many
// different documents.
type Documents struct {
	Server string `json:"server"`
	Sent   int    `json:"sent"`
	Before int64  `json:"beforeBytes"`
	After  int64  `json:"afterBytes"`
}

// SendDocuments sends an API's server so many documents, each another one.
func SendDocuments(ctx context.Context, s *Server, data *Data, n int) (Documents, error) {
	d := Documents{Server: s.Name, Sent: n, Before: s.memory()}
	c := newClient(s.url, 1, 0)
	defer c.close()
	same := data.scripts("")["a"].steps[0]
	for i := range n {
		same.before = before(fmt.Sprintf(`query A%d($id: ID!) { first%d: product(id: $id) { id title brand { id name }
			variants(first: %d) { nodes { id sku%d: sku price { amount { amount currency } } } } } }`, i, i, 1+i%100, i))
		same.marker = ""
		if err := c.run(ctx, []step{same}); err != nil {
			return d, err
		}
	}
	d.After = s.memory()
	return d, nil
}
