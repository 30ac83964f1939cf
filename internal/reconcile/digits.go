package reconcile

import (
	"golang.org/x/text/currency"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// currenciesByDigits lists the currencies without decimals and those with
// three, as the arithmetic of package money has them; all others have two.
func currenciesByDigits() (zero, three models.StringList) {
	for c := currency.Query(currency.Historical); c.Next(); {
		code := money.Currency(c.Unit().String())
		switch code.Digits() {
		case 0:
			zero = append(zero, string(code))
		case 3:
			three = append(three, string(code))
		}
	}
	return zero, three
}
