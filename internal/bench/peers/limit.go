package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Limit answers the operations, and nothing else, as fast as can be had: one
// statement each, written by hand, whose values go straight into the answer.
// It gives the API's bytes without its work: it takes the operation from its
// name and the shopper from a header, parses no GraphQL, checks no token and
// nothing that clients get wrong.
type Limit struct {
	pool  *pgxpool.Pool
	bytes sync.Pool
}

// ShopperHeader names the shopper to the limit server.
const ShopperHeader = "Bench-Shopper"

// OpenLimit connects to the database at dsn. The tracer may be nil.
func OpenLimit(ctx context.Context, dsn string, conns int32, tracer pgx.QueryTracer) (*Limit, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	cfg.MaxConns, cfg.ConnConfig.Tracer = conns, tracer
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "tradewind limit"
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &Limit{pool: pool, bytes: sync.Pool{New: func() any { return new([]byte) }}}, pool.Ping(ctx)
}

// Close waits for running statements.
func (l *Limit) Close() { l.pool.Close() }

type asked struct {
	Query     json.RawMessage
	Variables struct {
		ID, Q, From, To string
		Input           placeInput
	}
}

var errUnknown = errors.New("not an operation of the benchmark")

// ServeHTTP answers an operation.
func (l *Limit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	body.Grow(int(max(r.ContentLength, 0)))
	var in asked
	_, err := body.ReadFrom(r.Body)
	if err == nil {
		err = json.Unmarshal(body.Bytes(), &in)
	}
	w.Header().Set("Content-Type", "application/json")
	buffer, _ := l.bytes.Get().(*[]byte)
	defer l.bytes.Put(buffer)
	if err == nil {
		*buffer, err = l.answer(r.Context(), &in, r.Header.Get(ShopperHeader), (*buffer)[:0])
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]string{"message": err.Error()}}})
		return
	}
	_, _ = w.Write(*buffer)
}

func (l *Limit) answer(ctx context.Context, in *asked, shopper string, b []byte) ([]byte, error) {
	name, ok := bytes.CutPrefix(in.Query, []byte(`"query `))
	if !ok {
		name, ok = bytes.CutPrefix(in.Query, []byte(`"mutation `))
	}
	if !ok || len(name) == 0 {
		return b, errUnknown
	}
	switch name[0] {
	case 'A':
		return l.product(ctx, in.Variables.ID, b)
	case 'B':
		return l.page(ctx, in.Variables.ID, b)
	case 'C':
		return l.search(ctx, in.Variables.Q, b)
	case 'D':
		return l.orders(ctx, shopper, b)
	case 'E':
		return l.revenue(ctx, in.Variables.From, in.Variables.To, b)
	case 'F':
		return l.place(ctx, &in.Variables.Input, shopper, l.inOneRoundTrip, b)
	case 'H':
		return l.place(ctx, &in.Variables.Input, shopper, l.inATransaction, b)
	}
	return b, errUnknown
}

// each runs a statement and gives its rows as they came.
func (l *Limit) each(ctx context.Context, sql string, args []any, row func(n int, v [][]byte)) (n int, err error) {
	rows, err := l.pool.Query(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		row(n, rows.RawValues())
	}
	return n, rows.Err()
}

// keyOf reads the id of a brand's row.
func keyOf(id string) (brand, row [16]byte, err error) {
	if len(id) != len("prd_")+43 {
		return brand, row, errUnknown
	}
	var both [32]byte
	if _, err = encoding.Decode(both[:], []byte(id[4:])); err == nil {
		copy(brand[:], both[:16])
		copy(row[:], both[16:])
	}
	return brand, row, err
}
