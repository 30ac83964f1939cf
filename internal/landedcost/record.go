package landedcost

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// Record is a result as it is shown and kept: with what it was made of, but
// without the rules themselves. An order keeps it for good.
type Record struct {
	Country string
	// On is the day of the rules, RulesVersion stands for exactly them.
	On, RulesVersion string
	Regime           Regime
	Treatment        Treatment
	Problem          Problem
	// ShippedFrom is the country that sends, empty where it is not known.
	ShippedFrom string `json:",omitempty"`
	// ReturnDays are those within which taxes and allowance come back, by the
	// terms of the regime on that day; zero where they never do.
	ReturnDays int `json:",omitempty"`
	// Currency of the amounts, and Declared, in which goods are declared.
	Currency, Declared money.Currency
	Exchange           *Exchange `json:",omitempty"`
	Lines              []RecordLine
	Fees               []RecordFee `json:",omitempty"`
	Complete           bool

	GoodsMinor, FreightMinor, InsuranceMinor, TaxMinor, FeeMinor, TotalMinor int64
	// In the currency of the declaration.
	DeclaredValueMinor, DeclaredTaxMinor, CountsMinor int64
}

// RecordLine is what a line costs.
type RecordLine struct {
	Line
	Problem Problem
	Missing Kind
	// Currency and Declared are those of the record.
	Currency, Declared money.Currency

	GoodsMinor, FreightMinor, InsuranceMinor, TaxMinor, TotalMinor int64
	// ValueMinor is in the currency of the declaration.
	ValueMinor int64
	// ListedAs is the code of the positive list of which a person may buy
	// GramsPerYear; empty where nothing bounds the weight of the goods.
	ListedAs     string `json:",omitempty"`
	GramsPerYear int64  `json:",omitempty"`
	Parts        []RecordPart
}

// Weight is what an order takes of a bound of weight.
type Weight struct {
	// Code is that of the positive list.
	Code                string
	Grams, GramsPerYear int64
}

// RecordPart is one tax of a line.
type RecordPart struct {
	Part
	Currency, Declared money.Currency
}

// RecordFee is a fee that the shopper pays.
type RecordFee struct {
	Code, Title string
	Currency    money.Currency
	AmountMinor int64
	Source      *Source
}

// Record makes a copy of a result that lasts.
func (r *Result) Record(in *Input, rules *Rules) *Record {
	kept := &Record{
		Country: rules.Country, On: rules.On, RulesVersion: rules.Version, Regime: r.Regime, Treatment: r.Treatment, Problem: r.Problem,
		Currency: r.Currency, Declared: r.Declared, Complete: r.Complete, Lines: make([]RecordLine, len(r.Lines)),
		GoodsMinor: r.Goods, FreightMinor: r.Freight, InsuranceMinor: r.Insurance, TaxMinor: r.Tax, FeeMinor: r.Fee, TotalMinor: r.Total,
		DeclaredValueMinor: r.DeclaredValue, DeclaredTaxMinor: r.DeclaredTax, CountsMinor: r.Counts(), ShippedFrom: in.ShippedFrom,
	}
	if terms := rules.Terms[r.Regime]; terms != nil {
		kept.ReturnDays = terms.ReturnDays
	}
	if r.Currency != r.Declared {
		kept.Exchange = &in.Exchange
	}
	parts := make([]RecordPart, 0, 3*len(r.Lines))
	for i := range r.Lines {
		l, from := &r.Lines[i], len(parts)
		for _, p := range l.Parts() {
			parts = append(parts, RecordPart{p, r.Currency, r.Declared})
		}
		kept.Lines[i] = RecordLine{
			Line: in.Lines[i], Problem: l.Problem, Missing: l.Missing, Currency: r.Currency, Declared: r.Declared,
			GoodsMinor: l.Goods, FreightMinor: l.Freight, InsuranceMinor: l.Insurance, TaxMinor: l.Tax, TotalMinor: l.Total,
			ValueMinor: l.Value, ListedAs: l.ListedAs, GramsPerYear: l.GramsPerYear, Parts: parts[from:len(parts):len(parts)],
		}
	}
	for _, f := range r.Fees {
		kept.Fees = append(kept.Fees, RecordFee{f.Fee.Code, f.Fee.Title, r.Currency, f.Amount, f.Fee.Source})
	}
	return kept
}

