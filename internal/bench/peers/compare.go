package peers

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
)

// named is what differs from one order to the next.
var named = regexp.MustCompile(`"id":"ord_[^"]{43}","number":"[0-9A-HJKMNP-TV-Z]{12}"`)

// Compare fails where a server does not give the bytes of the first one, for
// so many parameters of each operation. Orders that it places differ in their
// ids and numbers alone.
func Compare(ctx context.Context, servers []*Server, data *Data, samples int) error {
	for _, op := range Operations {
		clients := make([]*client, len(servers))
		scripts := make([]script, len(servers))
		for i, s := range servers {
			clients[i], scripts[i] = newClient(s.url, 1, 0), data.scripts(Once())[op.Name]
			defer clients[i].close()
		}
		for range samples {
			for i, c := range clients {
				if err := c.run(ctx, scripts[i].steps); err != nil {
					return fmt.Errorf("%s of %s: %w", op.Name, servers[i].Name, err)
				}
			}
			for i, c := range clients[1:] {
				want, got := named.ReplaceAll(clients[0].answer.Bytes(), nil), named.ReplaceAll(c.answer.Bytes(), nil)
				if !bytes.Equal(want, got) {
					return fmt.Errorf("%s: for %s\n%s answers %s\n%s answers %s", op.Name, c.body[slices.Index(c.body, ':'):],
						servers[0].Name, want, servers[i+1].Name, got)
				}
			}
		}
	}
	return nil
}
