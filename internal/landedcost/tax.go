package landedcost

import "fmt"

// inFull are the terms of general trade, whatever the rules say.
var inFull = Terms{DutyShare: Million, VATShare: Million, ConsumptionTaxShare: Million}

// treat decides how the order is taxed, and by which terms. Limits are of the
// declared value, freight and insurance with it.
func (r *Result) treat(in *Input, rules *Rules) *Terms {
	terms := rules.Terms[in.Regime]
	if in.Regime == GeneralTrade {
		return r.full("")
	}
	if terms == nil {
		if r.Problem == "" {
			r.stop(RegimeUnknown)
		}
		return &inFull
	}
	limit, other := terms.OrderLimits[in.ShippedFrom]
	if !other {
		limit = terms.OrderLimitMinor
	}
	single := len(in.Lines) == 1 && in.Lines[0].Quantity == 1 && terms.SinglePiece
	switch {
	case beyond(r.DeclaredValue, terms.YearLimitMinor, in.AllowanceMinor):
		return r.full(OverYearLimit)
	case limit == 0 || r.DeclaredValue <= limit:
	case !single:
		return r.full(OverOrderLimit)
	case in.Regime.CrossBorder():
		r.Treatment = FullTaxes
		return &inFull
	}
	return terms
}

// beyond tells whether a value is more than a person may still buy.
func beyond(value, limit int64, left *int64) bool {
	if limit == 0 {
		return false
	}
	if left != nil && *left < limit {
		limit = max(*left, 0)
	}
	return value > limit
}

// full taxes the order as general trade.
func (r *Result) full(p Problem) *Terms {
	r.Treatment = AsGeneralTrade
	if r.Problem == "" {
		r.Problem = p
	}
	return &inFull
}

// tax reckons the taxes of a line, or finds what is missing for that.
func (r *Result) tax(at int, order *Input, rules *Rules, terms *Terms) error {
	l, in := &r.Lines[at], &order.Lines[at]
	switch {
	case in.HSCode == "":
		l.Problem = HSCodeMissing
		return nil
	case !ValidHSCode(in.HSCode):
		l.Problem = HSCodeInvalid
		return nil
	}
	if r.Regime.CrossBorder() && r.Treatment != AsGeneralTrade && rules.Listed != nil {
		if l.Problem = r.listed(at, order, rules); l.Problem != "" {
			return nil
		}
	}
	f := rules.Find(in.HSCode, in.Origin)
	if r.Regime == PersonalPost && r.Treatment != AsGeneralTrade {
		post, ok := l.rate(f.Post, f.ByOrigin.Post, PostalTax, in)
		if !ok {
			return nil
		}
		return l.add(Part{Kind: PostalTax, Rate: post, Share: Million, Source: f.Post.Source, Terms: terms.Source})
	}
	var duty int64
	share := terms.DutyShare
	if f.InFull {
		share = Million
	}
	first := Part{Kind: Duty, Source: terms.Source, Terms: terms.Source}
	if share > 0 {
		var ok bool
		if duty, ok = l.rate(f.Duty, f.ByOrigin.Duty, Duty, in); !ok {
			return nil
		}
		first = Part{Kind: Duty, Rate: duty, Share: share, Source: f.Duty.Source, Terms: terms.Source}
		duty = duty * share / Million
	}
	tax, ok := l.rate(f.ConsumptionTax, f.ByOrigin.ConsumptionTax, ConsumptionTax, in)
	if !ok {
		return nil
	}
	vat, ok := l.rate(f.VAT, f.ByOrigin.VAT, VAT, in)
	if !ok {
		return nil
	}
	for _, p := range [...]Part{
		first,
		{Kind: ConsumptionTax, Rate: tax, Share: terms.ConsumptionTaxShare, InDuty: duty, InConsumptionTax: tax, Source: f.ConsumptionTax.Source, Terms: terms.Source},
		{Kind: VAT, Rate: vat, Share: terms.VATShare, InDuty: duty, InConsumptionTax: tax, Source: f.VAT.Source, Terms: terms.Source},
	} {
		if err := l.add(p); err != nil {
			return err
		}
	}
	return nil
}

