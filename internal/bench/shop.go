package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// shop is where runs buy, at the merchant's whom a token is for.
type shop struct {
	product    string // one with several variants
	storefront string
	currency   string
	pairs      [][2]article
	once       string
}

// article is a variant on sale.
type article struct {
	ID    string
	Price struct {
		Amount struct {
			Amount   decimal.Decimal
			Currency string
		}
	}
}

// mostPairs bounds what is bought: enough that clients of a crowd need not
// wait for each other at one variant's stock.
const mostPairs = Crowd

// findShop finds what can be bought, and puts more of it in stock than runs will buy.
func (m *meter) findShop(ctx context.Context) (*shop, error) {
	var staff struct {
		Viewer struct {
			Account struct {
				Memberships []struct{ Brand struct{ ID string } }
			}
		}
	}
	if err := m.ask(ctx, "merchant", `{ viewer { account { memberships { brand { id } } } } }`, nil, &staff); err != nil {
		return nil, err
	}
	if len(staff.Viewer.Account.Memberships) == 0 {
		return nil, errors.New("the merchant has no brand")
	}
	var read struct {
		Products struct {
			Nodes []struct {
				ID       string
				Listing  struct{ Storefront struct{ ID string } }
				Variants struct{ Nodes []article }
			}
		}
	}
	err := m.ask(ctx, "", `query($brand: ID!) @inContext(country: CN) {
		products(first: 50, sortKey: NEWEST, where: {brandId: [$brand]}) { nodes { id listing { storefront { id } }
			variants(first: 10) { nodes { id price { amount { amount currency } } } } } } }`,
		map[string]any{"brand": staff.Viewer.Account.Memberships[0].Brand.ID}, &read)
	if err != nil {
		return nil, err
	}
	s := &shop{once: fmt.Sprintf("bench-%d", time.Now().UnixNano())}
	var articles []article
	most := 0
	for _, p := range read.Products.Nodes {
		s.storefront = p.Listing.Storefront.ID
		articles = append(articles, p.Variants.Nodes...)
		if n := len(p.Variants.Nodes); n > most {
			s.product, most = p.ID, n
		}
	}
	if most < 2 {
		return nil, errors.New("the merchant sells no product with several variants")
	}
	s.currency = articles[0].Price.Amount.Currency
	for i := 0; i+1 < len(articles) && len(s.pairs) < mostPairs; i += 2 {
		s.pairs = append(s.pairs, [2]article(articles[i:i+2]))
	}
	return s, m.supply(ctx, s)
}

// supply adds to the stock of everything that runs buy.
func (m *meter) supply(ctx context.Context, s *shop) error {
	var ids []string
	for _, pair := range s.pairs {
		ids = append(ids, pair[0].ID, pair[1].ID)
	}
	var read struct {
		Nodes []struct {
			ID    string
			Stock []struct{ Warehouse struct{ ID string } }
		}
	}
	err := m.ask(ctx, "merchant", `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Variant { id stock { warehouse { id } } } } }`,
		map[string]any{"ids": ids}, &read)
	if err != nil {
		return err
	}
	for _, v := range read.Nodes {
		if len(v.Stock) == 0 {
			return fmt.Errorf("variant %s lies in no warehouse", v.ID)
		}
		err := m.ask(ctx, "merchant", `mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { userErrors { field message } } }`,
			map[string]any{"input": map[string]any{
				"idempotencyKey": s.once + v.ID, "variantId": v.ID, "warehouseId": v.Stock[0].Warehouse.ID, "delta": "1000000", "reason": "RECEIVED",
			}}, &struct{}{})
		if err != nil {
			return fmt.Errorf("supply: %w", err)
		}
	}
	return nil
}

// place buys a piece of each article of a pair, each run another order.
func (s *shop) place(token string) *operation {
	body := func(n int64) []byte {
		pair := s.pairs[n%int64(len(s.pairs))]
		once := fmt.Sprintf("%s-%d", s.once, n)
		return document(placeMutation, map[string]any{"input": map[string]any{
			"idempotencyKey": once, "storefrontId": s.storefront,
			"lines": []map[string]any{{"variantId": pair[0].ID, "quantity": 1}, {"variantId": pair[1].ID, "quantity": 1}},
			"recipient": map[string]any{
				"name": "李雷", "phone": "+86 138 0000 0000", "country": "CN", "region": "SH", "province": "上海市", "city": "上海市",
				"district": "静安区", "street": "南京西路 1 号", "postalCode": "200040",
			},
			"payment": map[string]any{
				"reference": "SANDBOX-OK-" + once, "amount": pair[0].Price.Amount.Amount.Add(pair[1].Price.Amount.Amount), "currency": s.currency,
			},
		}})
	}
	op := &operation{name: "orderPlace with 2 lines", token: token, body: body}
	return op.expecting(ids, 1)
}
