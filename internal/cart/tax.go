package cart

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/offer"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// send reads what is asked, and the rules where a storefront asks for them:
// these come from memory most of the time.
func (s *Service) send(db *gorm.DB, reads *database.Batch, q *question) error {
	if err := reads.Send(); err != nil {
		return reading(err)
	}
	if len(*q.carts) == 0 || !slices.ContainsFunc(*q.shops, func(s offer.Storefront) bool { return s.CustomsRegime != nil }) {
		return nil
	}
	c := &(*q.carts)[0] // all are of one market
	var err error
	if q.terms, err = s.doors.Terms(db, c.Country, money.Currency(c.Currency), q.at); err != nil {
		return err
	}
	at := slices.IndexFunc(*q.shops, func(s offer.Storefront) bool { return s.CustomsRegime != nil && s.CustomsRegime.CrossBorder() })
	shopper := auth.From(db.Statement.Context).AccountID()
	if at < 0 || s.yearly == nil || shopper == nil {
		return nil
	}
	on, err := models.ParseDate(q.terms.Rules.On)
	if err != nil {
		return err
	}
	q.left, err = s.yearly.LeftTx(db, *shopper, c.Country, *(*q.shops)[at].CustomsRegime, on)
	return err
}

// tax charges a group with duties and taxes, after promotions and carriage.
// Where something is missing for a line, it is charged nothing and the cart
// has a problem. Left is what the person may still buy this year, nil where it
// is not known; of several orders those before it take theirs first.
func (p *Priced) tax(g *Group, terms *doorprice.Terms, supply inventory.Supply, left *landedcost.Left) error {
	if g.Shop == nil || g.Shop.CustomsRegime == nil || terms == nil {
		return nil
	}
	g.shippedFrom = supply.From(g.stock())
	in := g.landed(*g.Shop.CustomsRegime)
	left.Give(in)
	if len(in.Lines) == 0 {
		return nil
	}
	record, err := terms.Quote(in)
	if _, senseless := errors.AsType[*landedcost.InputError](err); senseless {
		return fmt.Errorf("quote a cart: %w", err)
	}
	if err != nil {
		return err
	}
	g.LandedCost, g.terms, g.left = record, terms, left
	for i := range record.Lines {
		l := g.line(record.Lines[i].Ref)
		for _, part := range record.Lines[i].Parts {
			if part.Amount > 0 {
				g.charge(p.Currency, chargeOf[part.Kind], l, part.Amount)
			}
		}
	}
	for _, fee := range record.Fees {
		if fee.AmountMinor > 0 {
			g.charge(p.Currency, models.ChargeFee, nil, fee.AmountMinor)
		}
	}
	return nil
}

// chargeOf are the charges of taxes: the postal tax is an import duty by its name.
var chargeOf = map[landedcost.Kind]models.ChargeKind{
	landedcost.Duty: models.ChargeDuty, landedcost.ConsumptionTax: models.ChargeConsumptionTax, landedcost.VAT: models.ChargeVAT,
	landedcost.PostalTax: models.ChargeDuty,
}

// taxes are the kinds of charges on import.
var taxes = []models.ChargeKind{models.ChargeDuty, models.ChargeConsumptionTax, models.ChargeVAT, models.ChargeFee}

// landed is what a quote is made of: the lines that can be bought, with what
// was taken off them, and the carriage.
func (g *Group) landed(regime landedcost.Regime) *landedcost.Input {
	in := &landedcost.Input{Regime: regime, ShippedFrom: g.shippedFrom}
	for _, l := range g.Lines {
		if l.Offer == nil {
			continue
		}
		line := doorprice.Goods{
			HSCode: l.Offer.HSCode, Origin: l.Offer.OriginCountry, WeightGrams: l.Offer.WeightGrams,
			NetContent: l.Offer.NetContent, NetUnit: l.Offer.NetUnit,
		}.Line(l.Quantity, l.UnitPrice.Minor)
		line.Ref = l.GlobalID()
		for _, c := range g.Charges {
			if c.Line == l && c.Kind == models.ChargeDiscount {
				line.DiscountMinor -= c.AmountMinor
			}
		}
		in.Lines = append(in.Lines, line)
	}
	for _, c := range g.Charges {
		switch c.Kind {
		case models.ChargeShipping:
			in.FreightMinor += c.AmountMinor
		case models.ChargeInsurance:
			in.InsuranceMinor += c.AmountMinor
		case models.ChargeGoods, models.ChargeDiscount, models.ChargeDuty, models.ChargeConsumptionTax, models.ChargeVAT, models.ChargeFee:
		}
	}
	return in
}

// stock is what a warehouse would send of it.
func (g *Group) stock() (lines []inventory.Line) {
	for _, l := range g.Lines {
		if l.Offer != nil {
			lines = append(lines, inventory.Line{VariantID: l.VariantID, Quantity: l.Quantity})
		}
	}
	return lines
}

