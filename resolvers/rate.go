package resolvers

import (
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// converted is what an amount is at a rate.
func converted(rate *fx.Rate, amount decimal.Decimal) (*money.Money, error) {
	of, err := money.FromDecimal(amount, rate.Base)
	if err == nil {
		of, err = rate.Convert(of)
	}
	if err != nil {
		return nil, &problem.BadInput{Argument: "amount", Message: "must have no more decimals than the currency, and be at most 63 bits of minor units in both"}
	}
	return &of, nil
}
