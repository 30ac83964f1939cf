package demo

import (
	"math"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// ratesFrom names the source of made-up rates.
const ratesFrom = "DEMONSTRATION: made up, not a market's"

// euros are what one euro is, about, in ten-thousandths.
var euros = []struct {
	currency string
	units    int64
}{{"CNY", 82_000}, {"GBP", 8_600}, {"HKD", 91_000}, {"JPY", 1_750_000}, {"SGD", 14_800}, {"USD", 11_600}}

// exchange makes rates up. They go on for a year, so that the demonstration does
// not end after a week.
func (w *world) exchange(tx *gorm.DB) error {
	var rates []models.ExchangeRate
	for n := -31 * months; n <= 365; n++ {
		at := w.today.AddDate(0, 0, n)
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			continue
		}
		for i, e := range euros {
			// Within 2 % of the rate, by waves of their own.
			wave := math.Sin(float64(at.Unix()/86_400) / float64(11+3*i))
			units := e.units + int64(math.Round(wave*float64(e.units)/50))
			rates = append(rates, models.ExchangeRate{Currency: e.currency, Day: at, Rate: decimal.New(units, -4), Source: ratesFrom})
		}
	}
	return database.Copy(tx, rates)
}
