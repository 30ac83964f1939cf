package landedcost

import (
	"fmt"
	"slices"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// Quote reckons what an order costs at the door, into a result that is used
// again: where it has room for the lines, nothing is allocated. It reports an
// *InputError for what makes no sense and money.ErrOverflow for amounts beyond
// 63 bits; amounts below are exact.
func Quote(r *Result, in *Input, rules *Rules) error {
	if err := in.check(); err != nil {
		return err
	}
	r.begin(in, rules)
	if err := r.values(in); err != nil {
		return err
	}
	terms := r.treat(in, rules)
	for i := range r.Lines {
		if r.Lines[i].Problem != "" {
			continue
		}
		if err := r.tax(i, in, rules, terms); err != nil {
			return err
		}
	}
	r.exempt(terms)
	if err := r.fees(in, rules); err != nil {
		return err
	}
	return r.sum()
}

// Compare quotes an order in several regimes side by side.
func Compare(results []Result, in Input, rules *Rules, regimes []Regime) error {
	for i, regime := range regimes {
		in.Regime = regime
		if err := Quote(&results[i], &in, rules); err != nil {
			return err
		}
	}
	return nil
}

// begin empties the result.
func (r *Result) begin(in *Input, rules *Rules) {
	lines, fees := r.Lines[:0], r.Fees[:0]
	if cap(lines) < len(in.Lines) {
		lines = make([]LineResult, 0, len(in.Lines))
	}
	*r = Result{
		Regime: in.Regime, Treatment: WithinLimits, Currency: in.Currency, Declared: rules.Currency,
		Lines: lines[:len(in.Lines)], Fees: fees,
	}
	for i := range r.Lines {
		r.Lines[i] = LineResult{}
	}
	var known bool
	if r.exchange, known = in.exchange(rules); !known {
		r.stop(RateUnknown)
	}
}

// stop gives the order, and so every line, a problem without which nothing of
// its taxes is known.
func (r *Result) stop(p Problem) {
	r.Problem = p
	for i := range r.Lines {
		r.Lines[i].Problem = p
	}
}

// values finds what each line is declared at.
func (r *Result) values(in *Input) error {
	for i := range r.Lines {
		goods, err := times(in.Lines[i].UnitMinor, in.Lines[i].Quantity)
		if err != nil {
			return err
		}
		if r.Lines[i].Goods = goods - in.Lines[i].DiscountMinor; r.Lines[i].Goods < 0 {
			return &InputError{i, "discount", "must not be more than the goods"}
		}
	}
	if err := r.carry(in); err != nil {
		return err
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		value := l.Goods
		if add(&value, l.Freight) != nil || add(&value, l.Insurance) != nil {
			return money.ErrOverflow
		}
		if r.exchange.num == 0 {
			continue
		}
		var err error
		if l.Value, err = r.exchange.declared(value); err != nil {
			return err
		}
		if err := add(&r.DeclaredValue, l.Value); err != nil {
			return err
		}
	}
	return nil
}

// carry spreads freight and insurance over the lines. Each gets what makes the
// lines up to it sum to their part of the whole.
func (r *Result) carry(in *Input) error {
	if in.FreightMinor == 0 && in.InsuranceMinor == 0 {
		return nil
	}
	weighed := true
	for i := range in.Lines {
		weighed = weighed && in.Lines[i].WeightGrams > 0
	}
	share := func(l *Line) (int64, error) {
		if weighed {
			return times(l.WeightGrams, l.Quantity)
		}
		return l.Quantity, nil
	}
	var whole, upTo, freight, insurance int64
	for i := range in.Lines {
		weight, err := share(&in.Lines[i])
		if err != nil || add(&whole, weight) != nil {
			return money.ErrOverflow
		}
	}
	for i := range in.Lines {
		weight, err := share(&in.Lines[i])
		if err != nil {
			return err
		}
		upTo += weight
		f, err := halfUp(in.FreightMinor, uint64(upTo), uint64(whole))
		if err != nil {
			return err
		}
		s, err := halfUp(in.InsuranceMinor, uint64(upTo), uint64(whole))
		if err != nil {
			return err
		}
		r.Lines[i].Freight, r.Lines[i].Insurance = f-freight, s-insurance
		freight, insurance = f, s
	}
	return nil
}

// fees reckons what the shopper pays on top.
func (r *Result) fees(in *Input, rules *Rules) error {
	if r.exchange.num == 0 {
		return nil
	}
	for i := range rules.Fees {
		f := &rules.Fees[i]
		if !f.PaidBy(PaidByShopper, in.Regime) {
			continue
		}
		due, err := f.Of(r.DeclaredValue)
		if err != nil {
			return fmt.Errorf("fee %s: %w", f.Code, err)
		}
		amount, err := r.exchange.back(due)
		if err != nil {
			return err
		}
		r.Fees = append(r.Fees, FeeResult{f, amount})
	}
	return nil
}

// PaidBy tells whether somebody pays the fee in a regime.
func (f *Fee) PaidBy(payer Payer, regime Regime) bool {
	return f.Payer == payer && (len(f.Regimes) == 0 || slices.Contains(f.Regimes, regime))
}

// Of is the fee of an order of a value, rounded half up.
func (f *Fee) Of(value int64) (int64, error) {
	due, err := halfUp(value, uint64(f.PPM), Million)
	if err != nil {
		return 0, err
	}
	return due, add(&due, f.FlatMinor)
}

// sum adds up the lines and fees.
func (r *Result) sum() error {
	r.Complete = true
	for i := range r.Lines {
		l := &r.Lines[i]
		r.Complete = r.Complete && l.Problem == ""
		for j := range l.count {
			p := &l.parts[j]
			var err error
			if p.Amount, err = r.exchange.back(p.Due); err != nil {
				return err
			}
			if add(&l.Tax, p.Amount) != nil || add(&r.DeclaredTax, p.Due) != nil {
				return money.ErrOverflow
			}
		}
		l.Total = l.Goods + l.Freight + l.Insurance
		if add(&l.Total, l.Tax) != nil || add(&r.Goods, l.Goods) != nil || add(&r.Freight, l.Freight) != nil ||
			add(&r.Insurance, l.Insurance) != nil || add(&r.Tax, l.Tax) != nil || add(&r.Total, l.Total) != nil {
			return money.ErrOverflow
		}
	}
	for i := range r.Fees {
		if add(&r.Fee, r.Fees[i].Amount) != nil || add(&r.Total, r.Fees[i].Amount) != nil {
			return money.ErrOverflow
		}
	}
	return nil
}
