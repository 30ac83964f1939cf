// Package scalar reads and writes the scalars of the API. A bad value is
// refused before any resolver runs, with the path of the argument.
package scalar

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"golang.org/x/text/language"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// maxText leaves room for 50,000 characters of any script, the longest text there is.
const maxText = 200_000

// refuse makes the error of a bad value; the argument's path is added on the way up.
func refuse(message string) error { return &problem.BadInput{Message: message} }

func text(v any) (string, error) {
	s, ok := v.(string)
	switch {
	case !ok:
		return "", refuse("must be text")
	case len(s) > maxText:
		return "", refuse(fmt.Sprintf("must have at most %d bytes", maxText))
	case strings.ContainsRune(s, 0):
		return "", refuse("must not hold a NUL character")
	case strings.ToValidUTF8(s, "") != s:
		return "", refuse("must be valid UTF-8")
	}
	return s, nil
}

// MarshalString writes text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads text of at most 200,000 bytes without NUL characters.
func UnmarshalString(v any) (string, error) { return text(v) }

// MarshalID writes an opaque id.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalID reads an opaque id; what it names is checked by who uses it.
func UnmarshalID(v any) (string, error) {
	s, err := text(v)
	if err != nil || len(s) > 100 {
		return "", refuse("this is not an id of this API")
	}
	return s, nil
}

// MarshalCountryCode writes a country.
func MarshalCountryCode(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalCountryCode reads an ISO 3166-1 alpha-2 code in upper case.
func UnmarshalCountryCode(v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	if r, err := language.ParseRegion(s); err != nil || len(s) != 2 || r.String() != s || !r.IsCountry() || s == "ZZ" {
		return "", refuse("must be a country's ISO 3166-1 code of two capital letters, such as US")
	}
	return s, nil
}

var regionCode = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

// MarshalRegionCode writes a region.
func MarshalRegionCode(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalRegionCode reads an ISO 3166-2 code without its country.
func UnmarshalRegionCode(v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	if !regionCode.MatchString(s) {
		return "", refuse("must be 1 to 3 capital letters or digits, such as NE for Nebraska")
	}
	return s, nil
}

// MarshalLanguageCode writes a language.
func MarshalLanguageCode(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalLanguageCode reads a BCP 47 tag and gives its canonical form.
func UnmarshalLanguageCode(v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und || len(s) > 35 {
		return "", refuse("must be a BCP 47 language tag, such as zh-CN")
	}
	return tag.String(), nil
}

// MarshalCurrencyCode writes a currency.
func MarshalCurrencyCode(c money.Currency) graphql.Marshaler { return graphql.MarshalString(string(c)) }

// UnmarshalCurrencyCode reads an ISO 4217 code in upper case.
func UnmarshalCurrencyCode(v any) (money.Currency, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	c, err := money.ParseCurrency(s)
	if err != nil {
		return "", refuse("must be an ISO 4217 currency code, such as CNY")
	}
	return c, nil
}

// MarshalCurrencyText writes a currency kept as text.
func MarshalCurrencyText(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalCurrencyText reads an ISO 4217 code in upper case.
func UnmarshalCurrencyText(v any) (string, error) {
	c, err := UnmarshalCurrencyCode(v)
	return string(c), err
}

// MarshalURL writes an address.
func MarshalURL(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalURL reads an https address with a host.
func UnmarshalURL(v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(s) > 2000 {
		return "", refuse("must be an https address of at most 2,000 characters")
	}
	return s, nil
}

// MarshalTimeZone writes a time zone.
func MarshalTimeZone(l *time.Location) graphql.Marshaler { return graphql.MarshalString(l.String()) }

// UnmarshalTimeZone reads an IANA time zone.
func UnmarshalTimeZone(v any) (*time.Location, error) {
	s, err := text(v)
	if err != nil {
		return nil, err
	}
	l, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, refuse("must be an IANA time zone, such as Asia/Shanghai")
	}
	return l, nil
}

var hsCode = regexp.MustCompile(`^[0-9]{6}([0-9]{2}){0,2}$`)

// MarshalHSCode writes a tariff code.
func MarshalHSCode(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalHSCode reads 6, 8 or 10 digits, dropping points and spaces.
func UnmarshalHSCode(v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	s = strings.NewReplacer(".", "", " ", "").Replace(s)
	if !hsCode.MatchString(s) {
		return "", refuse("must be a tariff code of 6, 8 or 10 digits")
	}
	return s, nil
}

// Fallbacks gives a language and the more general ones behind it: zh-Hant-TW,
// zh-Hant, zh. For Chinese without a region, mainland China's comes next.
func Fallbacks(tag string) []string {
	all := []string{tag}
	for t := language.Make(tag).Parent(); t != language.Und; t = t.Parent() {
		all = append(all, t.String())
	}
	if base, _ := language.Make(tag).Base(); base.String() == "zh" {
		all = append(all, "zh-CN", "zh")
	}
	return all
}
