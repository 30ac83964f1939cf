package landedcost_test

import (
	"slices"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
)

func china(on string) *landedcost.Rules { return fixture.China(on) }

// Goods of a price in fen.
func toys(price int64) landedcost.Line { return goods("950300", price) }

func goods(code string, price int64) landedcost.Line {
	return landedcost.Line{HSCode: code, Origin: "US", Quantity: 1, UnitMinor: price, WeightGrams: 100}
}

func cosmetics(price, grams int64) landedcost.Line {
	l := goods("33049900", price)
	l.NetContent, l.NetUnit = grams*1000, landedcost.Gram
	return l
}

func order(regime landedcost.Regime, lines ...landedcost.Line) *landedcost.Input {
	return &landedcost.Input{Regime: regime, Currency: "CNY", Lines: lines}
}

func quote(t testing.TB, in *landedcost.Input, rules *landedcost.Rules) *landedcost.Result {
	t.Helper()
	var r landedcost.Result
	if err := landedcost.Quote(&r, in, rules); err != nil {
		t.Fatal(err)
	}
	return &r
}

// due is a tax of a line, -1 where there is none.
func due(l *landedcost.LineResult, kind landedcost.Kind) int64 {
	parts := l.Parts()
	at := slices.IndexFunc(parts, func(p landedcost.Part) bool { return p.Kind == kind })
	if at < 0 {
		return -1
	}
	return parts[at].Due
}
