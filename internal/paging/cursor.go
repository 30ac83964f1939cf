package paging

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// A cursor is a fingerprint of the list and the sort values of its row.
func (s Sort[N]) encode(row *N) string {
	values := make([]any, len(s.Columns)+1)
	values[0] = s.fingerprint()
	for i, c := range s.Columns {
		switch v := c.Value(row).(type) {
		case time.Time:
			values[i+1] = v.UTC().Format("2006-01-02T15:04:05.999999Z07:00")
		default:
			values[i+1] = fmt.Sprint(v)
		}
	}
	text, _ := json.Marshal(values)
	return base64.RawURLEncoding.EncodeToString(text)
}

func (s Sort[N]) decode(argument, cursor string) ([]any, error) {
	var values []string
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(raw, &values)
	}
	if err != nil || len(values) != len(s.Columns)+1 || values[0] != s.fingerprint() {
		return nil, &problem.BadInput{Argument: argument, Message: "this is not a cursor of this list, order and filter"}
	}
	out := make([]any, len(s.Columns))
	for i, v := range values[1:] {
		if !wellFormed(s.Columns[i].Type, v) {
			return nil, &problem.BadInput{Argument: argument, Message: "this is not a cursor of this list, order and filter"}
		}
		out[i] = v
	}
	return out, nil
}

func (s Sort[N]) fingerprint() string {
	filter, _ := json.Marshal(s.Filter)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %s", s.Name, s.Desc, filter))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// wellFormed keeps a forged cursor from becoming a fault of the database.
func wellFormed(sqlType, value string) bool {
	var err error
	switch sqlType {
	case "uuid":
		_, err = uuid.Parse(value)
	case "timestamptz":
		if value == "infinity" {
			return true
		}
		_, err = time.Parse(time.RFC3339Nano, value)
	case "bigint", "integer":
		var n json.Number
		if err = json.Unmarshal([]byte(value), &n); err == nil {
			_, err = n.Int64()
		}
	case "numeric", "real":
		var n json.Number
		err = json.Unmarshal([]byte(value), &n)
	default:
		return !strings.ContainsRune(value, 0)
	}
	return err == nil
}
