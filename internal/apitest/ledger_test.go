package apitest_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

const brandBooks = `query ($brand: ID!) {
  node(id: $brand) { ... on Brand {
    balances { currency pending { amount } payable { amount } paidOut { amount } }
    ledgerEntries(first: 3, where: {account: [BRAND_PENDING, BRAND_PAYABLE, PAYOUT], currency: "CNY"}) {
      totalCount
      nodes { account amount { amount currency } transaction { kind order { number } payout { status } entries { amount { minorUnits } } } }
    }
    statements(month: "2026-02-27") {
      month currency opening { amount } closing { amount } payable { amount } sold { amount } paidOut { amount } commission { amount } refunded { amount }
      sums { kind count gross { amount } change { amount } }
      lines(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { kind orderNumber gross { amount } commission { amount } change { amount } } }
    }
    payouts(status: SENT) { totalCount nodes { id status amount { amount } paid { amount } lastDigits } }
    commissionPlans { totalCount nodes { name brand { name } rate fixed { amount } daysAfterDelivery } }
  } }
}`

// A merchant reads its balance, its books, its payouts and its months.
func TestMerchantReadsItsBooks(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	p := w.payout(w.order)
	w.plan()
	var answer struct {
		Node struct {
			Balances []struct {
				Currency                  string
				Pending, Payable, PaidOut struct{ Amount string }
			}
			LedgerEntries struct {
				TotalCount int
				Nodes      []struct {
					Account     string
					Transaction struct {
						Kind    string
						Order   *struct{ Number string }
						Payout  *struct{ Status string }
						Entries []struct{ Amount struct{ MinorUnits string } }
					}
				}
			}
			Statements []struct {
				Month, Currency                                                string
				Opening, Closing, Payable, Sold, PaidOut, Commission, Refunded struct{ Amount string }
				Sums                                                           []struct {
					Kind, Count string
					Change      struct{ Amount string }
				}
				Lines struct {
					TotalCount int
					PageInfo   struct {
						HasNextPage bool
						EndCursor   string
					}
					Nodes []struct {
						Kind        string
						OrderNumber *string
						Change      struct{ Amount string }
					}
				}
			}
			Payouts struct {
				TotalCount int
				Nodes      []struct{ ID, Status, LastDigits string }
			}
			CommissionPlans struct {
				TotalCount int
				Nodes      []struct {
					Name  string
					Brand struct{ Name string }
				}
			}
		}
	}
	analyst := w.api.As(fixture.Member(t, w.api.DB.Gorm, w.brand.ID, models.RoleAnalyst))
	analyst.Do(t, brandBooks, object{"brand": w.brand.GlobalID()}, &answer)
	n := answer.Node
	if len(n.Balances) != 1 || n.Balances[0].Payable.Amount != "7.00" || n.Balances[0].Pending.Amount != "0.00" || n.Balances[0].PaidOut.Amount != "5.00" {
		t.Errorf("balances %+v", n.Balances)
	}
	entries := n.LedgerEntries
	if entries.TotalCount != 5 || len(entries.Nodes) != 3 {
		t.Errorf("entries %+v", entries)
	}
	for _, e := range entries.Nodes {
		if (e.Transaction.Kind == "PAYOUT") != (e.Transaction.Payout != nil) || (e.Transaction.Order == nil) != (e.Transaction.Payout != nil) || len(e.Transaction.Entries) < 2 {
			t.Errorf("%+v", e)
		}
	}
	if len(n.Statements) != 1 {
		t.Fatalf("statements %+v", n.Statements)
	}
	s := n.Statements[0]
	if s.Month != "2026-02-01" || s.Opening.Amount != "0.00" || s.Sold.Amount != "12.00" || s.PaidOut.Amount != "5.00" || s.Closing.Amount != "7.00" ||
		s.Payable.Amount != "7.00" || len(s.Sums) != 2 || s.Lines.TotalCount != 2 || !s.Lines.PageInfo.HasNextPage || len(s.Lines.Nodes) != 1 {
		t.Errorf("statement %+v", s)
	}
	if n.Payouts.TotalCount != 1 || n.Payouts.Nodes[0].ID != p.GlobalID() || n.Payouts.Nodes[0].LastDigits != "1234" {
		t.Errorf("payouts %+v", n.Payouts)
	}
	if n.CommissionPlans.TotalCount != 1 || n.CommissionPlans.Nodes[0].Name != "Opening" {
		t.Errorf("plans %+v", n.CommissionPlans)
	}
	next := analyst.Post(t, `query ($brand: ID!, $after: String) { node(id: $brand) { ... on Brand { statements(month: "2026-02-01") {
		lines(after: $after) { nodes { kind change { amount } } pageInfo { hasNextPage hasPreviousPage } } } } } }`,
		object{"brand": w.brand.GlobalID(), "after": s.Lines.PageInfo.EndCursor})
	if !strings.Contains(string(next.Data), `{"kind":"PAYOUT","change":{"amount":"-5.00"}}`) || !strings.Contains(string(next.Data), `"hasNextPage":false`) {
		t.Errorf("%s", next.Raw)
	}
}

