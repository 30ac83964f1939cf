package landedcost

// prefixes of HS codes, the longest first.
var prefixes = [...]int{10, 8, 6, 4, 2, 0}

// Found are the rates for goods; nil for what the rules do not know.
type Found struct {
	Duty, VAT, ConsumptionTax, Post *Rate
	// ByOrigin are the kinds of which a rate depends on an origin that is not known.
	ByOrigin struct{ Duty, VAT, ConsumptionTax, Post bool }
	// InFull tells that the duty, or one that an unknown origin may have, is due in full.
	InFull bool
}

// Find looks up the rates for goods of an HS code and an origin, which may be
// empty.
func (r *Rules) Find(code, origin string) (f Found) {
	for _, n := range prefixes {
		if n > len(code) {
			continue
		}
		t := r.Tariffs[code[:n]]
		if t == nil {
			continue
		}
		if f.Duty == nil && !f.ByOrigin.Duty {
			f.Duty = pick(f.Duty, t.Duty, origin, &f.ByOrigin.Duty)
			f.InFull = f.Duty != nil && f.Duty.InFull || f.ByOrigin.Duty && anyInFull(t.Duty)
		}
		f.VAT = pick(f.VAT, t.VAT, origin, &f.ByOrigin.VAT)
		f.ConsumptionTax = pick(f.ConsumptionTax, t.ConsumptionTax, origin, &f.ByOrigin.ConsumptionTax)
		f.Post = pick(f.Post, t.Post, origin, &f.ByOrigin.Post)
	}
	return f
}

func anyInFull(rates []Rate) bool {
	for i := range rates {
		if rates[i].InFull {
			return true
		}
	}
	return false
}

// pick keeps what a longer prefix has said.
func pick(known *Rate, rates []Rate, origin string, open *bool) *Rate {
	if known != nil || *open {
		return known
	}
	for i := range rates {
		switch rates[i].Origin {
		case "":
			if known == nil {
				known = &rates[i]
			}
		case origin:
			return &rates[i]
		default:
			*open = *open || origin == ""
		}
	}
	return known
}

// ListedAs is the entry of the positive list for an HS code, nil where there is
// none. It tells nothing where no list is loaded.
func (r *Rules) ListedAs(code string) *Listed {
	_, l := r.listed(code)
	return l
}

// listed is ListedAs with the entry's own code.
func (r *Rules) listed(code string) (string, *Listed) {
	for _, n := range prefixes[:len(prefixes)-1] {
		if n <= len(code) {
			if l := r.Listed[code[:n]]; l != nil {
				return code[:n], l
			}
		}
	}
	return "", nil
}

// NeedsNetContent tells whether a rate depends on the value of a unit of net
// content.
func (f *Found) NeedsNetContent() bool {
	return f.ConsumptionTax != nil && len(f.ConsumptionTax.Thresholds) > 0 || f.Post != nil && len(f.Post.Thresholds) > 0
}

// ValidHSCode tells whether a code has 6, 8 or 10 digits.
func ValidHSCode(code string) bool {
	if len(code) != 6 && len(code) != 8 && len(code) != 10 {
		return false
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return false
		}
	}
	return true
}
