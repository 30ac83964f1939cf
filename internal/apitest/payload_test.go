package apitest_test

import (
	"fmt"
	"strings"
	"testing"
)

// What a payload shows of its row beyond the row itself costs one statement,
// whatever it holds, and the row itself none. A mutation of several reads each
// payload before it goes on.
func TestPayloadsSendOneStatement(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	client := w.api.As(w.owner)
	update := func(alias, vendor, selection string) string {
		return fmt.Sprintf(`%s: productUpdate(input: {productId: %q, vendor: %q}) { product { %s } userErrors { code } }`,
			alias, w.goods.Product.GlobalID(), vendor, selection)
	}
	send := func(updates ...string) (statements int, answer string) {
		t.Helper()
		w.api.Sent.Reset()
		a := client.Post(t, "mutation { "+strings.Join(updates, " ")+" }", nil)
		if len(a.Errors) > 0 || strings.Contains(string(a.Raw), `"code"`) {
			t.Fatalf("%s", a.Raw)
		}
		return len(w.api.Sent.List()), string(a.Raw)
	}
	all := `version vendor brand { name storefronts(first: 3) { nodes { name } } } media { url } listings { prices { amount { amount } } }
		variants(first: 5) { totalCount nodes { sku available price { amount { amount } } stock { warehouse { name } onHand } } }`
	alone, _ := send(update("a", "One", "id version vendor title"))
	if sent, answer := send(update("a", "Two", all)); sent != alone+1 || !strings.Contains(answer, `"totalCount":2`) {
		t.Errorf("%d statements without and %d with all that belongs to the product: %s", alone, sent, answer)
	}
	brand := `brand { products(first: 1) { nodes { vendor } } }`
	sent, answer := send(update("a", "Three", brand), update("b", "Four", brand))
	first, second := strings.Index(answer, `"a":{"product":{"brand":{"products":{"nodes":[{"vendor":"Three"}]}}}`), strings.Index(answer, `[{"vendor":"Four"}]`)
	if first < 0 || second < first || sent != 2*(alone+1) {
		t.Errorf("%d statements, %s", sent, answer)
	}
}
