package paging

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// cursors gives what makes the cursor of a row.
func (s Sort[N]) cursors() func(row *N) string {
	fingerprint := s.Order().Fingerprint()
	return func(row *N) string {
		var space [120]byte
		var value, encoded [200]byte
		text := BeginCursor(space[:0], fingerprint)
		for _, c := range s.Columns {
			switch v := c.Value(row).(type) {
			case time.Time:
				text = CursorValue(text, v.UTC().AppendFormat(value[:0], TimeFormat))
			case uuid.UUID:
				text = CursorValue(text, append(value[:0], v.String()...))
			default:
				text = CursorValue(text, fmt.Append(value[:0], v))
			}
		}
		return string(EndCursor(encoded[:0], text))
	}
}

// TimeFormat is how cursors write times: to the microsecond, as PostgreSQL keeps them.
const TimeFormat = "2006-01-02T15:04:05.999999Z07:00"

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
