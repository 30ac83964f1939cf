package database

import (
	"context"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/schema"
)

// read is what GORM does for Find, but pgx reads the rows straight into their
// fields: by way of database/sql each value would be made thrice. What it does
// not read, GORM reads as ever: within transactions, and into anything but
// lists of whole rows.
func read(db *gorm.DB) {
	pool, outside := db.Statement.ConnPool.(connPool)
	row := rowsOf(db.Statement)
	if db.Error != nil || db.DryRun || !outside || row == nil {
		callbacks.Query(db)
		return
	}
	callbacks.BuildQuerySQL(db)
	if db.Error != nil {
		return
	}
	rows, err := pool.rows(db.Statement.Context, db.Statement.SQL.String(), db.Statement.Vars)
	if err == nil {
		err = collect(rows, row, db.Statement.ReflectValue)
	}
	_ = db.AddError(err)
	db.RowsAffected = int64(db.Statement.ReflectValue.Len())
}

// rows asks again where a connection turns out to have ended while it was idle.
func (p connPool) rows(ctx context.Context, sql string, args []any) (pgx.Rows, error) {
	ctx = p.guard.check(ctx, sql)
	rows, err := p.pool.Query(ctx, sql, args...)
	if err != nil && pgconn.SafeToRetry(err) && ctx.Err() == nil {
		rows, err = p.pool.Query(ctx, sql, args...)
	}
	return rows, err
}

// rowsOf is the schema of the rows of a list of pointers to them, nil for
// other destinations.
func rowsOf(s *gorm.Statement) *schema.Schema {
	list := s.ReflectValue
	if s.Schema == nil || list.Kind() != reflect.Slice || list.Type().Elem() != reflect.PointerTo(s.Schema.ModelType) {
		return nil
	}
	return s.Schema
}

// collect reads rows into a list.
func collect(rows pgx.Rows, row *schema.Schema, list reflect.Value) error {
	defer rows.Close()
	list.Set(reflect.MakeSlice(list.Type(), 0, 20))
	fields := fieldsOf(rows.FieldDescriptions(), row)
	into := make([]any, len(fields))
	for rows.Next() {
		v := reflect.New(row.ModelType)
		for i, at := range fields {
			if at != nil {
				into[i] = v.Elem().FieldByIndex(at).Addr().Interface()
			}
		}
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("read %s: %w", row.Table, err)
		}
		n := list.Len()
		list.Grow(1)
		list.SetLen(n + 1)
		list.Index(n).Set(v)
	}
	return rows.Err()
}

// fieldsOf says where the values of columns belong, nil for those that the
// model does not have.
func fieldsOf(columns []pgconn.FieldDescription, row *schema.Schema) [][]int {
	fields := make([][]int, len(columns))
	for i, column := range columns {
		if f := row.LookUpField(column.Name); f != nil {
			fields[i] = f.StructField.Index
		}
	}
	return fields
}
