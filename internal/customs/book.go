package customs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Stale is how long after a change of rules a server may still go by those of
// before.
const Stale = 5 * time.Second

// maxDays bounds the days whose rules are kept.
const maxDays = 400

// ErrNoRules tells that a country has no rules on a day.
var ErrNoRules = errors.New("there are no customs rules of this country and day")

// shelf keeps all rules that were asked for in memory until they change.
type shelf struct {
	mutex    sync.Mutex
	checked  time.Time
	revision int64
	books    map[string][]*models.CustomsRule
	days     map[day]*landedcost.Rules
	codes    map[string]struct{}
}

type day struct{ country, on string }

func newShelf() *shelf {
	s := &shelf{revision: -1}
	s.empty()
	return s
}

func (s *shelf) empty() {
	s.books, s.days, s.codes = map[string][]*models.CustomsRule{}, map[day]*landedcost.Rules{}, nil
}

// Rules gives those of a country on a day, or ErrNoRules. They are read through
// db, which may be a transaction, unless they are in memory: then there is no
// statement but one every few seconds, which sees whether there was a change.
// Nobody changes what is given.
func (s *Service) Rules(db *gorm.DB, country string, on models.Date) (*landedcost.Rules, error) {
	if err := s.books.refresh(db, s.now()); err != nil {
		return nil, err
	}
	at := day{country, on.String()}
	rules, book, revision := s.books.look(at)
	if rules == nil {
		if book == nil {
			var err error
			if book, err = bookOf(db, country); err != nil {
				return nil, err
			}
		}
		rules = Of(book, country, on)
		s.books.put(at, rules, book, revision)
	}
	if rules == nil {
		return nil, ErrNoRules
	}
	return rules, nil
}

func bookOf(db *gorm.DB, country string) ([]*models.CustomsRule, error) {
	return database.Find[models.CustomsRule](
		db.Where("country = ? and replaced_at is null", country).Order("valid_from, hs_prefix, origin, code, id"), "customs rules")
}

// RulesOn is Rules for callers without a database.
func (s *Service) RulesOn(ctx context.Context, country string, on models.Date) (*landedcost.Rules, error) {
	return s.Rules(s.db.WithContext(ctx), country, on)
}

// refresh forgets everything where rules have changed. Nothing is read while
// the lock is held: whoever waits for it may hold the connection that is needed.
func (s *shelf) refresh(db *gorm.DB, now time.Time) error {
	s.mutex.Lock()
	fresh := s.revision >= 0 && now.Sub(s.checked).Abs() < Stale
	s.mutex.Unlock()
	if fresh {
		return nil
	}
	var revision int64
	if err := db.Raw("select revision from customs_revision").Scan(&revision).Error; err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if revision != s.revision {
		s.empty()
	}
	s.checked, s.revision = now, revision
	return nil
}

// forget has the next caller look for changes.
func (s *shelf) forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.revision = -1
}

func (s *shelf) look(at day) (*landedcost.Rules, []*models.CustomsRule, int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.days[at], s.books[at.country], s.revision
}

// put keeps what was read of a revision, unless there is a later one.
func (s *shelf) put(at day, rules *landedcost.Rules, book []*models.CustomsRule, revision int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if revision != s.revision || revision < 0 {
		return
	}
	if len(s.days) >= maxDays {
		clear(s.days)
	}
	s.books[at.country], s.days[at] = book, rules
}

// Of makes the rules of a country on a day from all it has, nil where none of
// them holds then.
func Of(book []*models.CustomsRule, country string, on models.Date) *landedcost.Rules {
	r := &landedcost.Rules{
		Country: country, On: on.String(), Terms: map[landedcost.Regime]*landedcost.Terms{}, Tariffs: map[string]*landedcost.Tariff{},
	}
	at := on.Time()
	hash := sha256.New()
	holds := false
	for _, rule := range book {
		if rule.ValidFrom.After(at) || rule.ValidTo != nil && !at.Before(*rule.ValidTo) {
			continue
		}
		holds = true
		r.Currency = money.Currency(cmp.Or(string(r.Currency), rule.Detail.Currency))
		id := rule.GlobalID()
		hash.Write([]byte(id))
		put(r, rule, sourceOf(rule, id))
	}
	if !holds {
		return nil // Rules says so
	}
	slices.SortStableFunc(r.Fees, func(a, b landedcost.Fee) int { return strings.Compare(a.Code, b.Code) })
	r.Version = hex.EncodeToString(hash.Sum(nil)[:12])
	return r
}

