package paging

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// encode is the cursor of a row.
func (s Sort[N]) encode(row *N) string {
	values := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		switch v := c.Value(row).(type) {
		case time.Time:
			values[i] = v.UTC().Format(TimeFormat)
		default:
			values[i] = fmt.Sprint(v)
		}
	}
	return string(AppendCursor(nil, s.Order().Fingerprint(), values...))
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
