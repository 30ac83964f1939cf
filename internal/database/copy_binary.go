package database

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"gorm.io/gorm/schema"
)

// copySource gives rows in the binary form of COPY, some thousand bytes at a time.
type copySource struct {
	ctx     context.Context
	types   *pgtype.Map
	columns []copyColumn
	rows    int
	row     func(int) reflect.Value

	next int
	buf  []byte // made and not yet read
	made []byte // all of it
}

// copyColumn is a field and the column that it goes to.
type copyColumn struct {
	*schema.Field
	oid uint32
	// plain appends a value with its length. It is nil for fields that have to
	// be asked for their value.
	plain func(buf []byte, value reflect.Value) []byte
}

const (
	// copyHeader is the signature, no flags and no extension.
	copyHeader = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	copyPiece  = 32 << 10
)

func newCopySource(
	ctx context.Context, types *pgtype.Map, fields []*schema.Field, columns []pgconn.FieldDescription, rows int, row func(int) reflect.Value,
) *copySource {
	s := &copySource{ctx: ctx, types: types, rows: rows, row: row, made: make([]byte, 0, copyPiece+copyPiece/4)}
	for i, field := range fields {
		s.columns = append(s.columns, copyColumn{field, columns[i].DataTypeOID, plainly(field, columns[i].DataTypeOID)})
	}
	s.made = append(s.made, copyHeader...)
	s.buf = s.made
	return s
}

// Read gives the next bytes.
func (s *copySource) Read(p []byte) (int, error) {
	if len(s.buf) == 0 {
		if s.next > s.rows {
			return 0, io.EOF
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.buf)
	s.buf = s.buf[n:]
	return n, nil
}

// fill makes the next rows, and the end after the last.
func (s *copySource) fill() error {
	buf := s.made[:0]
	for ; s.next < s.rows && len(buf) < copyPiece; s.next++ {
		row := s.row(s.next)
		buf = binary.BigEndian.AppendUint16(buf, uint16(len(s.columns)))
		for _, c := range s.columns {
			if c.plain != nil {
				buf = c.plain(buf, c.ReflectValueOf(s.ctx, row))
				continue
			}
			var err error
			if buf, err = s.asked(buf, c, row); err != nil {
				return fmt.Errorf("column %s: %w", c.DBName, err)
			}
		}
	}
	if s.next == s.rows {
		buf = append(buf, 0xff, 0xff)
		s.next++
	}
	s.made, s.buf = buf, buf
	return nil
}

// asked appends what a field says its value is.
func (s *copySource) asked(buf []byte, c copyColumn, row reflect.Value) ([]byte, error) {
	value, err := columnValue(s.ctx, c.Field, row)
	if err != nil {
		return nil, err
	}
	at := len(buf)
	buf = appendNull(buf)
	made, err := s.types.Encode(c.oid, pgtype.BinaryFormatCode, value, buf)
	if err != nil {
		if made, err = s.fromText(buf, c.oid, value, err); err != nil {
			return nil, err
		}
	}
	if made == nil {
		return buf, nil
	}
	binary.BigEndian.PutUint32(made[at:], uint32(len(made)-at-4))
	return made, nil
}

// fromText appends a value of which only the text is known.
func (s *copySource) fromText(buf []byte, oid uint32, value any, why error) ([]byte, error) {
	text, err := s.types.Encode(oid, pgtype.TextFormatCode, value, nil)
	if err != nil {
		return nil, errors.Join(why, err)
	}
	text = append([]byte{}, text...) // an empty text is no null
	if column, ok := s.types.TypeForOID(oid); ok {
		if _, ok := column.Codec.(*pgtype.ArrayCodec); ok {
			var list pgtype.Array[any]
			if err := s.types.Scan(oid, pgtype.TextFormatCode, text, &list); err != nil {
				return nil, errors.Join(why, err)
			}
			return s.types.Encode(oid, pgtype.BinaryFormatCode, list, buf)
		}
	}
	var read any
	if err := s.types.Scan(oid, pgtype.TextFormatCode, text, &read); err != nil {
		return nil, errors.Join(why, err)
	}
	return s.types.Encode(oid, pgtype.BinaryFormatCode, read, buf)
}

func appendNull(buf []byte) []byte { return append(buf, 0xff, 0xff, 0xff, 0xff) }

var (
	typeUUID = reflect.TypeFor[uuid.UUID]()
	typeTime = reflect.TypeFor[time.Time]()
	typeAsks = reflect.TypeFor[driver.Valuer]()
)

// plainly knows how to write fields of which most rows are made: they are in a
// column of just their type.
func plainly(f *schema.Field, oid uint32) func([]byte, reflect.Value) []byte {
	if f.Serializer != nil {
		return nil
	}
	of := f.FieldType
	optional := of.Kind() == reflect.Pointer
	if optional {
		of = of.Elem()
	}
	write := plain(of, oid)
	if write == nil || !optional {
		return write
	}
	return func(buf []byte, value reflect.Value) []byte {
		if value.IsNil() {
			return appendNull(buf)
		}
		return write(buf, value.Elem())
	}
}

func plain(of reflect.Type, oid uint32) func([]byte, reflect.Value) []byte {
	long, short := binary.BigEndian.AppendUint64, binary.BigEndian.AppendUint32
	switch {
	case of == typeUUID && oid == pgtype.UUIDOID:
		return func(buf []byte, v reflect.Value) []byte { return append(short(buf, 16), v.Bytes()...) }
	case of == typeTime && oid == pgtype.TimestamptzOID:
		epoch := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		return func(buf []byte, v reflect.Value) []byte {
			return long(short(buf, 8), uint64(v.Addr().Interface().(*time.Time).UnixMicro()-epoch)) //nolint:forcetypeassert // of is time.Time
		}
	case of.Implements(typeAsks) || reflect.PointerTo(of).Implements(typeAsks):
		return nil
	case of.Kind() == reflect.String && oid == pgtype.TextOID:
		return func(buf []byte, v reflect.Value) []byte { return append(short(buf, uint32(v.Len())), v.String()...) }
	case of.Kind() == reflect.Int64 && oid == pgtype.Int8OID:
		return func(buf []byte, v reflect.Value) []byte { return long(short(buf, 8), uint64(v.Int())) }
	case of.Kind() == reflect.Int32 && oid == pgtype.Int4OID:
		return func(buf []byte, v reflect.Value) []byte { return short(short(buf, 4), uint32(v.Int())) }
	case of.Kind() == reflect.Bool && oid == pgtype.BoolOID:
		return func(buf []byte, v reflect.Value) []byte {
			if v.Bool() {
				return append(short(buf, 1), 1)
			}
			return append(short(buf, 1), 0)
		}
	}
	return nil
}
