package customs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// Codes of what keeps goods from being published in a storefront with a customs
// regime; they are part of the API, and more may be added.
const (
	BlockedHSCodeMissing = "HS_CODE_MISSING"
	BlockedHSCodeInvalid = "HS_CODE_INVALID"
	BlockedHSCodeUnknown = "HS_CODE_UNKNOWN"
	BlockedOrigin        = "ORIGIN_MISSING"
	BlockedWeight        = "WEIGHT_MISSING"
	BlockedNetContent    = "NET_CONTENT_MISSING"
	BlockedNotListed     = "NOT_ON_POSITIVE_LIST"
	BlockedBondedOnly    = "BONDED_ONLY"
	BlockedTooHeavy      = "OVER_WEIGHT_LIMIT"
)

// Codes of what does not keep goods from being published, but should be known.
const (
	WarnedNoRules = "CUSTOMS_RULES_MISSING"
	WarnedNoList  = "POSITIVE_LIST_MISSING"
	WarnedRate    = "RATE_UNKNOWN"
)

// Reviewed are the reasons for which goods that are published should be looked
// at again: what would keep them from it today, and what nobody can quote.
var Reviewed = []string{
	BlockedHSCodeMissing, BlockedHSCodeInvalid, BlockedHSCodeUnknown, BlockedOrigin, BlockedWeight, BlockedNetContent,
	BlockedNotListed, BlockedBondedOnly, BlockedTooHeavy, WarnedNoRules, WarnedRate,
}

// ToReview gives those that goods have.
func ToReview(d *Day, regime landedcost.Regime, g Goods) (reasons []string) {
	blockers, warnings := Blockers(d, regime, g)
	for _, b := range append(blockers, warnings...) {
		if slices.Contains(Reviewed, b.Code) {
			reasons = append(reasons, b.Code)
		}
	}
	return reasons
}

// Day is what is known of a country on a day.
type Day struct {
	// Rules are nil where there are none.
	Rules *landedcost.Rules
	// codes of the nomenclature, empty where none is loaded.
	codes map[string]struct{}
}

// Known tells whether the nomenclature has a code's subheading; without one,
// nobody knows better.
func (d *Day) Known(code string) bool {
	if len(d.codes) == 0 {
		return true
	}
	_, ok := d.codes[code[:min(6, len(code))]]
	return ok
}

// Day gives what is known of a country at a time, by the calendar there. It is
// read as Rules are.
func (s *Service) Day(db *gorm.DB, country string, at time.Time) (*Day, error) {
	on, err := models.ParseDate(landedcost.Day(country, at))
	if err != nil {
		return nil, err
	}
	rules, err := s.Rules(db, country, on)
	if err != nil && !errors.Is(err, ErrNoRules) {
		return nil, err
	}
	codes, err := s.codes(db)
	return &Day{Rules: rules, codes: codes}, err
}

// codes are those of the nomenclature, from memory where they are there.
func (s *Service) codes(db *gorm.DB) (map[string]struct{}, error) {
	s.books.mutex.Lock()
	codes, revision := s.books.codes, s.books.revision
	s.books.mutex.Unlock()
	if codes != nil {
		return codes, nil
	}
	var list []string
	if err := db.Raw("select code from hs_codes").Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("read HS codes: %w", err)
	}
	codes = make(map[string]struct{}, len(list))
	for _, code := range list {
		codes[code] = struct{}{}
	}
	s.books.mutex.Lock()
	defer s.books.mutex.Unlock()
	if s.books.revision == revision {
		s.books.codes = codes
	}
	return codes, nil
}

// Goods are the facts of a product that customs ask for.
type Goods struct {
	HSCode, Origin string
	Pieces         []Piece
}

// Piece is a variant, by what people call it.
type Piece struct {
	Name string
	// Grams is zero where nobody knows.
	Grams int64
	// Unit of its net content, empty where nobody knows that.
	Unit models.NetUnit
}

// Blockers tells everything that keeps goods from being sold in a regime by
// the rules of the day, and what else should be known.
func Blockers(d *Day, regime landedcost.Regime, g Goods) (blockers, warnings []*models.Blocker) {
	c := checker{day: d, regime: regime, goods: g}
	if d.Rules == nil {
		c.warn(WarnedNoRules, "No customs rules of the storefront's country are loaded: nobody can tell duties and taxes.")
	}
	coded := c.code()
	if g.Origin == "" && (regime != landedcost.PersonalPost || coded && d.Rules != nil && c.byOrigin()) {
		c.block(BlockedOrigin, "The product has no country of origin, which customs ask for.")
	}
	if light := c.without(func(p Piece) bool { return p.Grams <= 0 }); len(light) > 0 && regime.CrossBorder() {
		c.block(BlockedWeight, "These variants have no weight, which the declaration needs: "+some(light)+".")
	}
	if coded && d.Rules != nil {
		c.content()
		c.rates()
		c.listed()
	}
	return c.blockers, c.warnings
}

