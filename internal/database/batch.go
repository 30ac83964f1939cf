package database

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Batch collects statements, to send them in one round trip. Sent within a
// transaction it is a part of that, otherwise it is one of its own.
type Batch struct {
	db  *gorm.DB
	ops []op
	err error
}

// op is a statement, or rows of a model that are inserted.
type op struct {
	rows *mapping
	sql  string
	args []any
	read func(pgx.Rows) error
}

// NewBatch begins a batch of db, which may be a transaction.
func NewBatch(db *gorm.DB) *Batch { return &Batch{db: db} }

// Insert adds rows, given as pointers to models or as slices of models. They
// are written as they are: nothing fills in timestamps or defaults. Rows of a
// model are written together, where the first of them stands behind the last
// Exec: none may need a row of another model that is added in between.
func (b *Batch) Insert(rows ...any) {
	for _, row := range rows {
		v := reflect.Indirect(reflect.ValueOf(row))
		if v.Kind() != reflect.Slice {
			b.insert(v.Type(), 1, func(int) reflect.Value { return v })
		} else if v.Len() > 0 {
			b.insert(v.Type().Elem(), v.Len(), v.Index)
		}
	}
}

// Append adds the writes of another batch, as if they had been added here.
func (b *Batch) Append(other *Batch) {
	for _, o := range other.ops {
		if o.rows != nil {
			into := b.into(o.rows)
			into.args = append(into.args, o.args...)
		} else {
			b.ops = append(b.ops, o)
		}
	}
	if b.err == nil {
		b.err = other.err
	}
}

// into is where rows of a model are added.
func (b *Batch) into(m *mapping) *op {
	for i := len(b.ops) - 1; i >= 0 && b.ops[i].rows != nil; i-- {
		if b.ops[i].rows == m {
			return &b.ops[i]
		}
	}
	b.ops = append(b.ops, op{rows: m})
	return &b.ops[len(b.ops)-1]
}

// maxRows is how many rows one statement inserts at most.
const maxRows = 64

// Exec adds a statement with $1, $2, … for its arguments.
func (b *Batch) Exec(sql string, args ...any) { b.queue(sql, args, nil) }

// Read adds a query to a batch. Its rows are in the list once the batch was
// sent: each column goes to the field of its name, of those embedded, too.
func Read[T any](b *Batch, query SQL) *[]T {
	rows := new([]T)
	b.queue(query.dollars(), query.Args, func(found pgx.Rows) (err error) {
		*rows, err = pgx.CollectRows(found, pgx.RowToStructByNameLax[T])
		return err
	})
	return rows
}

func (b *Batch) queue(sql string, args []any, read func(pgx.Rows) error) {
	values := make([]any, len(args))
	for i, arg := range args {
		var err error
		if values[i], err = wire(arg); err != nil {
			b.fail("argument $"+strconv.Itoa(i+1), err)
		}
	}
	b.ops = append(b.ops, op{sql: sql, args: values, read: read})
}

// Send runs the batch in order, up to the first statement that fails.
func (b *Batch) Send() error {
	if b.err != nil || len(b.ops) == 0 {
		return b.err
	}
	queued := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(b.ops))}
	for _, o := range b.ops {
		o.send(queued)
	}
	ctx := b.db.Statement.Context
	if own, ok := b.db.Statement.ConnPool.(connPool); ok {
		return own.pool.SendBatch(ctx, queued).Close()
	}
	return Conn(b.db, func(conn *pgx.Conn) error { return conn.SendBatch(ctx, queued).Close() })
}

// send cuts lists of rows into lengths of powers of two, so that few different
// statements are prepared.
func (o *op) send(queued *pgx.Batch) {
	if o.rows == nil {
		if q := queued.Queue(o.sql, o.args...); o.read != nil {
			q.Query(o.read)
		}
		return
	}
	for args, width := o.args, len(o.rows.fields); len(args) > 0; {
		n := 1
		for n < maxRows && n*2*width <= len(args) {
			n *= 2
		}
		queued.Queue(o.rows.insert(n), args[:n*width]...)
		args = args[n*width:]
	}
}

func (b *Batch) insert(of reflect.Type, n int, row func(i int) reflect.Value) {
	m, err := b.mapping(of)
	if err != nil {
		b.fail("insert "+of.String(), err)
		return
	}
	into := b.into(m)
	into.args = slices.Grow(into.args, n*len(m.fields))
	for i := range n {
		values, err := columnValues(b.db.Statement.Context, m.fields, row(i))
		if err != nil {
			b.fail("insert "+of.String(), err)
		}
		into.args = append(into.args, values...)
	}
}

func (b *Batch) fail(doing string, err error) {
	if b.err == nil {
		b.err = fmt.Errorf("%s: %w", doing, err)
	}
}

// mapping is how rows of a model are written.
type mapping struct {
	table   string
	fields  []*schema.Field
	columns []string
	texts   sync.Map // number of rows -> statement
}

// mappings of models by their types: models are the same for all databases.
var mappings sync.Map

func (b *Batch) mapping(of reflect.Type) (*mapping, error) {
	if known, ok := mappings.Load(of); ok {
		return known.(*mapping), nil //nolint:forcetypeassert // nothing else is stored
	}
	parsed := &gorm.Statement{DB: b.db}
	if err := parsed.Parse(reflect.New(of).Interface()); err != nil {
		return nil, err
	}
	m := &mapping{table: parsed.Table}
	m.fields, m.columns = written(parsed.Schema)
	first, _ := mappings.LoadOrStore(of, m)
	return first.(*mapping), nil //nolint:forcetypeassert // see above
}

// insert is the statement for n rows.
func (m *mapping) insert(n int) string {
	if known, ok := m.texts.Load(n); ok {
		return known.(string) //nolint:forcetypeassert // nothing else is stored
	}
	var b strings.Builder
	b.WriteString("insert into " + m.table + " (" + strings.Join(m.columns, ", ") + ") values ")
	for i := range n * len(m.columns) {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%len(m.columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(")")
	m.texts.Store(n, b.String())
	return b.String()
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
