package database

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Copy writes many rows of one model by COPY, a few times faster than
// inserts, inside the transaction tx. Rows are written as they are: nothing
// fills in timestamps or defaults, every column of the model is sent.
func Copy[T any](tx *gorm.DB, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	parsed := &gorm.Statement{DB: tx}
	if err := parsed.Parse(new(T)); err != nil {
		return fmt.Errorf("copy %T: %w", *new(T), err)
	}
	fields, columns := written(parsed.Schema)
	for i, column := range columns {
		columns[i] = pgx.Identifier{column}.Sanitize()
	}
	names, table := strings.Join(columns, ", "), pgx.Identifier{parsed.Table}.Sanitize()
	ctx := tx.Statement.Context
	err := Conn(tx, func(conn *pgx.Conn) error {
		described, err := conn.PgConn().Prepare(ctx, "", "select "+names+" from "+table, nil)
		if err != nil {
			return err
		}
		source := newCopySource(ctx, conn.TypeMap(), fields, described.Fields, len(rows), func(i int) reflect.Value {
			return reflect.ValueOf(&rows[i]).Elem()
		})
		tag, err := conn.PgConn().CopyFrom(ctx, source, "copy "+table+" ("+names+") from stdin binary")
		if err == nil && tag.RowsAffected() != int64(len(rows)) {
			err = fmt.Errorf("%d of %d rows written", tag.RowsAffected(), len(rows))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("copy %s: %w", parsed.Table, err)
	}
	return nil
}

// columnValues reads a row in the order of the fields.
func columnValues(ctx context.Context, fields []*schema.Field, row reflect.Value) ([]any, error) {
	values := make([]any, len(fields))
	for i, field := range fields {
		var err error
		if values[i], err = columnValue(ctx, field, row); err != nil {
			return nil, fmt.Errorf("column %s: %w", field.DBName, err)
		}
	}
	return values, nil
}

// columnValue reads a field of a row. What has a text form of its own, such as
// JSON and arrays, is asked for it; ids and numbers are given in the form that
// needs no parsing.
func columnValue(ctx context.Context, field *schema.Field, row reflect.Value) (any, error) {
	value, _ := field.ValueOf(ctx, row)
	if at := reflect.ValueOf(value); at.Kind() == reflect.Pointer && at.IsNil() {
		return nil, nil //nolint:nilnil // null
	}
	return wire(value)
}

// wire gives a value in the form that pgx takes with the least work.
func wire(value any) (any, error) {
	switch v := value.(type) {
	case uuid.UUID:
		return pgtype.UUID{Bytes: v, Valid: true}, nil
	case *uuid.UUID:
		if v == nil {
			return nil, nil //nolint:nilnil // null
		}
		return pgtype.UUID{Bytes: *v, Valid: true}, nil
	case []uuid.UUID:
		list := make([][16]byte, len(v))
		for i, id := range v {
			list[i] = id
		}
		return list, nil
	case decimal.Decimal:
		return pgtype.Numeric{Int: v.Coefficient(), Exp: v.Exponent(), Valid: true}, nil
	case driver.Valuer:
		return v.Value()
	}
	return value, nil
}

// Array passes a list as one parameter of a statement, in the form that needs
// no parsing. Ids are given as [16]byte.
func Array[T int64 | string | [16]byte](list []T) any { return array[T]{list} }

// array is no slice: GORM would make as many parameters of that.
type array[T any] struct{ pgtype.FlatArray[T] }