type checker struct {
	day                *Day
	regime             landedcost.Regime
	goods              Goods
	blockers, warnings []*models.Blocker
}

func (c *checker) block(code, message string) {
	c.blockers = append(c.blockers, &models.Blocker{Code: code, Message: message})
}

func (c *checker) warn(code, message string) {
	c.warnings = append(c.warnings, &models.Blocker{Code: code, Message: message})
}

// code tells whether there is one that rules can be looked up by.
func (c *checker) code() bool {
	switch code := c.goods.HSCode; {
	case code == "":
		c.block(BlockedHSCodeMissing, "The product has no HS code, by which customs tax it.")
	case !landedcost.ValidHSCode(code):
		c.block(BlockedHSCodeInvalid, fmt.Sprintf("The HS code %s has not 6, 8 or 10 digits.", code))
	case !c.day.Known(code):
		c.block(BlockedHSCodeUnknown, fmt.Sprintf("The Harmonized System has no subheading %s.", code[:6]))
	default:
		return true
	}
	return false
}

func (c *checker) byOrigin() bool {
	f := c.day.Rules.Find(c.goods.HSCode, "")
	if c.regime == landedcost.PersonalPost {
		return f.ByOrigin.Post
	}
	return f.ByOrigin.Duty || f.ByOrigin.VAT || f.ByOrigin.ConsumptionTax
}

func (c *checker) without(missing func(Piece) bool) (names []string) {
	for _, p := range c.goods.Pieces {
		if missing(p) {
			names = append(names, p.Name)
		}
	}
	return names
}

// content asks for net contents where a tax depends on the value of a unit.
func (c *checker) content() {
	f := c.day.Rules.Find(c.goods.HSCode, c.goods.Origin)
	tax := f.ConsumptionTax
	if c.regime == landedcost.PersonalPost {
		tax = f.Post
	}
	if tax == nil || len(tax.Thresholds) == 0 {
		return
	}
	units := []string{}
	for _, t := range tax.Thresholds {
		units = append(units, string(t.Unit))
	}
	bare := c.without(func(p Piece) bool {
		return !slices.Contains(units, string(p.Unit))
	})
	if len(bare) > 0 {
		c.block(BlockedNetContent, fmt.Sprintf("A tax of these goods depends on the price of a unit. These variants have no net content in %s: %s.",
			strings.Join(units, ", "), some(bare)))
	}
}

// rates warns of what is not known.
func (c *checker) rates() {
	f := c.day.Rules.Find(c.goods.HSCode, c.goods.Origin)
	unknown := []string{}
	add := func(name string, r *landedcost.Rate, byOrigin bool) {
		if r == nil && !byOrigin {
			unknown = append(unknown, name)
		}
	}
	if c.regime == landedcost.PersonalPost {
		add("personal post tax", f.Post, f.ByOrigin.Post)
	} else {
		if terms := c.day.Rules.Terms[c.regime]; c.regime == landedcost.GeneralTrade || terms == nil || terms.DutyShare > 0 {
			add("duty", f.Duty, f.ByOrigin.Duty)
		}
		add("consumption tax", f.ConsumptionTax, f.ByOrigin.ConsumptionTax)
		add("VAT", f.VAT, f.ByOrigin.VAT)
	}
	if len(unknown) > 0 {
		c.warn(WarnedRate, fmt.Sprintf("No rate is known for goods of HS %s: %s. Shoppers cannot be told what they cost at the door.",
			c.goods.HSCode, strings.Join(unknown, ", ")))
	}
}

// listed holds goods of cross-border retail import to the positive list.
func (c *checker) listed() {
	if !c.regime.CrossBorder() {
		return
	}
	if c.day.Rules.Listed == nil {
		c.warn(WarnedNoList, "No positive list is loaded: nobody has looked whether these goods may be imported so.")
		return
	}
	entry := c.day.Rules.ListedAs(c.goods.HSCode)
	switch {
	case entry == nil || entry.Excluded:
		message := fmt.Sprintf("Goods of HS %s are not on the positive list of cross-border retail import.", c.goods.HSCode)
		if entry != nil && entry.Note != "" {
			message += " " + entry.Note
		}
		c.block(BlockedNotListed, message)
	case entry.BondedOnly && c.regime == landedcost.CBECDirect:
		c.block(BlockedBondedOnly, fmt.Sprintf("Goods of HS %s are imported out of bonded warehouses alone.", c.goods.HSCode))
	case entry.GramsPerYear > 0:
		if heavy := c.without(func(p Piece) bool { return p.Grams > entry.GramsPerYear }); len(heavy) > 0 {
			c.block(BlockedTooHeavy, fmt.Sprintf("A person may import %d g of these goods in a year. One piece of these variants weighs more: %s.", entry.GramsPerYear, some(heavy)))
		}
	}
}

// some names the first few.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
