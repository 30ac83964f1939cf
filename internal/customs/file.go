package customs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// Set is a file of rules as it was read.
type Set struct {
	Name    string
	Version int32
	Title   string
	Hash    string
	// Rules have no id yet, and come in the order of their lines.
	Rules []models.CustomsRule
	Wrong csvfile.Notes
}

// Limits of what a file says.
const (
	maxVersion = 1_000_000
	maxTitle   = 200
	maxSource  = 500
	maxNote    = 1000
	maxURL     = 2000
)

var (
	nameForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	prefixForm  = regexp.MustCompile(`^([0-9]{2}){1,5}$`)
	codeForm    = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,59}$`)
	figureForm  = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,6})?$`)
)

// fileReader turns a file into rules.
type fileReader struct {
	set      *Set
	country  string
	currency money.Currency
	sources  map[string]source
}

type source struct {
	title, url string
	confidence models.Confidence
}

// Parse reads a file of rules. What is wrong stands in Wrong with its line; the
// error is of files that cannot be read at all.
func Parse(in io.Reader) (*Set, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, errors.New("the file has more than 16 MiB")
	}
	hash := sha256.Sum256(data)
	set := &Set{Hash: hex.EncodeToString(hash[:])}
	root, wrong := parse(data)
	if wrong != nil {
		set.Wrong.Add(*wrong)
		return set, nil
	}
	f := &fileReader{set: set, sources: map[string]source{}}
	f.file(read(root, &set.Wrong))
	set.overlaps()
	slices.SortStableFunc(set.Wrong.First, func(a, b csvfile.Note) int { return a.Line - b.Line })
	return set, nil
}

func (f *fileReader) file(r *reader) {
	var line int
	if f.set.Name, line = r.needed("set", 60); f.set.Name != "" && !nameForm.MatchString(f.set.Name) {
		r.note(line, "set is a name of lower-case letters, digits and single hyphens")
	}
	version, line := r.needed("version", 10)
	n, err := strconv.Atoi(version)
	if version != "" && (err != nil || n < 1 || n > maxVersion) {
		r.note(line, "version is a whole number from 1 on")
	}
	f.set.Version = int32(n)
	f.set.Title, _ = r.needed("title", maxTitle)
	if f.country, line = r.needed("country", 10); f.country != "" && !countryForm.MatchString(f.country) {
		r.note(line, "country is a code of two capital letters, such as CN")
	}
	currency, line := r.needed("currency", 10)
	if f.currency, err = money.ParseCurrency(currency); currency != "" && err != nil {
		r.note(line, "currency is an ISO 4217 code, such as CNY")
	}
	f.readSources(r)
	for section, add := range map[string]func(*reader){"regimes": f.regime, "rates": f.rates, "positive_list": f.listing, "fees": f.fee} {
		for _, item := range r.items(section) {
			add(item)
			item.end()
		}
	}
	r.end()
	slices.SortStableFunc(f.set.Rules, func(a, b models.CustomsRule) int { return int(*a.Line - *b.Line) })
	if len(f.set.Rules) == 0 && f.set.Wrong.Count == 0 {
		r.note(r.line, "there is no rule in the file")
	}
}

func (f *fileReader) readSources(r *reader) {
	at := r.get("sources")
	if at == nil {
		return
	}
	for _, named := range read(at.value, r.wrong).fields {
		s := read(named.value, r.wrong)
		var out source
		out.title, _ = s.needed("title", maxSource)
		out.url = s.url("url")
		out.confidence = s.confidence("")
		s.end()
		f.sources[named.name] = out
	}
}

func (r *reader) url(name string) string {
	text, line := r.text(name, maxURL)
	if text != "" && !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") {
		r.note(line, "%s is a web address", name)
	}
	return text
}

func (r *reader) confidence(fallback models.Confidence) models.Confidence {
	text, line := r.text("confidence", 20)
	if text == "" {
		return fallback
	}
	if c := models.Confidence(text); slices.Contains(models.Confidences, c) {
		return c
	}
	r.note(line, "confidence is one of %s", joined(models.Confidences))
	return fallback
}

func joined[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, ", ")
}

// rule reads what all rules have.
func (f *fileReader) rule(r *reader, kind models.RuleKind) models.CustomsRule {
	line := int32(r.line)
	rule := models.CustomsRule{SetName: &f.set.Name, Line: &line, Country: f.country, Kind: kind, Detail: models.RuleDetail{Currency: string(f.currency)}}
	from, at := r.needed("from", 20)
	if d, err := models.ParseDate(from); err == nil {
		rule.ValidFrom = d.Time()
	} else if from != "" {
		r.note(at, "from is a day, such as 2019-04-01")
	}
	if until, at := r.text("until", 20); until != "" {
		d, err := models.ParseDate(until)
		switch {
		case err != nil:
			r.note(at, "until is a day, such as 2019-04-01")
		case !d.Time().After(rule.ValidFrom):
			r.note(at, "until must lie after from: it is the first day on which the rule no longer holds")
		default:
			rule.ValidTo = new(d.Time())
		}
	}
	if note, _ := r.text("note", maxNote); note != "" {
		rule.Note = &note
	}
	name, at := r.needed("source", maxSource)
	s, known := f.sources[name]
	if name != "" && !known {
		r.note(at, "the source %s is not among sources", cell.Show(name))
	}
	rule.Source = s.title
	if s.url != "" {
		rule.SourceURL = &s.url
	}
	if rule.Confidence = r.confidence(s.confidence); rule.Confidence == "" {
		r.note(r.line, "confidence is missing, here or at the source: one of %s", joined(models.Confidences))
	}
	return rule
}

