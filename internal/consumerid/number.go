package consumerid

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Number is a resident identity number. However it is printed, logged or
// marshalled, it shows itself masked: only Plain tells it.
type Number struct{ digits string }

// Plain is the number itself, for those whose reading was written down.
func (n Number) Plain() string { return n.digits }

// String masks the number.
func (n Number) String() string { return n.Masked() }

// GoString masks the number.
func (n Number) GoString() string { return n.Masked() }

// MarshalText masks the number.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.Masked()), nil }

// Masked shows the first three and the last four characters.
func (n Number) Masked() string {
	if len(n.digits) != length {
		return ""
	}
	return n.digits[:3] + strings.Repeat("*", length-7) + n.digits[length-4:]
}

const (
	length = 18
	// weights and checks are of ISO 7064 MOD 11-2.
	checks = "10X98765432"
)

var weights = [length - 1]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// provinces are the first two digits of regions: those of GB/T 2260, and 83,
// which residents from Taiwan are given beside 81 and 82 for Hong Kong and Macao.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

// Parse reads an identity number: full-width characters and a small x are
// taken for what they stand for, spaces are left out. Refusals name the field
// and never the number. Today is the day in China.
func Parse(refused *problem.List, field, text string, today time.Time) Number {
	digits := normal(text)
	refuse := func(code problem.Code, why string) Number {
		refused.Add(field, code, why)
		return Number{}
	}
	switch n := len([]rune(digits)); {
	case n == 0:
		return refuse(problem.Required, "must not be empty")
	case n == 15 && numeric(digits):
		return refuse(problem.Invalid, "numbers of 15 digits are not valid any more: give the one of 18 characters")
	case n > length:
		return refuse(problem.TooLong, "must have 18 characters")
	case n < length:
		return refuse(problem.Invalid, "must have 18 characters")
	case len(digits) != length || !numeric(digits[:length-1]) || !strings.ContainsRune(checks, rune(digits[length-1])):
		return refuse(problem.Invalid, "must be 17 digits and a digit or X")
	case !strings.Contains(provinces, " "+digits[:2]+" ") || digits[2:6] == "0000":
		return refuse(problem.Invalid, "does not begin with a region of China")
	}
	born, err := time.Parse("20060102", digits[6:14])
	if err != nil || born.Year() < 1900 || born.After(today) {
		return refuse(problem.Invalid, "does not hold a possible date of birth")
	}
	if digits[length-1] != check(digits) {
		return refuse(problem.Invalid, "its last character does not fit the others: look for a mistyped digit")
	}
	return Number{digits}
}

// check is the last character that fits the 17 digits before it.
func check(digits string) byte {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return checks[sum%11]
}

func normal(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(text))
}

func numeric(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// comparableName gives a name as two that are the same agree in: width, case,
// spaces and the kinds of the dot between parts of a name do not matter.
func comparableName(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '•', '・', '‧', '∙', '．', '.':
			return '·'
		}
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(name))
}

// maskedName shows the first character alone.
func maskedName(name string) string {
	letters := []rune(name)
	if len(letters) == 0 {
		return ""
	}
	return string(letters[0]) + strings.Repeat("*", min(len(letters)-1, 3))
}