func sourceOf(rule *models.CustomsRule, id string) *landedcost.Source {
	s := &landedcost.Source{ID: id, Title: rule.Source, Confidence: landedcost.Confidence(rule.Confidence), From: rule.From().String()}
	if rule.SourceURL != nil {
		s.URL = *rule.SourceURL
	}
	if to := rule.To(); to != nil {
		s.Until = to.String()
	}
	return s
}

// put takes a rule into the rules of its day.
func put(r *landedcost.Rules, rule *models.CustomsRule, source *landedcost.Source) {
	d := rule.Detail
	switch rule.Kind {
	case models.RuleRegime:
		r.Terms[landedcost.Regime(rule.Regime)] = terms(d.Terms, source)
	case models.RuleListing:
		if r.Listed == nil {
			r.Listed = map[string]*landedcost.Listed{}
		}
		l := &landedcost.Listed{Excluded: d.Listing.Excluded, BondedOnly: d.Listing.BondedOnly, GramsPerYear: d.Listing.GramsPerYear, Source: source}
		if rule.Note != nil {
			l.Note = *rule.Note
		}
		r.Listed[rule.HSPrefix] = l
	case models.RuleFee:
		putFee(r, rule, source)
	case models.RuleDuty, models.RuleVAT, models.RuleConsumptionTax, models.RulePostalTax:
		t := r.Tariffs[rule.HSPrefix]
		if t == nil {
			t = &landedcost.Tariff{}
			r.Tariffs[rule.HSPrefix] = t
		}
		rate := landedcost.Rate{PPM: ppm(*rule.Rate), Origin: rule.Origin, Source: source}
		for _, threshold := range d.Thresholds {
			rate.Thresholds = append(rate.Thresholds, landedcost.Threshold{
				Unit: landedcost.Unit(threshold.Unit), Minor: threshold.Minor, Exclusive: threshold.Exclusive,
			})
		}
		list := map[models.RuleKind]*[]landedcost.Rate{
			models.RuleDuty: &t.Duty, models.RuleVAT: &t.VAT, models.RuleConsumptionTax: &t.ConsumptionTax, models.RulePostalTax: &t.Post,
		}[rule.Kind]
		*list = append(*list, rate)
	}
}

func terms(t *models.RuleTerms, source *landedcost.Source) *landedcost.Terms {
	return &landedcost.Terms{
		OrderLimitMinor: t.OrderLimitMinor, YearLimitMinor: t.YearLimitMinor, DutyShare: ppm(t.DutyShare), VATShare: ppm(t.VATShare),
		ConsumptionTaxShare: ppm(t.ConsumptionTaxShare), SinglePiece: t.SinglePiece, ExemptMinor: t.ExemptMinor, OrderLimits: t.OrderLimits,
		ReturnDays: int(t.ReturnDays), Source: source,
	}
}

// putFee takes a fee of each order, of customs themselves, into what goods
// cost; those of a schedule are what somebody else charges. What has a range
// and no schedule is not known.
func putFee(r *landedcost.Rules, rule *models.CustomsRule, source *landedcost.Source) {
	c := rule.Detail.Fee
	fee := landedcost.Fee{Code: rule.Code, Title: c.Title, Payer: landedcost.Payer(c.Payer), Source: source}
	for _, regime := range c.Regimes {
		fee.Regimes = append(fee.Regimes, landedcost.Regime(regime))
	}
	if c.FlatMinor != nil {
		fee.FlatMinor = *c.FlatMinor
	}
	if rule.Rate != nil {
		fee.PPM = ppm(*rule.Rate)
	}
	schedule, code, scheduled := strings.Cut(rule.Code, "/")
	switch {
	case scheduled:
		fee.Code = code
		s := landedcost.Scheduled{Fee: fee, Per: c.Per}
		if rule.RateTo != nil {
			s.MostPPM = ppm(*rule.RateTo)
		}
		if r.Schedules == nil {
			r.Schedules = map[string][]landedcost.Scheduled{}
		}
		r.Schedules[schedule] = append(r.Schedules[schedule], s)
	case c.Per == "ORDER" && rule.RateTo == nil:
		r.Fees = append(r.Fees, fee)
	}
}

// ppm is a rate in parts per million, which it has exactly.
func ppm(d decimal.Decimal) int64 { return d.Shift(6).IntPart() }