// add takes a rule into the set.
func (f *fileReader) add(rule models.CustomsRule) {
	rule.Fingerprint = Fingerprint(&rule)
	f.set.Rules = append(f.set.Rules, rule)
}

// Fingerprint is the hash of what a rule says.
func Fingerprint(r *models.CustomsRule) string {
	said, _ := json.Marshal([]any{
		r.Country, r.Kind, r.Regime, r.HSPrefix, r.Origin, r.Code, r.Rate, r.RateTo, r.Detail, r.Note, r.From(), r.To(), r.Source, r.SourceURL, r.Confidence,
	}) // plain values
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:16])
}

func (f *fileReader) rates(r *reader) {
	kind, line := r.needed("kind", 20)
	if k := models.RuleKind(kind); kind != "" && !k.Tax() {
		r.note(line, "kind is one of DUTY, VAT, CONSUMPTION_TAX, POSTAL_TAX")
	}
	rule := f.rule(r, models.RuleKind(kind))
	rule.Rate = r.share("rate", true, 3)
	if rule.Kind == models.RuleConsumptionTax && rule.Rate != nil && !rule.Rate.LessThan(decimal.NewFromInt(1)) {
		r.note(r.line, "a consumption tax is below 100%%: it is part of its own base")
	}
	if rule.Origin, line = r.text("origin", 10); rule.Origin != "" && !countryForm.MatchString(rule.Origin) {
		r.note(line, "origin is a code of two capital letters, such as US")
	}
	f.thresholds(r, &rule)
	for _, prefix := range r.prefixes(true) {
		rule.HSPrefix = prefix
		f.add(rule)
	}
}

func (f *fileReader) thresholds(r *reader, rule *models.CustomsRule) {
	over := r.flag("above_only")
	for _, unit := range landedcost.Units {
		minor := f.amount(r, "per_"+strings.ToLower(string(unit)))
		if minor != nil {
			rule.Detail.Thresholds = append(rule.Detail.Thresholds, models.RuleThreshold{Unit: models.NetUnit(unit), Minor: *minor, Exclusive: over})
		}
	}
	if len(rule.Detail.Thresholds) > 0 && rule.Kind != models.RuleConsumptionTax && rule.Kind != models.RulePostalTax {
		r.note(r.line, "a value per unit is for CONSUMPTION_TAX and POSTAL_TAX")
	}
}

// prefixes are HS codes of 2 to 10 digits; "all" is for all goods.
func (r *reader) prefixes(all bool) (prefixes []string) {
	texts, line := r.texts("hs")
	if len(texts) == 0 {
		r.note(line, "hs is missing: codes of 2, 4, 6, 8 or 10 digits")
	}
	for _, text := range texts {
		prefix := strings.NewReplacer(".", "", " ", "").Replace(text)
		switch {
		case all && text == "all":
			prefix = ""
		case !prefixForm.MatchString(prefix):
			r.note(line, "%s is not an HS code of 2, 4, 6, 8 or 10 digits", cell.Show(text))
			continue
		}
		if slices.Contains(prefixes, prefix) {
			r.note(line, "%s stands here twice", cell.Show(text))
			continue
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes
}

// share reads a percentage, as a part of one; at most so many times the whole.
func (r *reader) share(name string, must bool, most int64) *decimal.Decimal {
	text, line := r.text(name, 30)
	if text == "" {
		if must {
			r.note(line, "%s is missing", name)
		}
		return nil
	}
	figure, percent := strings.CutSuffix(text, "%")
	figure = strings.TrimSpace(figure)
	if !percent || !figureForm.MatchString(figure) {
		r.note(line, "%s is a percentage, such as 13%% or 6.5%%, not %s", name, cell.Show(text))
		return nil
	}
	d, err := decimal.NewFromString(figure)
	d = d.Shift(-2)
	if err != nil || d.GreaterThan(decimal.NewFromInt(most)) || d.Exponent() < -6 {
		r.note(line, "%s is at most %d%%, with at most 4 decimals", name, most*100)
		return nil
	}
	return &d
}

// amount reads an amount of the file's currency in major units.
func (f *fileReader) amount(r *reader, name string) *int64 {
	text, line := r.text(name, 30)
	if text == "" {
		return nil
	}
	m, err := f.money(text)
	if err != nil {
		r.note(line, "%s: %v", name, err)
		return nil
	}
	return &m
}

func (f *fileReader) money(text string) (int64, error) {
	if !figureForm.MatchString(text) {
		return 0, fmt.Errorf("%s is not an amount such as 5000 or 12.50", cell.Show(text))
	}
	m, err := money.Parse(text, f.currency)
	if err != nil {
		return 0, fmt.Errorf("%s has more decimals than %s has", cell.Show(text), f.currency)
	}
	return m.Minor, nil
}
