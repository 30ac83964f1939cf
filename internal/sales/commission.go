package sales

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Keep shares the commission of an order among its facts of sales, by their
// goods less discounts. The shares sum to it.
func Keep(facts []models.SalesFact, commission money.Money) {
	if commission.Minor == 0 {
		return
	}
	weights := make([]int64, len(facts))
	for i := range facts {
		weights[i] = max(0, facts[i].GrossMinor-facts[i].DiscountMinor)
	}
	for i, share := range commission.Allocate(weights...) {
		facts[i].CommissionMinor = share.Minor
	}
}

// GiveBack lets commission go back with the refunds among an order's facts, all
// from a place on: of each line the part of its commission that its refunded
// goods are of its goods, rounded half up once, less what went back before. So
// all refunds of a line give back its commission, to the minor unit.
func GiveBack(facts []models.SalesFact, from int) {
	lines := map[uuid.UUID]*returned{}
	of := func(f *models.SalesFact) *returned {
		if lines[f.LineID] == nil {
			lines[f.LineID] = &returned{}
		}
		return lines[f.LineID]
	}
	for i := range facts {
		if f := &facts[i]; f.Kind == models.FactSale {
			l := of(f)
			l.goods, l.commission = f.GrossMinor-f.DiscountMinor, f.CommissionMinor
		} else if i < from {
			l := of(f)
			l.refunded, l.back = l.refunded+f.RefundMinor, l.back-f.CommissionMinor
		}
	}
	for i := from; i < len(facts); i++ {
		l := of(&facts[i])
		l.refunded += facts[i].RefundMinor
		upTo := l.upTo()
		facts[i].CommissionMinor, l.back = l.back-upTo, upTo
	}
}

// returned is what of a line's goods and its commission went back.
type returned struct{ goods, commission, refunded, back int64 }

func (l *returned) upTo() int64 {
	if l.goods <= 0 {
		return 0
	}
	// Of goods with larger discounts than prices more may go back than was left, for a while.
	part := decimal.NewFromInt(min(max(l.refunded, 0), l.goods))
	return decimal.NewFromInt(l.commission).Mul(part).DivRound(decimal.NewFromInt(l.goods), 0).IntPart()
}
