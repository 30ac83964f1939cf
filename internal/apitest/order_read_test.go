package apitest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestOrdersAreReadByWhomTheyConcern(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	mine := place(t, m.shopper, m.acme.buy("5.50", m.acme.jam.Variants[0]))
	m.api.Now = m.api.Now.Add(time.Hour)
	theirs := place(t, m.shopper, m.best.buy("12.00", m.best.honey.Variants[0]))
	line := struct {
		Order struct{ Lines []struct{ ID string } }
	}{}
	m.shopper.Do(t, `query($id: ID) { order(id: $id) { lines { id } } }`, map[string]any{"id": mine.ID}, &line)

	const query = `query($id: ID!, $number: String, $line: ID!) {
		byID: order(id: $id) { number } byNumber: order(number: $number) { number }
		node(id: $id) { ... on Order { number } } line: node(id: $line) { ... on OrderLine { sku } }
		orders(first: 5) { totalCount nodes { number shopper { name orders { totalCount nodes { number } } } } }
	}`
	variables := map[string]any{"id": mine.ID, "number": mine.Number, "line": line.Order.Lines[0].ID}
	seen := fmt.Sprintf(`"byID":{"number":%[1]q},"byNumber":{"number":%[1]q},"node":{"number":%[1]q},"line":{"sku":"jam-1"}`, mine.Number)
	unseen := `"byID":null,"byNumber":null,"node":null,"line":null`
	both := fmt.Sprintf(`{"totalCount":2,"nodes":[{"number":%q},{"number":%q}]}`, theirs.Number, mine.Number)
	listed := fmt.Sprintf(`"orders":{"totalCount":2,"nodes":[{"number":%q,"shopper":{"name":"Li Wei","orders":%s}},{"number":%q,"shopper":{"name":"Li Wei","orders":%s}}]}`,
		theirs.Number, both, mine.Number, both)
	none := `"orders":{"totalCount":0,"nodes":[]}`
	db := m.api.DB.Gorm
	for name, c := range map[string]struct {
		client *apitest.Client
		want   string
	}{
		"shopper":         {m.shopper, "{" + seen + "," + listed + "}"},
		"operator":        {m.operator, "{" + seen + "," + listed + "}"},
		"staff":           {m.staff, "{" + seen + "," + none + "}"},
		"another shopper": {m.api.As(fixture.Shopper(t, db, "Other")), "{" + unseen + "," + none + "}"},
		"another brand":   {m.api.As(fixture.Member(t, db, m.best.brand.ID, models.RoleOwner)), "{" + unseen + "," + none + "}"},
	} {
		if answer := c.client.Post(t, query, variables); string(answer.Data) != c.want || len(answer.Errors) > 0 {
			t.Errorf("%s: %s\nwant %s", name, answer.Raw, c.want)
		}
	}
	if answer := m.api.As(nil).Post(t, "{ orders { totalCount } }", nil); answer.Code() != "UNAUTHENTICATED" {
		t.Errorf("a visitor: %s", answer.Raw)
	}
	for argument, variables := range map[string]map[string]any{
		"neither": {}, "both": {"id": mine.ID, "number": mine.Number}, "a wrong id": {"id": m.acme.brand.GlobalID()},
	} {
		if answer := m.shopper.Post(t, `query($id: ID, $number: String) { order(id: $id, number: $number) { id } }`, variables); answer.Code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", argument, answer.Raw)
		}
	}
}

