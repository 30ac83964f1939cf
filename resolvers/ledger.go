package resolvers

import (
	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/models"
)

func payoutKey(p *models.Payout) models.Key { return models.Key{BrandID: p.BrandID, ID: p.ID} }

func transactionKey(t *models.LedgerTransaction) models.Key {
	return models.Key{BrandID: t.BrandID, ID: t.ID}
}

func transactionOf(e *models.LedgerEntry) models.Key {
	return models.Key{BrandID: e.BrandID, ID: e.TransactionID}
}

func payoutInput(in api.PayoutCreateInput) (ledger.PayoutInput, error) {
	var list ids
	out := ledger.PayoutInput{
		IdempotencyKey: in.IdempotencyKey, BrandID: list.row("input.brandId", globalid.Brand, in.BrandID).Row,
		Currency: in.Currency, Amount: given(in.Amount), Reference: text(in.Reference),
	}
	if rate := given(in.Rate); rate != nil {
		out.Rate = &ledger.Rate{Value: rate.Value, Source: rate.Source, Date: rate.Date}
	}
	return out, list.err()
}

func planInput(in api.CommissionPlanCreateInput) (ledger.PlanInput, error) {
	var list ids
	out := ledger.PlanInput{
		BrandID: list.optional("input.brandId", globalid.Brand, given(in.BrandID)), Currency: given(in.Currency), Name: in.Name, Rate: in.Rate,
		Fixed: given(in.Fixed), DaysAfterDelivery: in.DaysAfterDelivery, DaysAfterPlacement: in.DaysAfterPlacement, Source: in.Source,
		From: given(in.ValidFrom), To: given(in.ValidTo),
	}
	return out, list.err()
}
