package reconcile_test

import (
	"slices"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"

	"gorm.io/gorm"
)

func broken(t *testing.T, db *gorm.DB) (names []string) {
	t.Helper()
	agree, err := reconcile.Check(t.Context(), db, func(f reconcile.Finding) {
		if f.Count > 0 {
			names = append(names, f.Name)
			for _, d := range f.Differences {
				if d.Subject == "" || d.Detail == "" {
					t.Errorf("%s does not name the row: %+v", f.Name, d)
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if agree != (len(names) == 0) {
		t.Errorf("agree is %t with %v", agree, names)
	}
	return names
}

// Each corruption is planted in a sound world and must be named by the
// invariant it breaks; an invariant without a corruption here fails the test.
func TestCheckNamesEachCorruption(t *testing.T) {
	t.Parallel()
	corruptions := map[string]string{
		"lines_make_the_order":                 `update orders set goods_minor = 2401 where brand_id = @brand and id = @placed`,
		"line_is_quantity_times_price":         `update order_lines set unit_price = 12.01 where brand_id = @brand and order_id = @placed`,
		"charges_make_the_total":               `update charges set amount_minor = 99 where brand_id = @brand and order_id = @placed and kind = 'SHIPPING'`,
		"facts_equal_the_order":                `update sales_facts set gross_minor = gross_minor - 1 where brand_id = @brand and order_id = @placed`,
		"each_line_has_its_facts":              `update sales_facts set line_id = @stranger where brand_id = @brand and order_id = @cancelled and kind = 'REFUND'`,
		"facts_repeat_their_order":             `update sales_facts set market = 'HK' where brand_id = @brand and order_id = @placed`,
		"by_market_days_equal_the_facts":       `update sales_by_market_days set units_sold = units_sold + 1 where cast(@brand as text) <> ''`,
		"by_market_months_equal_the_facts":     `update sales_by_market_months set units_sold = units_sold + 1 where cast(@brand as text) <> ''`,
		"by_goods_days_equal_the_facts":        `update sales_by_goods_days set units_sold = units_sold + 1 where cast(@brand as text) <> ''`,
		"by_goods_months_equal_the_facts":      `update sales_by_goods_months set units_sold = units_sold + 1 where cast(@brand as text) <> ''`,
		"by_storefront_days_equal_the_facts":   `update sales_by_storefront_days set units_sold = units_sold + 1 where brand_id = @brand`,
		"by_brand_months_equal_the_facts":      `update sales_by_brand_months set orders = orders + 1 where brand_id = @brand`,
		"by_storefront_months_equal_the_facts": `update sales_by_storefront_months set units_sold = units_sold + 1 where brand_id = @brand`,
		"by_product_months_equal_the_facts":    `update sales_by_product_months set units_sold = units_sold + 1 where brand_id = @brand`,

		"orders_are_opened_once":             `update sales_facts set opens_order = false where brand_id = @brand and order_id = @placed`,
		"orders_count_their_origins":         `update sales_facts set repeats_origin = 2 where brand_id = @brand and order_id = @placed`,
		"one_currency_an_order":              `update order_lines set currency = 'USD' where brand_id = @brand and order_id = @placed`,
		"stock_equals_its_log":               `update stock_levels set on_hand = on_hand + 1 where brand_id = @brand and variant_id = @variant`,
		"orders_took_their_stock":            `update stock_adjustments set delta = -1 where brand_id = @brand and order_id = @placed`,
		"payments_cover_their_orders":        `update payment_allocations set amount_minor = 2499 where brand_id = @brand and order_id = @placed`,
		"payments_are_allocated":             `update payments set captured_minor = 2499 where purchase_id in (select purchase_id from orders where brand_id = @brand and id = @placed)`,
		"refunds_make_the_payment":           `update refunds set amount_minor = 2499 where cast(@brand as text) <> '' and key = 'CANCEL0001'`,
		"purchases_hold_their_orders":        `update orders set shopper_id = @stranger where brand_id = @brand and id = @placed`,
		"numbers_find_their_orders":          `delete from order_numbers where number = 'PLACED0001' and brand_id = @brand`,
		"orders_left_an_event":               `delete from outbox_events where brand_id = @brand and type = 'order.cancelled'`,
		"imports_equal_their_control_totals": `update import_batches set booked_minor = 0 where brand_id = @brand`,
		"refunds_add_up":                     `update orders set payment_status = 'PARTIALLY_REFUNDED' where brand_id = @brand and id = @cancelled`,
		"no_charge_is_refunded_twice":        `update order_refund_lines set quantity = 3 where brand_id = @brand`,
		"listings_span_their_prices":         `update prices set amount_minor = 1 where brand_id = @brand and variant_id = @variant`,
		"the_public_sees_what_it_may":        `update listings set publish_at = publish_at + interval '1 day' where brand_id = @brand`,
		"reservations_hold_their_stock":      `update stock_levels set reserved = 1 where brand_id = @brand and variant_id = @variant`,
		"the_search_knows_what_is_visible":   `update search_entries set min_price_minor = 1 where brand_id = @brand`,

		"no_more_leaves_than_was_bought":       `update shipments set resolution = 'REFUND' where brand_id = @brand and id = @lost`,
		"no_more_comes_back_than_arrived":      `update return_lines set quantity = 3, received = 3, written_off = 2 where brand_id = @brand and return_id = @back`,
		"returns_and_losses_moved_their_stock": `update stock_adjustments set reason = 'COUNTED' where brand_id = @brand and order_id = @shipped and reason = 'RETURNED'`,
		"shipments_stand_as_their_events_say":  `update tracking_numbers set number = 'SBXN3' where brand_id = @brand and number = 'SBXN2'`,
		"returns_stand_as_their_lines_say":     `update return_lines set restocked = 0 where brand_id = @brand and return_id = @back`,
		"orders_stand_as_their_pieces_say":     `update orders set fulfilment_status = 'FULFILLED' where brand_id = @brand and id = @shipped`,
		"histories_tell_what_happened":         `delete from order_events where brand_id = @brand and order_id = @shipped and type = 'SHIPMENT_MADE'`,

		"allowances_equal_their_entries":    `update allowance_years set taken = taken - 1 where cast(@brand as text) <> ''`,
		"allowances_follow_their_purchases": `update allowance_entries set order_id = @stranger where brand_id = @brand`,
		"declarations_repeat_their_order":   `update declarations set sale = sale || '{"taxMinor": 1}' where brand_id = @brand`,
		"taxes_are_as_quoted":               `update order_landed_costs set record = record || '{"TaxMinor": 1}' where brand_id = @brand`,
		"customs_know_who_buys":             `update consumers set person = sha256('another') where purchase_id in (select purchase_id from orders where brand_id = @brand and id = @placed)`,

		"promotions_count_their_uses": `update promotion_shoppers set uses = 2 where brand_id = @brand`,

		"ledger_transactions_balance": `update ledger_entries set amount_minor = amount_minor + 1 where brand_id = @brand and account = 'COMMISSION'
			and transaction_id in (select id from ledger_transactions where brand_id = @brand and order_id = @placed)`,
		"facts_equal_the_ledger": `update ledger_entries set account = 'DUTY_COLLECTED' where brand_id = @brand and account = 'BRAND_PENDING'
			and transaction_id in (select id from ledger_transactions where brand_id = @brand and order_id = @placed)`,
		"commission_is_as_frozen":             `update orders set commission_minor = 119 where brand_id = @brand and id = @placed`,
		"commission_goes_back_with_the_goods": `update sales_facts set commission_minor = commission_minor + 1 where brand_id = @brand and order_id = @cancelled and kind = 'REFUND'`,
		"orders_wait_until_payable":           `update orders set payable_due = null where brand_id = @brand and id = @placed`,
		"closings_equal_their_entries":        `delete from ledger_closings where brand_id = @brand and account = 'COMMISSION'`,
		"payouts_equal_the_ledger":            `update payouts set paid_minor = 334 where brand_id = @brand and id = @payout`,
		"promises_are_owed_until_paid":        `update order_refunds set status = 'FAILED' where brand_id = @brand`,
		"disputes_hold_what_was_left":         `update orders set dispute = 'OPEN' where brand_id = @brand and id = @placed`,
		"fees_equal_the_ledger":               `update payments set fee_minor = 1 where purchase_id in (select purchase_id from orders where brand_id = @brand and id = @placed)`,
		"commission_plans_do_not_overlap": `insert into commission_plans select @stranger, null, null, 'Another', 0, 0, 0, 0, 'a letter', valid_from + interval '1 year',
			null, null, created_at from commission_plans`,
	}
	db := dbtest.New(t).Gorm
	w := newWorld(t, db)
	if names := broken(t, db); names != nil {
		t.Fatalf("a sound world breaks %v", names)
	}
	for _, invariant := range reconcile.Invariants() {
		t.Run(invariant.Name, func(t *testing.T) {
			if invariant.Promise == "" {
				t.Error("has no promise")
			}
			corruption, ok := corruptions[invariant.Name]
			if !ok {
				t.Fatal("has no corruption planted")
			}
			tx := db.Begin()
			defer tx.Rollback()
			planted := tx.Exec(corruption, map[string]any{
				"brand": w.brand.ID, "placed": w.placed, "cancelled": w.cancelled, "stranger": fixture.ID(),
				"variant": w.goods.Variants[0].ID, "payout": w.payout,
				"shipped": w.shipped, "lost": w.lost, "back": w.back,
			})
			if planted.Error != nil || planted.RowsAffected == 0 {
				t.Fatalf("planted nothing: %v", planted.Error)
			}
			if names := broken(t, tx); !slices.Contains(names, invariant.Name) {
				t.Errorf("named %v", names)
			}
		})
	}
	if names := broken(t, db); names != nil {
		t.Errorf("corruptions stayed: %v", names)
	}
}
