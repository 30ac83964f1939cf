package models

import (
	"database/sql/driver"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Key names a row of a brand.
type Key struct {
	BrandID uuid.UUID
	ID      uuid.UUID
}

// StringList is a text[] column; nil is written as an empty array.
type StringList []string

// types are PostgreSQL's. A map of them remembers how it read and wrote each,
// so only one goroutine may hold it.
var types = struct {
	sync.Mutex
	*pgtype.Map
}{Map: pgtype.NewMap()}

// Scan reads a text[] value.
func (l *StringList) Scan(src any) error {
	types.Lock()
	defer types.Unlock()
	return types.SQLScanner((*[]string)(l)).Scan(src)
}

// SetDimensions, ScanIndex and ScanIndexType let pgx read a text[] value
// without making a text of it.
func (l *StringList) SetDimensions(d []pgtype.ArrayDimension) error { return l.flat().SetDimensions(d) }

// ScanIndex is where pgx puts an element.
func (l *StringList) ScanIndex(i int) any { return l.flat().ScanIndex(i) }

// ScanIndexType is where pgx would put an element.
func (l *StringList) ScanIndexType() any { return l.flat().ScanIndexType() }

func (l *StringList) flat() *pgtype.FlatArray[string] { return (*pgtype.FlatArray[string])(l) }

// Value writes a text[] value.
func (l StringList) Value() (driver.Value, error) {
	list := []string(l)
	if list == nil {
		list = []string{}
	}
	types.Lock()
	defer types.Unlock()
	text, err := types.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, list, nil)
	return string(text), err
}

// GormDataType keeps the parsed schema equal to the migrated one.
func (StringList) GormDataType() string { return "text[]" }

// Vector is a tsvector column in its text form.
type Vector string

// GormDataType keeps the parsed schema equal to the migrated one.
func (Vector) GormDataType() string { return "tsvector" }

// Pairs gives keys as rows for "(brand_id, id) in ?".
func Pairs(keys []Key) [][]any {
	pairs := make([][]any, len(keys))
	for i, k := range keys {
		pairs[i] = []any{k.BrandID, k.ID}
	}
	return pairs
}
