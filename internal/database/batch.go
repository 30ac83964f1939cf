package database

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Batch collects writes of one transaction, to send them in one round trip.
type Batch struct {
	tx     *gorm.DB
	queued pgx.Batch
	err    error
}

// NewBatch begins a batch of the transaction tx.
func NewBatch(tx *gorm.DB) *Batch { return &Batch{tx: tx} }

// Insert adds rows, given as pointers to models or as slices of models. They
// are written as they are: nothing fills in timestamps or defaults.
func (b *Batch) Insert(rows ...any) {
	for _, row := range rows {
		v := reflect.Indirect(reflect.ValueOf(row))
		if v.Kind() != reflect.Slice {
			b.insert(v)
			continue
		}
		for i := range v.Len() {
			b.insert(v.Index(i))
		}
	}
}

// Exec adds a statement with $1, $2, … for its arguments.
func (b *Batch) Exec(sql string, args ...any) { b.queued.Queue(sql, args...) }

// Send runs the batch in order, up to the first statement that fails.
func (b *Batch) Send() error {
	if b.err != nil || b.queued.Len() == 0 {
		return b.err
	}
	return Conn(b.tx, func(conn *pgx.Conn) error {
		return conn.SendBatch(b.tx.Statement.Context, &b.queued).Close()
	})
}

func (b *Batch) insert(row reflect.Value) {
	parsed := &gorm.Statement{DB: b.tx}
	if err := parsed.Parse(row.Addr().Interface()); err != nil {
		b.fail(row, err)
		return
	}
	fields, columns := written(parsed.Schema)
	values, err := columnValues(b.tx.Statement.Context, fields, row)
	if err != nil {
		b.fail(row, err)
		return
	}
	var marks strings.Builder
	for i := range columns {
		if i > 0 {
			marks.WriteString(", ")
		}
		marks.WriteString("$" + strconv.Itoa(i+1))
	}
	b.queued.Queue("insert into "+parsed.Table+" ("+strings.Join(columns, ", ")+") values ("+marks.String()+")", values...)
}

func (b *Batch) fail(row reflect.Value, err error) {
	if b.err == nil {
		b.err = fmt.Errorf("insert %s: %w", row.Type(), err)
	}
}

// written are the columns of a model that an insert fills.
func written(s *schema.Schema) (fields []*schema.Field, columns []string) {
	for _, field := range s.Fields {
		if field.DBName != "" && field.Creatable {
			fields, columns = append(fields, field), append(columns, field.DBName)
		}
	}
	return fields, columns
}
