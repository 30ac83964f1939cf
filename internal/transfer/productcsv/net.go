package productcsv

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/models"
)

// measure is a unit that files have, and how much it is of one of ours.
type measure struct {
	unit models.NetUnit
	of   decimal.Decimal
	// rough ones are no whole thousandths of ours.
	rough bool
}

func exactly(unit models.NetUnit, of int64, exponent int32) measure {
	return measure{unit: unit, of: decimal.New(of, exponent)}
}

// measures by their names, folded as those of columns.
var measures = map[string]measure{
	"g": exactly(models.Gram, 1, 0), "gram": exactly(models.Gram, 1, 0), "grams": exactly(models.Gram, 1, 0),
	"kg": exactly(models.Gram, 1000, 0), "mg": exactly(models.Gram, 1, -3),
	"oz": {models.Gram, decimal.New(28_349523125, -9), true}, "lb": {models.Gram, decimal.New(453_59237, -5), true},
	"ml": exactly(models.Millilitre, 1, 0), "millilitre": exactly(models.Millilitre, 1, 0), "milliliter": exactly(models.Millilitre, 1, 0),
	"cl": exactly(models.Millilitre, 10, 0), "l": exactly(models.Millilitre, 1000, 0),
	"fl oz": {models.Millilitre, decimal.New(29_5735295625, -10), true}, "floz": {models.Millilitre, decimal.New(29_5735295625, -10), true},
	"piece": exactly(models.Piece, 1, 0), "pieces": exactly(models.Piece, 1, 0), "pc": exactly(models.Piece, 1, 0), "pcs": exactly(models.Piece, 1, 0),
	"item": exactly(models.Piece, 1, 0), "件": exactly(models.Piece, 1, 0), "片": exactly(models.Piece, 1, 0),
	"克": exactly(models.Gram, 1, 0), "毫升": exactly(models.Millilitre, 1, 0),
}

// contentDigits are the decimals that a net content has.
const contentDigits = 3

var mostContent = decimal.New(1, 9)

// content reads what is inside a package of the variant, nil where the file
// does not say. A wrong one is refused: some taxes depend on it.
func (r *reading) content() *models.NetContent {
	amount, unit := r.get(netContent), r.get(netUnit)
	if amount == "" {
		if unit != "" {
			r.doubt(fmt.Sprintf("the net content has the unit %s and no amount: it is left out", cell.Show(unit)))
		}
		return nil
	}
	d, err := cell.Numbers{}.Decimal(amount)
	switch {
	case err != nil:
		r.refuse(fmt.Sprintf("the net content %v", err))
		return nil
	case d.IsZero() && unit == "": // what spreadsheets write where nobody measured
		return nil
	case unit == "":
		r.refuse(fmt.Sprintf("the net content %s has no unit", cell.Show(amount)))
		return nil
	}
	m, ok := measures[fold(unit)]
	if !ok {
		r.refuse(fmt.Sprintf("the unit of the net content, %s, is none of g, kg, mg, oz, lb, ml, cl, l, fl oz and piece", cell.Show(unit)))
		return nil
	}
	exact := d.Mul(m.of)
	quantity := exact.Round(contentDigits) // half away from zero
	switch {
	case !quantity.IsPositive() || quantity.GreaterThanOrEqual(mostContent):
		r.refuse(fmt.Sprintf("the net content %s %s is out of range", amount, strings.TrimSpace(unit)))
		return nil
	case m.rough:
		r.doubt(fmt.Sprintf("the net content %s %s is taken as %s %s", amount, unit, quantity, strings.ToLower(string(m.unit))))
	case !quantity.Equal(exact):
		r.refuse(fmt.Sprintf("the net content %s %s has more than %d decimals of a %s", amount, unit, contentDigits, strings.ToLower(string(m.unit))))
		return nil
	}
	return &models.NetContent{Quantity: quantity, Unit: m.unit}
}
