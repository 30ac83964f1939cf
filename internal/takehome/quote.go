package takehome

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// Step is one thing that is taken of what the shopper pays, or the exchange of
// what is left.
type Step struct {
	Kind Kind
	Code string
	// Amount is nil where it is not known.
	Amount, Base *money.Money
	// Rate is a part of the base; of an exchange, units of the brand's currency.
	Rate *decimal.Decimal
	// Fixed comes on top; nil where nothing does.
	Fixed  *money.Money
	Source Source
	part   *landedcost.RecordPart
	title  [2]string
}

// Source is where a step comes from. Rule is nil where none of customs' says so.
type Source struct {
	Title string
	Rule  *landedcost.Source
	// chinese is empty where the source is named in one language alone.
	chinese string
}

// Words name it, in Chinese where that is known.
func (s Source) Words(language string) string {
	if s.chinese != "" && strings.HasPrefix(language, "zh") {
		return s.chinese
	}
	return s.Title
}

// What the reckoning itself says.
var (
	noPlan       = Source{Title: "No commission plan holds: nothing is kept", chinese: "没有有效的佣金方案:不收佣金"}
	platformPays = Source{Title: "The platform bears what the payment provider keeps", chinese: "支付机构的手续费由平台承担"}
	sameCarriage = Source{Title: "Assumed: as much as the shopper pays for carriage", chinese: "假设:与消费者支付的运费相同"}
	givenCost    = Source{Title: "Given by whoever asks", chinese: "由查询者给出"}
	noRate       = Source{Title: "No rate is known", chinese: "汇率未知"}
)

// Quote shows step by step what is left of a price. It reports money.ErrOverflow.
func (t *Terms) Quote(price int64) (*Result, error) {
	r := &Result{PriceMinor: price, CarriageMinor: t.carriage(price), Terms: t}
	r.PaidMinor = price + r.CarriageMinor
	if err := r.tax(); err != nil {
		return nil, err
	}
	if err := r.commission(); err != nil {
		return nil, err
	}
	if err := r.fees(); err != nil {
		return nil, err
	}
	r.ship()
	if !r.Known() {
		r.exchange(nil)
		return r, nil
	}
	left, err := t.left(&landedcost.Result{}, price, r.CarriageMinor)
	if err != nil {
		return nil, err
	}
	r.LeftMinor = left
	return r, r.pay()
}

func (r *Result) money(minor int64) *money.Money { return new(money.New(minor, r.Terms.Sale)) }

func (r *Result) lacks(p landedcost.Problem) {
	if r.Problem == "" {
		r.Problem = p
	}
}

// tax shows what the shopper pays to others.
func (r *Result) tax() error {
	t := r.Terms
	if t.Regime == nil {
		return nil
	}
	in, quote := t.input(r.PriceMinor, r.CarriageMinor), landedcost.Result{}
	if err := landedcost.Quote(&quote, in, t.Rules); err != nil {
		return err
	}
	r.LandedCost, r.PaidMinor = quote.Record(in, t.Rules), quote.Total
	if p := unsold(&quote); p != "" {
		r.lacks(p)
		r.Steps = append(r.Steps, Step{Kind: Tax, title: words[Tax]})
	}
	parts := r.LandedCost.Lines[0].Parts
	for i := range parts {
		p := &parts[i]
		s := Step{Kind: Tax, Code: string(p.Kind), Amount: r.money(p.Amount), Base: new(p.Of()), part: p, Source: Source{Rule: p.Source}}
		if p.Share > 0 {
			s.Rate = new(decimal.New(p.Rate, -6).Mul(decimal.New(p.Share, -6)))
		}
		if p.Source != nil {
			s.Source.Title = p.Source.Title
		}
		r.Steps = append(r.Steps, s)
	}
	for _, f := range r.LandedCost.Fees {
		s := Step{Kind: ShopperFee, Code: f.Code, Amount: r.money(f.AmountMinor), title: [2]string{f.Title, f.Title}, Source: Source{Rule: f.Source}}
		if f.Source != nil {
			s.Source.Title = f.Source.Title
		}
		r.Steps = append(r.Steps, s)
	}
	return nil
}

func (r *Result) commission() error {
	t := r.Terms
	if t.Schedule != "" {
		return nil // its own fees stand for it
	}
	s := Step{Kind: Commission, Amount: r.money(0), Base: r.money(r.PriceMinor), Rate: &decimal.Zero, title: words[Commission],
		Source: noPlan}
	if t.Plan != nil {
		taken, err := t.commission(r.PriceMinor)
		if err != nil {
			return err
		}
		s.Amount, s.Rate, s.Source = r.money(taken), &t.Plan.Rate, Source{Title: t.Plan.Name + ": " + t.Plan.Source}
		if t.Plan.FixedMinor != 0 {
			s.Fixed = r.money(t.Plan.FixedMinor)
		}
	}
	r.Steps = append(r.Steps, s)
	return nil
}

func (r *Result) fees() error {
	t := r.Terms
	if t.Schedule == "" {
		r.Steps = append(r.Steps, Step{Kind: PaymentFee, Amount: r.money(0), title: words[PaymentFee],
			Source: platformPays})
	}
	for i := range t.Fees {
		f := &t.Fees[i]
		s := Step{Kind: OtherFee, Code: f.Code, title: [2]string{f.Title, f.Title}, Source: Source{Rule: f.Source}}
		switch f.Code {
		case "PAYMENT":
			s.Kind = PaymentFee
		case "COMMISSION":
			s.Kind = Commission
		}
		if f.Source != nil {
			s.Source.Title = f.Source.Title
		}
		if f.Unknown {
			r.lacks(landedcost.RateUnknown)
		} else {
			s.Rate = new(decimal.New(f.PPM, -6))
			if f.FlatMinor != 0 {
				s.Fixed = r.money(f.FlatMinor)
			}
		}
		if !f.Unknown && (!f.OfTotal || r.Paid() != nil) {
			base := f.of(r.PriceMinor, r.CarriageMinor, r.PaidMinor)
			taken, err := f.take(base)
			if err != nil {
				return err
			}
			s.Amount, s.Base = r.money(taken), r.money(base)
		}
		r.Steps = append(r.Steps, s)
	}
	return nil
}

func (r *Result) ship() {
	s := Step{Kind: Shipping, Amount: r.money(r.CarriageMinor), title: words[Shipping], Source: sameCarriage}
	if cost := r.Terms.CostMinor; cost != nil {
		s.Amount, s.Source = r.money(*cost), givenCost
	}
	r.Steps = append(r.Steps, s)
}

// pay exchanges what is left.
func (r *Result) pay() error {
	left := r.money(r.LeftMinor)
	if r.Terms.Rate == nil {
		r.lacks(landedcost.RateUnknown)
		r.exchange(left)
		return nil
	}
	taken, err := r.Terms.Rate.Convert(*left)
	if err != nil {
		return err
	}
	r.TakenMinor = taken.Minor
	r.exchange(left)
	r.Steps[len(r.Steps)-1].Amount = &taken
	return nil
}

func (r *Result) exchange(left *money.Money) {
	s := Step{Kind: Exchange, Base: left, title: words[Exchange], Source: noRate}
	if rate := r.Terms.Rate; rate != nil {
		s.Rate, s.Source = &rate.Value, Source{Title: rate.Source + ", " + rate.Date.String()}
	}
	r.Steps = append(r.Steps, s)
}