// Nobody sees another brand's money, nor how many rows of it there are.
func TestBooksOfOthers(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	p := w.payout(w.rivalOrder)
	for name, actor := range map[string]*auth.Actor{
		"the owner of another brand": w.owner, "staff": fixture.Member(t, w.api.DB.Gorm, w.rival.ID, models.RoleStaff), "the shopper": w.shopper,
		"reporting": fixture.Reporter(t, w.api.DB.Gorm),
	} {
		client := w.api.As(actor)
		for _, field := range []string{
			"balances { currency }", "ledgerEntries { totalCount }", `statements(month: "2026-02-01") { currency }`, "payouts { totalCount }", "commissionPlans { totalCount }",
		} {
			answer := client.Post(t, `query ($brand: ID!) { node(id: $brand) { ... on Brand { `+field+` } } }`, object{"brand": w.rival.GlobalID()})
			if answer.Code() != "FORBIDDEN" {
				t.Errorf("%s reads %s: %s", name, field, answer.Raw)
			}
		}
		if answer := client.Post(t, `query ($id: ID!) { node(id: $id) { id } }`, object{"id": p.GlobalID()}); string(answer.Data) != `{"node":null}` {
			t.Errorf("%s finds a payout: %s", name, answer.Raw)
		}
	}
	answer := w.api.As(w.owner).Post(t, `query ($id: ID!) { payout(id: $id) { id } }`, object{"id": p.GlobalID()})
	if string(answer.Data) != `{"payout":null}` || len(answer.Errors) > 0 {
		t.Errorf("%s", answer.Raw)
	}
	answer = w.api.As(w.owner).Post(t, `{ commissionPlans { totalCount } }`, nil)
	if answer.Code() != "FORBIDDEN" {
		t.Errorf("%s", answer.Raw)
	}
}