func (g *Group) line(ref string) *Line {
	for _, l := range g.Lines {
		if l.GlobalID() == ref {
			return l
		}
	}
	return nil
}

// LandedCosts compares what its goods cost at the door in several regimes;
// none where its storefront has no regime.
func (g *Group) LandedCosts(regimes []landedcost.Regime) ([]*landedcost.Record, error) {
	if g.terms == nil {
		return []*landedcost.Record{}, nil
	}
	if len(regimes) > maxRegimes {
		return nil, &problem.BadInput{Argument: "regimes", Message: "give at most 10"}
	}
	all := make([]*landedcost.Record, len(regimes))
	for i, regime := range regimes {
		var err error
		in := g.landed(regime)
		g.left.Give(in)
		if all[i], err = g.terms.Quote(in); err != nil {
			return nil, tooLarge(err)
		}
	}
	return all, nil
}

// taxed is what a group is charged on import, as a cart keeps it.
func (g *Group) taxed() models.CartTax {
	t := models.CartTax{BrandID: g.Key.BrandID, StorefrontID: g.Key.ID}
	for _, c := range g.Charges {
		if slices.Contains(taxes, c.Kind) {
			t.Charges = append(t.Charges, models.CartTaxCharge{LineID: c.LineID, Kind: c.Kind, AmountMinor: c.AmountMinor})
		}
	}
	return t
}

// keepTaxes charges a group of an ordered cart as it was last shown.
func (p *Priced) keepTaxes(g *Group) {
	for _, c := range p.TaxOf(g.Key).Charges {
		var line *Line
		if c.LineID != nil {
			line = g.line(models.CartLine{ID: *c.LineID}.GlobalID())
		}
		g.charge(p.Currency, c.Kind, line, c.AmountMinor)
	}
}

// agreeTaxes takes over the taxes that are shown now, but for those that had
// changed by themselves before.
func (e *edit) agreeTaxes(before, after *Priced) {
	shown := []models.CartTax{}
	for _, g := range after.Groups {
		is := g.taxed()
		if was := before.group(g.Key); was != nil && !e.accepted {
			if last := before.TaxOf(g.Key); last.AmountMinor() != was.taxed().AmountMinor() {
				is = last
			}
		}
		if len(is.Charges) > 0 {
			shown = append(shown, is)
		}
	}
	e.cart.Taxes = shown
}

func (p *Priced) group(storefront models.Key) *Group {
	for _, g := range p.Groups {
		if g.Key == storefront {
			return g
		}
	}
	return nil
}

// customs finds what stands between a group and its import, and whether its
// taxes have changed by themselves.
func (p *Priced) customs(g *Group) {
	about := Problem{Group: g, Storefront: &g.Key}
	if r := g.LandedCost; r != nil {
		for i := range r.Lines {
			if found := r.Lines[i].Problem; found != "" {
				l := g.line(r.Lines[i].Ref)
				p.tell(Problem{Code: codeOf(found), Message: found.Text("en"), Line: l, LineID: &l.ID, Customs: found})
			}
		}
		if r.Problem == landedcost.OverOrderLimit {
			about := about
			about.Code, about.Message, about.Customs = OverOrderLimit, r.Problem.Text("en"), r.Problem
			p.tell(about)
		}
	}
	was, is := p.TaxOf(g.Key).AmountMinor(), g.taxed().AmountMinor()
	if was == is {
		return
	}
	shown, now := money.New(was, money.Currency(p.Currency)), money.New(is, money.Currency(p.Currency))
	about.Code, about.Was, about.Now = TaxChanged, &shown, &now
	about.Message = fmt.Sprintf("duties and taxes were %s and are %s now", shown, now)
	p.tell(about)
}

// codeOf tells whether goods may not be imported so, or whether nobody knows
// what that costs.
func codeOf(found landedcost.Problem) ProblemCode {
	switch found {
	case landedcost.NotListed, landedcost.BondedOnly, landedcost.OverWeightLimit:
		return ImportRefused
	default:
		return RateUnknown
	}
}

// Freeze gives what the group costs at the door with the ids of its order's
// lines, nil where nothing is charged there.
func (g *Group) Freeze(lines map[uuid.UUID]uuid.UUID) *landedcost.Record {
	if g.LandedCost == nil {
		return nil
	}
	kept := *g.LandedCost
	kept.Lines = slices.Clone(kept.Lines)
	for i := range kept.Lines {
		kept.Lines[i].Ref = models.OrderLine{BrandID: g.Key.BrandID, ID: lines[g.line(kept.Lines[i].Ref).ID]}.GlobalID()
	}
	return &kept
}