// listed says why goods may not be brought in as cross-border retail import.
// Of goods whose weight is bounded the lines before it take theirs first.
func (r *Result) listed(at int, order *Input, rules *Rules) Problem {
	l, in := &r.Lines[at], &order.Lines[at]
	code, entry := rules.listed(in.HSCode)
	switch {
	case entry == nil || entry.Excluded:
		return NotListed
	case entry.BondedOnly && r.Regime == CBECDirect:
		return BondedOnly
	case entry.GramsPerYear == 0:
		return ""
	case in.WeightGrams == 0:
		return WeightMissing
	}
	left := entry.GramsPerYear
	if known, ok := order.GramsLeft[code]; ok {
		left = min(left, max(known, 0))
	}
	for i := range at {
		if r.Lines[i].ListedAs == code {
			left -= r.Lines[i].Grams
		}
	}
	grams, err := times(in.WeightGrams, in.Quantity)
	if err != nil || grams > left {
		return OverWeightLimit
	}
	l.ListedAs, l.Grams, l.GramsPerYear = code, grams, entry.GramsPerYear
	return ""
}

// rate is the rate that applies to a line; without one the line has a problem.
func (l *LineResult) rate(r *Rate, byOrigin bool, kind Kind, in *Line) (int64, bool) {
	switch {
	case byOrigin:
		l.Problem, l.Missing = OriginMissing, kind
	case r == nil:
		l.Problem, l.Missing = RateUnknown, kind
	case len(r.Thresholds) == 0:
		return r.PPM, true
	default:
		for i := range r.Thresholds {
			t := &r.Thresholds[i]
			if in.NetContent == 0 || t.Unit != in.NetUnit {
				continue
			}
			if atLeast(l.Value, in.NetContent, in.Quantity, t.Minor, t.Exclusive) {
				return r.PPM, true
			}
			return 0, true
		}
		l.Problem, l.Missing = NetContentMissing, kind
	}
	return 0, false
}

// Bounds of rates: with them, products stay within 64 bits.
const maxDuty = 3 * Million

// add reckons a part of the line's value.
func (l *LineResult) add(p Part) (err error) {
	if min(p.Rate, p.Share, p.InDuty, p.InConsumptionTax) < 0 || max(p.Rate, p.InDuty) > maxDuty || p.Share > Million ||
		p.InConsumptionTax >= Million || p.InDuty > 0 && p.Rate > Million {
		return fmt.Errorf("landed cost: the rules have rates that cannot be: %s of %d", p.Kind, p.Rate)
	}
	p.Value = l.Value
	if p.Base, err = halfUp(p.Value, p.above(), p.below()); err != nil {
		return err
	}
	if p.Due, err = p.reckon(); err != nil {
		return err
	}
	l.parts[l.count] = p
	l.count++
	return nil
}

func (p *Part) above() uint64 { return uint64(Million + p.InDuty) }

func (p *Part) below() uint64 { return uint64(Million - p.InConsumptionTax) }

func (p *Part) reckon() (int64, error) {
	return halfUp(p.Value, p.above()*uint64(p.Rate)*uint64(p.Share), p.below()*Million*Million)
}

// exempt spares an order of so little tax.
func (r *Result) exempt(terms *Terms) {
	if terms.ExemptMinor == 0 {
		return
	}
	var due int64
	for i := range r.Lines {
		if r.Lines[i].Problem != "" {
			return // nobody knows how much it is
		}
		for _, p := range r.Lines[i].Parts() {
			if add(&due, p.Due) != nil {
				return
			}
		}
	}
	if due > terms.ExemptMinor {
		return
	}
	for i := range r.Lines {
		for j := range r.Lines[i].count {
			r.Lines[i].parts[j].Due, r.Lines[i].parts[j].Exempt = 0, true
		}
	}
}