// An operator pays a brand out once, whatever is sent again, notes what came
// back, and sets what is kept.
func TestOperatorPaysOut(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	w.payable(w.order)
	client := w.api.As(w.operator)
	create := `mutation ($input: PayoutCreateInput!) { payoutCreate(input: $input) {
		payout { id amount { amount } paid { amount currency } rate ratedOn rateSource holder reference } userErrors { field code } } }`
	input := object{"idempotencyKey": "june", "brandId": w.brand.GlobalID(), "currency": "CNY",
		"rate": object{"value": "0.1403", "source": "ECB", "date": "2026-01-31"}, "reference": "TRF 7"}
	var first struct {
		PayoutCreate struct {
			Payout struct {
				ID                                     string
				Amount                                 struct{ Amount string }
				Paid                                   struct{ Amount, Currency string }
				Rate                                   string
				RatedOn, RateSource, Holder, Reference string
			}
			UserErrors []struct{ Code string }
		}
	}
	client.Do(t, create, object{"input": input}, &first)
	p := first.PayoutCreate.Payout
	if p.Amount.Amount != "12.00" || p.Paid.Amount != "1.68" || p.Paid.Currency != "USD" || p.Rate != "0.1403" || p.RatedOn != "2026-01-31" || p.Reference != "TRF 7" {
		t.Errorf("%+v", first)
	}
	again := first
	client.Do(t, create, object{"input": input}, &again)
	if again.PayoutCreate.Payout.ID != p.ID {
		t.Errorf("%+v", again)
	}
	input["idempotencyKey"] = "july"
	if answer := client.Post(t, create, object{"input": input}); !strings.Contains(string(answer.Data), `"code":"CONFLICT"`) {
		t.Errorf("%s", answer.Raw)
	}
	back := client.Post(t, `mutation ($input: PayoutReturnInput!) { payoutReturn(input: $input) { payout { status returnReason } userErrors { code } } }`,
		object{"input": object{"idempotencyKey": "back", "payoutId": p.ID, "reason": "the account is closed"}})
	if string(back.Data) != `{"payoutReturn":{"payout":{"status":"RETURNED","returnReason":"the account is closed"},"userErrors":[]}}` {
		t.Errorf("%s", back.Raw)
	}
	plans := client.Post(t, `mutation ($input: CommissionPlanCreateInput!) { commissionPlanCreate(input: $input) { commissionPlan { brand { id } currency fixed { amount } rate } userErrors { code } } }`,
		object{"input": object{"currency": "CNY", "name": "All", "rate": "0.05", "fixed": "0.3", "daysAfterDelivery": 14, "daysAfterPlacement": 30, "source": "price list 2026"}})
	if string(plans.Data) != `{"commissionPlanCreate":{"commissionPlan":{"brand":null,"currency":"CNY","fixed":{"amount":"0.30"},"rate":"0.05"},"userErrors":[]}}` {
		t.Errorf("%s", plans.Raw)
	}
	all := client.Post(t, `{ commissionPlans { totalCount nodes { name } } }`, nil)
	if string(all.Data) != `{"commissionPlans":{"totalCount":1,"nodes":[{"name":"All"}]}}` {
		t.Errorf("%s", all.Raw)
	}
}

// Staff find the orders whose refund failed, and have it tried again, once;
// those of another brand find none.
func TestStaffTryRefundsAgain(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	refund := w.failedRefund()
	w.set("update orders set dispute = 'WON' where brand_id = ? and id = ?", w.brand.ID, w.order.ID)
	staff := w.api.As(fixture.Member(t, w.api.DB.Gorm, w.brand.ID, models.RoleStaff))
	found := staff.Post(t, `query ($id: ID!) { node(id: $id) { ... on Brand { orders(where: {refundStatus: [FAILED], dispute: [WON, LOST]}) {
		totalCount nodes { dispute refunds { id status disputed } } } } } }`, object{"id": w.brand.GlobalID()})
	want := `{"node":{"orders":{"totalCount":1,"nodes":[{"dispute":"WON","refunds":[{"id":"` + refund.GlobalID() + `","status":"FAILED","disputed":false}]}]}}}`
	if string(found.Data) != want {
		t.Errorf("%s", found.Raw)
	}
	retry := `mutation ($input: RefundRetryInput!) { refundRetry(input: $input) { refund { status } userErrors { field code } } }`
	stranger := w.api.As(fixture.Member(t, w.api.DB.Gorm, w.rival.ID, models.RoleOwner))
	for _, c := range []struct {
		as        *apitest.Client
		key, want string
	}{
		{stranger, "a", `{"refund":null,"userErrors":[{"field":["input","refundId"],"code":"NOT_FOUND"}]}`},
		{staff, "a", `{"refund":{"status":"SUCCEEDED"},"userErrors":[]}`},
		{staff, "a", `{"refund":{"status":"SUCCEEDED"},"userErrors":[]}`},
		{staff, "b", `{"refund":null,"userErrors":[{"field":["input","refundId"],"code":"CONFLICT"}]}`},
	} {
		answer := c.as.Post(t, retry, object{"input": object{"idempotencyKey": c.key, "refundId": refund.GlobalID()}})
		if string(answer.Data) != `{"refundRetry":`+c.want+`}` {
			t.Errorf("%s", answer.Raw)
		}
	}
}
