// Package offer reads what is for sale: variants as storefronts sell them, for
// orders and carts alike.
package offer

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/models"
)

// Offer is a variant as it is sold in a storefront, in the form of a line.
type Offer struct {
	models.OrderLine `gorm:"embedded"`
	StorefrontID     uuid.UUID
	AmountMinor      int64
	WeightGrams      *int32
	NetContent       *decimal.Decimal
	NetUnit          *landedcost.Unit
}

// Storefront is what an order or a cart keeps of one.
type Storefront struct {
	BrandID, ID       uuid.UUID
	Country, Currency string
	Status            models.StorefrontStatus
	Visible           bool
	SellerName        string
	PaymentMethods    models.StringList
	CustomsRegime     *landedcost.Regime
	// What is kept of a sale there; null without a commission plan.
	PlanID             *uuid.UUID
	Rate               *decimal.Decimal
	FixedMinor         *int64
	DaysAfterPlacement *int32
}

// Sells tells whether it takes orders now.
func (s Storefront) Sells() bool { return s.Status == models.StorefrontOpen && s.Visible }

// Plan is the commission plan that holds there, as far as an order freezes it;
// nil for none.
func (s Storefront) Plan() *models.CommissionPlan {
	if s.PlanID == nil {
		return nil
	}
	return &models.CommissionPlan{ID: *s.PlanID, Rate: *s.Rate, FixedMinor: *s.FixedMinor, DaysAfterPlacement: *s.DaysAfterPlacement}
}

// Ask adds to a batch the question which variants of a brand a storefront has
// for sale at a time: listed, visible and priced.
func Ask(reads *database.Batch, storefront models.Key, variants []uuid.UUID, at time.Time) *[]Offer {
	return database.Read[Offer](reads, sold(database.Text("?", storefront.ID), at,
		database.Text("v.brand_id = ? and v.id in ?", storefront.BrandID, variants)))
}

// AskEach is Ask for variants of any storefronts: wanted gives rows of
// brand_id, storefront_id and variant_id.
func AskEach(reads *database.Batch, wanted database.SQL, at time.Time) *[]Offer {
	return database.Read[Offer](reads, database.Text(`
select g.*
from (?) w
cross join lateral (? offset 0) g`, wanted, sold(database.Text("w.storefront_id"), at,
		database.Text("v.brand_id = w.brand_id and v.id = w.variant_id"))))
}

// sold is the offers of a storefront. Each is looked up behind a fence: a plan
// that serves all storefronts alike would take the small for the usual, and
// read all that a large one lists.
func sold(storefront database.SQL, at time.Time, variants database.SQL) database.SQL {
	return database.Text(`
select v.brand_id, v.id as variant_id, v.product_id, v.sku, v.options, v.weight_grams, v.net_content, v.net_unit, p.default_language, p.texts,
  p.hs_code, p.origin_country, p.origin_region, p.category_path, l.storefront_id, r.amount_minor
from variants v
cross join lateral (
  select p.default_language, p.hs_code, p.origin_country, p.origin_region,
    (select c.path from categories c where c.id = p.category_id) as category_path,
    (select jsonb_object_agg(t.key, jsonb_build_object('title', t.value -> 'title')) from jsonb_each(p.texts) as t) as texts
  from products p
  where p.brand_id = v.brand_id and p.id = v.product_id
  offset 0
) p
cross join lateral (
  select s.currency, l.storefront_id
  from listings l
  join storefronts s on s.brand_id = l.brand_id and s.id = l.storefront_id
  where l.brand_id = v.brand_id and l.storefront_id = ? and l.product_id = v.product_id and l.visible_from <= ?
  offset 0
) l
cross join lateral (
  select r.amount_minor
  from prices r
  where r.brand_id = v.brand_id and r.storefront_id = ? and r.variant_id = v.id and r.currency = l.currency
  offset 0
) r
where ? and v.archived_at is null`, storefront, at, storefront, variants)
}

// AskStorefront adds the question for a storefront that somebody may see.
func AskStorefront(reads *database.Batch, actor *auth.Actor, storefront models.Key, at time.Time) *[]Storefront {
	return database.Read[Storefront](reads, shop(actor, at, database.Text("s.brand_id = ? and s.id = ?", storefront.BrandID, storefront.ID)))
}

// AskStorefronts is AskStorefront for several: wanted gives rows of brand_id
// and storefront_id, each storefront's as often as it likes.
func AskStorefronts(reads *database.Batch, actor *auth.Actor, wanted database.SQL, at time.Time) *[]Storefront {
	return database.Read[Storefront](reads, database.Text(`
select g.*
from (select distinct brand_id, storefront_id from (?) each) w
cross join lateral (? offset 0) g`, wanted, shop(actor, at, database.Text("s.brand_id = w.brand_id and s.id = w.storefront_id"))))
}

func shop(actor *auth.Actor, at time.Time, which database.SQL) database.SQL {
	seen, args := auth.Where(actor, "storefronts", "s", at)
	return database.Text(`
select s.brand_id, s.id, s.country, s.currency, s.status, s.visible, b.name as seller_name, s.payment_methods, s.customs_regime,
  p.id as plan_id, p.rate, p.fixed_minor, p.days_after_placement
from storefronts s
join brands b on b.id = s.brand_id
left join lateral (?) p on true
where ? and `+seen, append([]any{ledger.PlanOf("s.brand_id", "s.currency", at), which}, args...)...)
}
