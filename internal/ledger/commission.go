package ledger

import (
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Terms are what a sale is booked by. Those of an order are of the plan that
// held when it was placed.
type Terms struct {
	DaysAfterDelivery, DaysAfterPlacement int32
}

// Unplanned holds where no commission plan does: nothing is kept.
var Unplanned = Terms{DaysAfterDelivery: 14, DaysAfterPlacement: 30}

// Freeze gives an order the commission of its plan, nil for none, and the day
// on which its money becomes payable where no delivery is heard of. Goods and
// discounts must be known.
func Freeze(o *models.Order, plan *models.CommissionPlan) error {
	days := Unplanned.DaysAfterPlacement
	if plan != nil {
		days = plan.DaysAfterPlacement
		o.CommissionPlanID, o.CommissionRate, o.CommissionFixedMinor = &plan.ID, plan.Rate, plan.FixedMinor
	}
	o.PayableDue = new(o.PlacedAt.AddDate(0, 0, int(days)))
	commission, err := Commission(commissioned(o), o.CommissionRate, o.CommissionFixedMinor)
	o.CommissionMinor = commission.Minor
	return err
}

// commissioned is what a commission is taken of: goods less discounts.
func commissioned(o *models.Order) money.Money {
	return money.New(o.GoodsMinor-o.DiscountMinor, money.Currency(o.Currency))
}

// Commission is the share of an amount, rounded half up once to the minor unit,
// and a fixed part; never more than the amount.
func Commission(of money.Money, rate decimal.Decimal, fixed int64) (money.Money, error) {
	if of.Minor <= 0 {
		return money.New(0, of.Currency), nil
	}
	share, err := money.RoundHalfUp(of.Decimal().Mul(rate), of.Currency)
	if err != nil {
		return money.Money{}, err
	}
	if share.Minor > of.Minor || fixed > of.Minor-share.Minor {
		return of, nil
	}
	return share.Add(money.New(fixed, of.Currency))
}
