package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

// named is what differs from one order to the next.
var named = regexp.MustCompile(`"id":"ord_[^"]{43}","number":"[0-9A-HJKMNP-TV-Z]{12}"`)

// Compare fails where a server does not give the bytes of the first one, for
// so many parameters of each operation. Orders that it places differ in their
// ids and numbers alone. Servers of other words must tell the same values, in
// those operations for which they say where they tell them.
func Compare(ctx context.Context, servers []*Server, data *Data, samples int) error {
	for _, op := range Operations {
		first := data.scripts(Once())[op.Name]
		c := newClient(servers[0].url, 1, 0)
		defer c.close()
		var others []*compared
		for _, s := range servers[1:] {
			other := &compared{s, newClient(s.url, 1, 0), s.script(data, op.Name)}
			defer other.close()
			if err := other.run(ctx, other.script.setup); err != nil {
				return fmt.Errorf("%s of %s: %w", op.Name, s.Name, err)
			}
			if s.api || len(other.script.told) > 0 {
				others = append(others, other)
			}
		}
		for range samples {
			if err := c.run(ctx, first.steps); err != nil {
				return fmt.Errorf("%s of %s: %w", op.Name, servers[0].Name, err)
			}
			for _, other := range others {
				if err := other.run(ctx, other.script.steps); err != nil {
					return fmt.Errorf("%s of %s: %w", op.Name, other.server.Name, err)
				}
				if want, got := other.comparable(first, c.answer.Bytes()); !bytes.Equal(want, got) {
					return fmt.Errorf("%s: for %s\n%s answers %s\n%s answers %s", op.Name, c.body[slices.Index(c.body, ':'):],
						servers[0].Name, want, other.server.Name, got)
				}
			}
		}
	}
	return nil
}

// compared is a server with the client that asks it.
type compared struct {
	server *Server
	*client

	script script
}

// comparable is what of the first server's answer and of its own must be equal.
func (c *compared) comparable(first script, answer []byte) (want, got []byte) {
	if c.server.api {
		return named.ReplaceAll(answer, nil), named.ReplaceAll(c.answer.Bytes(), nil)
	}
	return told(answer, first.told), told(c.answer.Bytes(), c.script.told)
}

// told are the values of fields, as they come in a JSON answer, a line each.
func told(answer []byte, fields []string) []byte {
	var values []byte
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	for last := ""; ; {
		token, err := decoder.Token()
		if err != nil { // the end
			return values
		}
		// A value that is the name of a field is not one of our data.
		text, isText := token.(string)
		if last != "" {
			values, last = fmt.Appendf(values, "%v\n", token), ""
		} else if isText && slices.Contains(fields, text) {
			last = text
		}
	}
}