// Weights are what the order takes of goods whose weight is bounded, in the
// order of their codes.
func (r *Record) Weights() (all []Weight) {
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.ListedAs == "" {
			continue
		}
		at, known := slices.BinarySearchFunc(all, l.ListedAs, func(w Weight, code string) int { return strings.Compare(w.Code, code) })
		if !known {
			all = slices.Insert(all, at, Weight{Code: l.ListedAs, GramsPerYear: l.GramsPerYear})
		}
		all[at].Grams += l.WeightGrams * l.Quantity
	}
	return all
}

func (r *Record) money(minor int64) money.Money { return money.New(minor, r.Currency) }

// Goods after discounts.
func (r *Record) Goods() money.Money { return r.money(r.GoodsMinor) }

// Freight of all lines.
func (r *Record) Freight() money.Money { return r.money(r.FreightMinor) }

// Insurance of all lines.
func (r *Record) Insurance() money.Money { return r.money(r.InsuranceMinor) }

// Duty of all lines; the postal tax, too.
func (r *Record) Duty() money.Money { return r.money(r.of(Duty) + r.of(PostalTax)) }

// ConsumptionTax of all lines.
func (r *Record) ConsumptionTax() money.Money { return r.money(r.of(ConsumptionTax)) }

// VAT of all lines.
func (r *Record) VAT() money.Money { return r.money(r.of(VAT)) }

// Tax is duty and all taxes.
func (r *Record) Tax() money.Money { return r.money(r.TaxMinor) }

// Fee is the sum of the fees.
func (r *Record) Fee() money.Money { return r.money(r.FeeMinor) }

// Total is everything.
func (r *Record) Total() money.Money { return r.money(r.TotalMinor) }

// DeclaredValue is the base of all taxes, in the currency of the declaration.
func (r *Record) DeclaredValue() money.Money { return money.New(r.DeclaredValueMinor, r.Declared) }

func (r *Record) of(kind Kind) (sum int64) {
	for i := range r.Lines {
		for j := range r.Lines[i].Parts {
			if p := &r.Lines[i].Parts[j]; p.Kind == kind {
				sum += p.Amount
			}
		}
	}
	return sum
}

func (l *RecordLine) money(minor int64) money.Money { return money.New(minor, l.Currency) }

// Goods after discount.
func (l *RecordLine) Goods() money.Money { return l.money(l.GoodsMinor) }

// Freight is its share of the order's.
func (l *RecordLine) Freight() money.Money { return l.money(l.FreightMinor) }

// Insurance is its share of the order's.
func (l *RecordLine) Insurance() money.Money { return l.money(l.InsuranceMinor) }

// Tax is duty and all taxes.
func (l *RecordLine) Tax() money.Money { return l.money(l.TaxMinor) }

// Total is everything.
func (l *RecordLine) Total() money.Money { return l.money(l.TotalMinor) }

// Value is what is declared.
func (l *RecordLine) Value() money.Money { return money.New(l.ValueMinor, l.Declared) }

// Charged is what the shopper pays.
func (p *RecordPart) Charged() money.Money { return money.New(p.Amount, p.Currency) }

// Payable is what is declared.
func (p *RecordPart) Payable() money.Money { return money.New(p.Due, p.Declared) }

// Of is the base of the rate.
func (p *RecordPart) Of() money.Money { return money.New(p.Base, p.Declared) }

// Words say how it comes about.
func (p *RecordPart) Words(language string) string {
	return p.Formula(language, p.Declared, p.Currency)
}

// Charged is what the shopper pays.
func (f *RecordFee) Charged() money.Money { return money.New(f.AmountMinor, f.Currency) }

// Rate is what one unit of the input's currency is in that of the rules,
// rounded half up to 18 decimals; false where it is not known.
func (e *Exchange) Rate() (decimal.Decimal, bool) {
	if e == nil || e.Units == 0 {
		return decimal.Decimal{}, false
	}
	return decimal.NewFromInt(e.Units).DivRound(decimal.NewFromInt(max(e.Per, 1)), 18), true
}
