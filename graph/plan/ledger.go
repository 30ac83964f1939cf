package plan

import (
	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// ledgers are the books of brands. Balances and statements are summed by the
// domain, and left to the resolvers.
func ledgers() []*Type {
	return []*Type{
		{Name: "LedgerTransaction", Model: models.LedgerTransaction{}, Fields: map[string]Field{
			"order":   one("Order", "OrderID"),
			"payout":  one("Payout", "PayoutID"),
			"entries": many(rows{typeName: "LedgerEntry", field: "TransactionID", order: []string{"ledger_entries.ordinal"}}),
		}},
		{Name: "LedgerEntry", Model: models.LedgerEntry{}, Fields: map[string]Field{
			"amount":      sum("amount_minor"),
			"transaction": one("LedgerTransaction", "TransactionID"),
		}},
		{Name: "Payout", Model: models.Payout{}, ID: globalid.Payout, Key: ofBrandKey, Tenant: "brand_id", Fields: map[string]Field{
			"amount": sum("amount_minor"),
			"paid":   sumIn("paid_minor", "paid_currency"),
		}},
		{Name: "CommissionPlan", Model: models.CommissionPlan{}, ID: globalid.CommissionPlan, Key: []string{"id"}, Fields: map[string]Field{
			"brand": across(one("Brand", "ForBrandID")),
			"fixed": optionalSum("fixed_minor"),
		}},
	}
}

func entriesOfBrand(s *statement, alias string, f *call, _ paging.Args) (selection, error) {
	in, err := argument(f, s.run, "where", generated.LedgerEntryWhere)
	where := filter.LedgerEntries(in)
	return ofRow("ledger_entries", "ledger_entries.brand_id = %s.id", alias, where.Conditions(), ledger.NewestEntries(where).Order()), err
}

func payoutsOfBrand(s *statement, alias string, f *call, _ paging.Args) (selection, error) {
	statuses, err := enums[models.PayoutStatus](f, s.run, "status")
	return ofRow("payouts", "payouts.brand_id = %s.id", alias, ledger.PayoutsIn(statuses), ledger.NewestPayouts(statuses).Order()), err
}

var planOrder = ledger.LatestPlans.Order()

func plansOfBrand(_ *statement, alias string, _ *call, _ paging.Args) (selection, error) {
	return ofRow("commission_plans", "(commission_plans.for_brand_id = %s.id or commission_plans.for_brand_id is null)", alias, nil, planOrder), nil
}

func plansListed(*statement, string, *call, paging.Args) (selection, error) {
	return selection{from: database.SQL{Text: "commission_plans"}, seen: "commission_plans", order: planOrder}, nil
}

func payoutNamed(s *statement, alias string, f *call) error {
	id, err := f.id(s.run, "id", globalid.Payout)
	switch {
	case err != nil:
		return err
	case id == nil:
		return errNotPlanned
	}
	s.key(s.planner.types["Payout"], alias, *id)
	return nil
}