// A merchant reaches the recipient of its own orders and nothing else of a shopper.
func TestAMerchantSeesAShoppersOrdersOfItsBrandOnly(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	mine := place(t, m.shopper, m.acme.buy("5.50", m.acme.jam.Variants[0]))
	place(t, m.shopper, m.best.buy("12.00", m.best.honey.Variants[0]))
	const query = `query($slug: String) { brand(slug: $slug) { orders(where: {source: SHOP, status: [PLACED]}) {
		totalCount nodes { number recipient { name } shopper { id orders { totalCount nodes { number sellerName } } } } } } }`
	var read struct {
		Brand struct {
			Orders struct {
				TotalCount int
				Nodes      []struct {
					Number    string
					Recipient struct{ Name string }
					Shopper   struct {
						ID     string
						Orders struct {
							TotalCount int
							Nodes      []struct{ Number, SellerName string }
						}
					}
				}
			}
		}
	}
	m.staff.Do(t, query, map[string]any{"slug": "acme"}, &read)
	orders := read.Brand.Orders
	if orders.TotalCount != 1 || orders.Nodes[0].Number != mine.Number || orders.Nodes[0].Recipient.Name != "Li Wei" ||
		orders.Nodes[0].Shopper.Orders.TotalCount != 1 || orders.Nodes[0].Shopper.Orders.Nodes[0].Number != mine.Number {
		t.Errorf("%+v", orders)
	}
	shopper := orders.Nodes[0].Shopper.ID
	if answer := m.staff.Post(t, query, map[string]any{"slug": "best"}); answer.Code() != "FORBIDDEN" {
		t.Errorf("another brand's orders: %s", answer.Raw)
	}
	// A shopper who bought nothing of the brand is not there.
	stranger := place(t, m.api.As(fixture.Shopper(t, m.api.DB.Gorm, "Other")), m.best.buy("12.00", m.best.honey.Variants[0]))
	var other struct {
		Order struct{ Shopper struct{ ID string } }
	}
	m.operator.Do(t, `query($id: ID) { order(id: $id) { shopper { id } } }`, map[string]any{"id": stranger.ID}, &other)
	for id, want := range map[string]string{shopper: `{"node":{"id":"` + shopper + `"}}`, other.Order.Shopper.ID: `{"node":null}`} {
		if answer := m.staff.Post(t, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id}); string(answer.Data) != want {
			t.Errorf("%s, want %s", answer.Raw, want)
		}
	}
}

func TestAShoppersLastOrdersTakeFourStatements(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for range 12 {
		place(t, m.shopper, m.acme.buy("17.50", m.acme.jam.Variants[0], m.acme.honey.Variants[0]))
		place(t, m.shopper, m.best.buy("5.50", m.best.jam.Variants[0]))
	}
	for _, first := range []int{1, 10, 24} {
		var read struct {
			Orders struct {
				Nodes []struct {
					Lines []struct {
						Title   string
						Product struct{ Title string }
					}
				}
			}
		}
		m.api.Sent.Reset()
		m.shopper.Do(t, `query($first: Int) { orders(first: $first) { nodes { number total { amount }
			lines { title quantity product { title } variant { sku } } } } }`, map[string]any{"first": first}, &read)
		m.api.Sent.AtMost(t, 4)
		if len(read.Orders.Nodes) != first || read.Orders.Nodes[0].Lines[0].Product.Title == "" || len(m.api.Sent.List()) == 0 {
			t.Errorf("first %d: %+v", first, read)
		}
	}
	m.api.Sent.Reset()
	m.operator.Do(t, `{ brands { nodes { orders(first: 3) { totalCount nodes { brand { name } storefront { name } shopper { orders(first: 2) { nodes { number } } }
		charges { kind line { title } } events { type } } } } } }`, nil, nil)
	m.api.Sent.AtMost(t, 11)
}

// Beside a line, a charge and a fact for each variant, an order costs the same
// whatever the basket holds. Its inserts share one round trip.
func TestPlacingTakesFewStatements(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	jam, honey := m.acme.jam.Variants[0], m.acme.honey.Variants[0]
	for _, c := range []struct {
		input map[string]any
		lines int
	}{{m.acme.buy("5.50", jam), 1}, {m.acme.buy("17.50", jam, honey), 2}, {m.acme.buy("35.00", jam, honey, jam, honey), 2}} {
		m.api.Sent.Reset()
		place(t, m.shopper, c.input)
		m.api.Sent.AtMost(t, 17+3*c.lines)
	}
}
