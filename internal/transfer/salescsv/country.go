package salescsv

import (
	"maps"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// aliases are names that people write and the Unicode tables do not have.
// What means no single country (Channel Islands, Europe) is not among them.
var aliases = map[string]string{
	"eire": "IE", "republic of ireland": "IE", "rsa": "ZA", "usa": "US", "u s a": "US", "u s": "US", "united states of america": "US",
	"america": "US", "uk": "GB", "u k": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
	"northern ireland": "GB", "uae": "AE", "holland": "NL", "the netherlands": "NL", "czech republic": "CZ", "turkey": "TR",
	"russian federation": "RU", "korea": "KR", "republic of korea": "KR", "south korea": "KR", "hong kong": "HK", "macau": "MO",
	"macao": "MO", "prc": "CN", "p r c": "CN", "mainland china": "CN", "peoples republic of china": "CN", "viet nam": "VN", "brasil": "BR",
	"deutschland": "DE", "espana": "ES", "italia": "IT", "osterreich": "AT", "schweiz": "CH", "suisse": "CH", "belgie": "BE",
	"belgique": "BE", "polska": "PL", "sverige": "SE", "norge": "NO", "danmark": "DK", "suomi": "FI", "ivory coast": "CI",
	"cape verde": "CV", "macedonia": "MK", "burma": "MM", "swaziland": "SZ", "bosnia": "BA", "bosnia and herzegovina": "BA",
	"trinidad and tobago": "TT", "antigua and barbuda": "AG", "saint kitts and nevis": "KN", "saint lucia": "LC",
	"saint vincent and the grenadines": "VC", "sao tome and principe": "ST", "iran islamic republic of": "IR",
	"moldova republic of": "MD", "tanzania united republic of": "TZ", "syrian arab republic": "SY", "palestine": "PS",
	"中国": "CN", "中国大陆": "CN", "香港": "HK", "澳门": "MO", "台湾": "TW", "美国": "US", "英国": "GB", "日本": "JP", "韩国": "KR",
}

// countries are the English names of all countries, folded.
var countries = sync.OnceValue(func() map[string]string {
	english := display.English.Regions()
	names := map[string]string{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			// Codes of countries that are no more become those of their heirs.
			if err != nil || !region.IsCountry() || region.Canonicalize().String() != code {
				continue
			}
			if name := folded(english.Name(region)); name != "" {
				names[name] = code
			}
		}
	}
	maps.Copy(names, aliases)
	return names
})

// CountryCode gives the ISO 3166-1 code of a country by its code of two or
// three letters or by its name.
func CountryCode(name string) (string, bool) {
	name = folded(name)
	if code, ok := countries()[name]; ok {
		return code, true
	}
	if len(name) != 2 && len(name) != 3 {
		return "", false
	}
	region, err := language.ParseRegion(name)
	if err != nil || !region.IsCountry() || len(region.String()) != 2 {
		return "", false
	}
	return region.Canonicalize().String(), true
}

// folded makes spellings equal: without marks, case and punctuation.
func folded(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "&", " and ")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return ' '
	}, norm.NFKD.String(name))
	return strings.TrimPrefix(strings.Join(strings.Fields(name), " "), "the ")
}
