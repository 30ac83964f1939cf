package landedcost_test

import (
	"slices"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
)

// china are rules of a day, by the facts that are published.
func china(on string) *landedcost.Rules {
	source := func(id string) *landedcost.Source {
		return &landedcost.Source{ID: id, Title: id, Confidence: "VERIFIED", From: "2016-04-08"}
	}
	vat, reduced, order, year := int64(130_000), int64(90_000), int64(500_000), int64(2_600_000)
	if on < "2019-04-01" {
		vat, reduced = 160_000, 100_000
	}
	if on < "2018-05-01" {
		vat, reduced = 170_000, 110_000
	}
	if on < "2019-01-01" {
		order, year = 200_000, 2_000_000
	}
	cbec := &landedcost.Terms{
		OrderLimitMinor: order, YearLimitMinor: year, VATShare: 700_000, ConsumptionTaxShare: 700_000, SinglePiece: on >= "2019-01-01",
		Source: source("cbec terms"),
	}
	luxury := []landedcost.Threshold{
		{Unit: landedcost.Gram, Minor: 1000}, {Unit: landedcost.Millilitre, Minor: 1000}, {Unit: landedcost.Piece, Minor: 1500},
	}
	always := func(ppm int64, id string) []landedcost.Rate { return []landedcost.Rate{{PPM: ppm, Source: source(id)}} }
	return &landedcost.Rules{
		Country: "CN", On: on, Version: "test", Currency: "CNY",
		Terms: map[landedcost.Regime]*landedcost.Terms{
			landedcost.CBECBonded: cbec, landedcost.CBECDirect: cbec,
			landedcost.PersonalPost: {
				OrderLimitMinor: 100_000, OrderLimits: map[string]int64{"HK": 80_000}, SinglePiece: true, ExemptMinor: 5_000, Source: source("post terms"),
			},
		},
		Tariffs: map[string]*landedcost.Tariff{
			"":     {VAT: always(vat, "standard VAT"), ConsumptionTax: always(0, "no consumption tax")},
			"1509": {VAT: always(reduced, "reduced VAT"), Duty: always(100_000, "olive oil duty"), Post: always(130_000, "post food")},
			"2204": {
				ConsumptionTax: always(100_000, "wine consumption tax"), Post: always(500_000, "post wine"),
				Duty: []landedcost.Rate{{PPM: 140_000, Source: source("wine duty")}, {PPM: 0, Origin: "NZ", Source: source("wine duty NZ")}},
			},
			"3304": {
				ConsumptionTax: []landedcost.Rate{{PPM: 150_000, Thresholds: luxury, Source: source("luxury cosmetics")}},
				Duty:           always(65_000, "cosmetics duty"), Post: always(200_000, "post cosmetics"),
			},
			"6203": {Duty: always(80_000, "trousers duty"), Post: always(200_000, "post clothing")},
			"9503": {Duty: always(0, "toys duty"), Post: always(130_000, "post toys")},
		},
	}
}

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
