package models

import (
	"time"

	"github.com/shopspring/decimal"
)

// ExchangeRate is how many units of a currency one euro was on a day.
type ExchangeRate struct {
	Currency string          `gorm:"primaryKey"`
	Day      time.Time       `gorm:"primaryKey;type:date"`
	Rate     decimal.Decimal `gorm:"type:numeric"`
	Source   string
}
