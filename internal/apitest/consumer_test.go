package apitest_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// Each sees what is theirs of who buys and of what customs are told, and none
// but operators a number in plain.
func TestCustomsOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	w.toldBuyer()
	w.declared(true)
	buyer, db := w.shopper, w.api.DB.Gorm
	ask := func(actor *auth.Actor, query string, variables map[string]any) string {
		t.Helper()
		answer := w.api.As(actor).Post(t, query, variables)
		if strings.Contains(string(answer.Raw), "INTERNAL") || strings.Contains(string(answer.Raw), "SQLSTATE") {
			t.Errorf("%s: %s", query, answer.Raw)
		}
		return string(answer.Raw)
	}
	rival := fixture.Member(t, db, w.rival.ID, models.RoleOwner)
	stranger := fixture.Shopper(t, db, "Eve")

	declared := `query ($id: ID!) { order(id: $id) { declarations { status buyer { name number } sale { paid { amount } } mismatches { field } } } }`
	id := map[string]any{"id": w.order.GlobalID()}
	for _, actor := range []*auth.Actor{w.owner, w.operator, buyer} {
		if got := ask(actor, declared, id); !strings.Contains(got, `"buyer":{"name":"李*","number":"110***********002X"}`) || !strings.Contains(got, `"MATCHED"`) {
			t.Errorf("a declaration of one's own: %s", got)
		}
	}
	for _, actor := range []*auth.Actor{rival, stranger, auth.Anonymous()} {
		if got := ask(actor, declared, id); strings.Contains(got, "MATCHED") || strings.Contains(got, "110*") {
			t.Errorf("another's declaration: %s", got)
		}
	}

	set := `mutation ($input: ConsumerIdentitySetInput!) { consumerIdentitySet(input: $input) { identity { name number } userErrors { field code message } } }`
	if got := ask(stranger, set, map[string]any{"input": object{"name": "王伟", "number": "310101199003074511"}}); !strings.Contains(got, "310***********4511") {
		t.Errorf("told: %s", got)
	}
	if got := ask(auth.Anonymous(), set, map[string]any{"input": identityObject()}); !strings.Contains(got, "UNAUTHENTICATED") {
		t.Errorf("a visitor without a cart: %s", got)
	}
	for _, number := range []string{"110105194912310021", "11010519491331002X", "1101051949123100", "310101199003074512"} {
		got := ask(stranger, set, map[string]any{"input": object{"name": "王伟", "number": number}})
		if !strings.Contains(got, `"field":["input","number"]`) || strings.Contains(got, number) {
			t.Errorf("a bad number: %s", got)
		}
	}
	own := `{ consumerIdentity { name number } consumerAllowance { year left { amount } } }`
	if got := ask(stranger, own, nil); !strings.Contains(got, "王*") {
		t.Errorf("one's own: %s", got)
	}
	if got := ask(w.owner, own, nil); !strings.Contains(got, `"consumerIdentity":null`) {
		t.Errorf("of one who told nothing: %s", got)
	}

	reveal := `mutation ($input: ConsumerIdentityRevealInput!) { consumerIdentityReveal(input: $input) { name number userErrors { code } } }`
	why := map[string]any{"input": object{"orderId": w.order.GlobalID(), "reason": "customs have asked"}}
	reads := `{ consumerReads { totalCount nodes { reason orderNumber reader { name } } } }`
	for _, actor := range []*auth.Actor{w.owner, buyer, rival} {
		for _, got := range []string{ask(actor, reveal, why), ask(actor, reads, nil)} {
			if !strings.Contains(got, "FORBIDDEN") || strings.Contains(got, fixture.IdentityNumber) {
				t.Errorf("who is no operator: %s", got)
			}
		}
	}
	if got := ask(w.operator, reveal, why); !strings.Contains(got, fixture.IdentityNumber) || !strings.Contains(got, "李娜") {
		t.Errorf("an operator: %s", got)
	}
	if got := ask(w.operator, reads, nil); !strings.Contains(got, `"totalCount":1`) || !strings.Contains(got, "customs have asked") || strings.Contains(got, "1949") {
		t.Errorf("who has read: %s", got)
	}
	if log := w.api.Log.String(); strings.Contains(log, "1949") {
		t.Errorf("the log: %s", log)
	}
}
