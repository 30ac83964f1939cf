package tariff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
)

// origin is a country and one of its regions.
type origin struct{ country, region string }

// change is an override of one prefix.
type change struct {
	*Override
	index  int
	prefix string
}

// changes of a scenario from the general to the particular: by length of
// prefix, then all origins, a country, a region.
func (s *Scenario) changes() []change {
	var all []change
	for i := range s.Overrides {
		for _, p := range s.Overrides[i].each() {
			all = append(all, change{&s.Overrides[i], i, p})
		}
	}
	slices.SortStableFunc(all, func(a, b change) int {
		return cmp.Or(len(a.prefix)-len(b.prefix), cmp.Compare(a.depth(), b.depth()))
	})
	return all
}

func (c change) depth() int {
	switch {
	case c.Region != "":
		return 2
	case c.Origin != "":
		return 1
	}
	return 0
}

// overlay is the rules of a day as a scenario has them: one for goods of no
// region in particular, others for regions that overrides name.
type overlay struct {
	all     *landedcost.Rules
	regions map[origin]*landedcost.Rules
}

func (o *overlay) of(country, region string) *landedcost.Rules {
	if region != "" {
		if r := o.regions[origin{country, region}]; r != nil {
			return r
		}
	}
	return o.all
}

// over puts the overrides over rules, which do not change. It refuses what
// would be more than the engine takes.
func (s *Scenario) over(rules *landedcost.Rules) (*overlay, error) {
	all := s.changes()
	keys := slices.Sorted(maps.Keys(rules.Tariffs))
	made, err := s.apply(rules, keys, all, origin{})
	if err != nil {
		return nil, err
	}
	o := &overlay{all: made, regions: map[origin]*landedcost.Rules{}}
	for _, c := range all {
		at := origin{c.Origin, c.Region}
		if c.Region == "" || o.regions[at] != nil {
			continue
		}
		if o.regions[at], err = s.apply(rules, keys, all, at); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// apply makes the rules for goods of a region: overrides of other regions are
// left out, those of its own are as good as those of its country.
func (s *Scenario) apply(rules *landedcost.Rules, keys []string, all []change, at origin) (*landedcost.Rules, error) {
	made := *rules
	made.Tariffs = maps.Clone(rules.Tariffs)
	if made.Tariffs == nil {
		made.Tariffs = map[string]*landedcost.Tariff{}
	}
	source := &landedcost.Source{ID: "scenario", Title: "Scenario: " + s.Name, Confidence: "ASSUMED"}
	for _, c := range all {
		if c.Region != "" && at != (origin{c.Origin, c.Region}) {
			continue
		}
		// The rates at the prefix first: those below may stand on them.
		next := map[string][]landedcost.Rate{c.prefix: nil}
		from, _ := slices.BinarySearch(keys, c.prefix)
		for _, key := range keys[from:] {
			if !strings.HasPrefix(key, c.prefix) {
				break
			}
			if len(*ratesOf(made.Tariffs[key], c.Tax)) > 0 {
				next[key] = nil
			}
		}
		for key := range next {
			rates, err := s.changed(effective(&made, key, c.Tax), c, source)
			if err != nil {
				return nil, err
			}
			next[key] = rates
		}
		for key, rates := range next {
			t := landedcost.Tariff{}
			if made.Tariffs[key] != nil {
				t = *made.Tariffs[key]
			}
			*ratesOf(&t, c.Tax) = rates
			made.Tariffs[key] = &t
		}
	}
	return &made, nil
}

// ratesOf are the rates of a tax.
func ratesOf(t *landedcost.Tariff, tax landedcost.Kind) *[]landedcost.Rate {
	switch tax {
	case landedcost.VAT:
		return &t.VAT
	case landedcost.ConsumptionTax:
		return &t.ConsumptionTax
	case landedcost.PostalTax:
		return &t.Post
	default:
		return &t.Duty
	}
}

// effective are the rates that count at a prefix, whatever level they stand at:
// of each origin the one of the longest prefix, up to one for all origins.
func effective(rules *landedcost.Rules, prefix string, tax landedcost.Kind) []landedcost.Rate {
	var list []landedcost.Rate
	for n := len(prefix); n >= 0; n -= 2 {
		t := rules.Tariffs[prefix[:n]]
		if t == nil {
			continue
		}
		all := false
		for _, r := range *ratesOf(t, tax) {
			if !slices.ContainsFunc(list, func(known landedcost.Rate) bool { return known.Origin == r.Origin }) {
				list = append(list, r)
			}
			all = all || r.Origin == ""
		}
		if all {
			break
		}
	}
	return list
}

// changed gives the rates after a change. Thresholds stay; a rate that is not
// known stays so where something is to be added to it.
func (s *Scenario) changed(rates []landedcost.Rate, c change, source *landedcost.Source) ([]landedcost.Rate, error) {
	list := slices.Clone(rates)
	base := slices.IndexFunc(list, func(r landedcost.Rate) bool { return r.Origin == "" })
	if c.Origin == "" && base < 0 && c.Rate != nil {
		list = append(list, landedcost.Rate{})
	}
	if c.Origin != "" && !slices.ContainsFunc(list, func(r landedcost.Rate) bool { return r.Origin == c.Origin }) {
		switch {
		case base >= 0:
			own := list[base]
			own.Origin = c.Origin
			list = append(list, own)
		case c.Rate != nil:
			list = append(list, landedcost.Rate{Origin: c.Origin})
		}
	}
	for i := range list {
		r := &list[i]
		if c.Origin != "" && r.Origin != c.Origin {
			continue
		}
		if c.Rate != nil {
			r.PPM = c.ppm()
		} else if r.PPM += c.ppm(); r.PPM > most[c.Tax] {
			return nil, wrong(fmt.Sprintf("overrides.%d.add", c.index), fmt.Sprintf("makes a rate of more than %s %%", landedcost.Percent(most[c.Tax])))
		}
		r.InFull, r.Source = c.Tax == landedcost.Duty && s.WithinLimits, source
	}
	return list, nil
}
