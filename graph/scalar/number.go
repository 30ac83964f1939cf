package scalar

import (
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/models"
)

// Exponents stay out: "1e999999" is short and enormous.
var decimalForm = regexp.MustCompile(`^-?[0-9]{1,40}(\.[0-9]{1,20})?$`)

// MarshalDecimal writes an exact number as text.
func MarshalDecimal(d decimal.Decimal) graphql.Marshaler { return graphql.MarshalString(d.String()) }

// UnmarshalDecimal reads plain digits with an optional point, as text or as a JSON number.
func UnmarshalDecimal(v any) (decimal.Decimal, error) {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	case int64:
		s = strconv.FormatInt(v, 10)
	case int:
		s = strconv.Itoa(v)
	}
	if !decimalForm.MatchString(s) {
		return decimal.Decimal{}, refuse(`must be a decimal number as text, such as "12.50"`)
	}
	return decimal.NewFromString(s)
}

// MarshalDecimalText writes an amount that is already text.
func MarshalDecimalText(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalDecimalText reads as UnmarshalDecimal does.
func UnmarshalDecimalText(v any) (string, error) {
	d, err := UnmarshalDecimal(v)
	return d.String(), err
}

// MarshalBigInt writes a 64-bit number as text.
func MarshalBigInt(n int64) graphql.Marshaler { return graphql.MarshalString(strconv.FormatInt(n, 10)) }

// UnmarshalBigInt reads a whole number, as text or as a JSON number.
func UnmarshalBigInt(v any) (int64, error) {
	switch v := v.(type) {
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n, nil
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	}
	return 0, refuse(`must be a whole number of at most 63 bits as text, such as "1500"`)
}

// MarshalInt writes a 32-bit number.
func MarshalInt(n int32) graphql.Marshaler { return graphql.MarshalInt32(n) }

// UnmarshalInt reads a whole number of 32 bits.
func UnmarshalInt(v any) (int32, error) {
	n, err := graphql.UnmarshalInt32(v)
	if err != nil {
		return 0, refuse("must be a whole number from -2147483648 to 2147483647")
	}
	return n, nil
}

// MarshalDateTime writes an instant in UTC, to the microsecond.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.MarshalString(t.UTC().Format("2006-01-02T15:04:05.999999Z07:00"))
}

// UnmarshalDateTime reads RFC 3339 with any offset, years 1900 to 9999.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, err := text(v)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.UTC().Year() < 1900 || t.UTC().Year() > 9999 {
		return time.Time{}, refuse("must be an RFC 3339 instant, such as 2026-11-11T16:00:00Z")
	}
	return t.UTC(), nil
}

// MarshalDate writes a calendar day.
func MarshalDate(d models.Date) graphql.Marshaler { return graphql.MarshalString(d.String()) }

// UnmarshalDate reads a calendar day, years 1900 to 9999.
func UnmarshalDate(v any) (models.Date, error) {
	s, err := text(v)
	if err != nil {
		return models.Date{}, err
	}
	d, err := models.ParseDate(s)
	if err != nil || d.Year < 1900 {
		return models.Date{}, refuse("must be a day, such as 2026-11-11")
	}
	return d, nil
}
