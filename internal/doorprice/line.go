package doorprice

import (
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
)

// Goods are what the rules ask of a variant.
type Goods struct {
	HSCode, Origin *string
	WeightGrams    *int32
	NetContent     *decimal.Decimal
	NetUnit        *landedcost.Unit
}

// Line is pieces of goods at a price.
func (g Goods) Line(quantity, unitMinor int64) landedcost.Line {
	l := landedcost.Line{Quantity: quantity, UnitMinor: unitMinor}
	if g.HSCode != nil {
		l.HSCode = *g.HSCode
	}
	if g.Origin != nil {
		l.Origin = *g.Origin
	}
	if g.WeightGrams != nil {
		l.WeightGrams = int64(*g.WeightGrams)
	}
	if g.NetContent != nil && g.NetUnit != nil {
		l.NetContent, l.NetUnit = g.NetContent.Shift(3).IntPart(), *g.NetUnit
	}
	return l
}
