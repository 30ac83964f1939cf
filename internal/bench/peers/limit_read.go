package peers

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed sql/a.sql
var productSQL string

//go:embed sql/b.sql
var pageSQL string

//go:embed sql/c.sql
var searchSQL string

//go:embed sql/d.sql
var ordersSQL string

//go:embed sql/e.sql
var revenueSQL string

var encoding = base64.RawURLEncoding

// pageSize of b, c and e.
const pageSize = 20

func (l *Limit) product(ctx context.Context, id string, b []byte) ([]byte, error) {
	brand, row, err := keyOf(id)
	if err != nil {
		return b, err
	}
	var options bytes.Buffer
	n, err := l.each(ctx, productSQL, []any{brand, row}, func(n int, v [][]byte) {
		if n == 0 {
			b = appendID(append(b, `{"data":{"product":{"id":`...), "prd", brand[:], row[:])
			b = appendText(append(b, `,"title":`...), v[0])
			b = appendOptional(append(b, `,"description":`...), v[1])
			b = appendText(append(b, `,"handle":`...), v[2])
			b = appendID(append(b, `,"brand":{"id":`...), "brd", brand[:])
			b = appendText(append(b, `,"name":`...), v[3])
			b = appendText(append(b, `,"country":`...), v[4])
			b = append(b, `},"variants":{"nodes":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendID(append(b, `{"id":`...), "var", brand[:], v[5])
		b = appendOptional(append(b, `,"sku":`...), v[6])
		b = strconv.AppendInt(append(b, `,"position":`...), number(v[7]), 10)
		options.Reset()
		_ = json.Compact(&options, v[8]) // PostgreSQL writes valid JSON
		b = append(append(b, `,"options":`...), options.Bytes()...)
		b = append(b, `,"price":`...)
		if v[9] == nil {
			b = append(b, "null}"...)
		} else {
			b = append(appendMoney(append(b, `{"amount":`...), number(v[9]), v[10]), "}}"...)
		}
	})
	if err == nil && n == 0 {
		err = errUnknown
	}
	return append(b, "]}}}}"...), err
}

func (l *Limit) page(ctx context.Context, id string, b []byte) ([]byte, error) {
	brand, row, err := keyOf(id)
	if err != nil {
		return b, err
	}
	list := fingerprint(brand, row)
	var cursor, text []byte
	end := 0 // where the last cursor goes
	n, err := l.each(ctx, pageSQL, []any{brand, row}, func(n int, v [][]byte) {
		if n == 0 {
			b = appendID(append(b, `{"data":{"storefront":{"id":`...), "stf", brand[:], row[:])
			b = appendText(append(b, `,"name":`...), v[0])
			total := number(v[1])
			b = strconv.AppendInt(append(b, `},"products":{"totalCount":`...), total, 10)
			b = strconv.AppendBool(append(b, `,"pageInfo":{"hasNextPage":`...), total > pageSize)
			b = append(b, `,"endCursor":"`...)
			end = len(b)
			b = append(b, `"},"edges":[`...)
		}
		if n == pageSize {
			return
		}
		if n > 0 {
			b = append(b, ',')
		}
		text = append(append(text[:0], `["`...), list...)
		text = append(appendTime(append(text, `",`...), v[3]), `,"`...)
		text = append(appendUUID(text, v[2]), `"]`...)
		cursor = encoding.AppendEncode(cursor[:0], text)
		b = append(append(append(b, `{"cursor":"`...), cursor...), `","node":{"id":`...)
		b = appendID(b, "prd", brand[:], v[2])
		b = appendText(append(b, `,"title":`...), v[4])
		b = appendText(append(b, `,"handle":`...), v[5])
		b = appendID(append(b, `,"brand":{"id":`...), "brd", brand[:])
		b = appendText(append(b, `,"name":`...), v[6])
		b = appendMoney(append(b, `},"priceRange":{"min":`...), number(v[7]), v[8])
		b = append(b, "}}}"...)
	})
	if err == nil && n == 0 {
		err = errUnknown
	}
	return append(slices.Insert(b, end, cursor...), "]}}}"...), err
}

// filtered is the list of a storefront's products, newest first, as cursors
// know it, around the ids of its brand and its own.
var filtered = func() []string {
	brand, row := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	filter, _ := json.Marshal([]any{"", search.Filter{Storefront: &models.Key{BrandID: brand, ID: row}}, "CN", ""})
	before, rest, _ := strings.Cut("products by NEWEST true "+string(filter), brand.String())
	between, after, _ := strings.Cut(rest, row.String())
	return []string{before, between, after}
}()

// fingerprint stands in the cursors of that list.
func fingerprint(brand, row [16]byte) string {
	text := append(make([]byte, 0, 400), filtered[0]...)
	text = append(appendUUID(text, brand[:]), filtered[1]...)
	text = append(appendUUID(text, row[:]), filtered[2]...)
	sum := sha256.Sum256(text)
	return encoding.EncodeToString(sum[:6])
}

func (l *Limit) search(ctx context.Context, words string, b []byte) ([]byte, error) {
	tiers := search.Tiers(words)
	args := []any{"", "", "", ""}
	for i, tier := range tiers {
		args[i] = tier
	}
	b = append(b, `{"data":{"products":{"nodes":[`...)
	_, err := l.each(ctx, searchSQL, args, func(n int, v [][]byte) {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendID(append(b, `{"id":`...), "prd", v[0], v[1])
		b = appendText(append(b, `,"title":`...), v[2])
		b = appendText(append(b, `,"handle":`...), v[3])
		b = appendText(append(b, `,"brand":{"name":`...), v[4])
		b = append(b, "}}"...)
	})
	return append(b, "]}}}"...), err
}

func (l *Limit) orders(ctx context.Context, shopper string, b []byte) ([]byte, error) {
	id, err := uuid.Parse(strings.TrimSpace(shopper))
	if err != nil {
		return b, err
	}
	b = append(b, `{"data":{"orders":{"nodes":[`...)
	var last [16]byte
	n, err := l.each(ctx, ordersSQL, []any{[16]byte(id)}, func(n int, v [][]byte) {
		if [16]byte(v[1]) == last {
			b = append(b, ',')
		} else {
			if n > 0 {
				b = append(b, "]},"...)
			}
			last = [16]byte(v[1])
			b = appendID(append(b, `{"id":`...), "ord", v[0], v[1])
			b = appendText(append(b, `,"number":`...), v[2])
			b = appendText(append(b, `,"status":`...), v[3])
			b = appendMoney(append(b, `,"total":`...), number(v[4]), v[5])
			b = appendTime(append(b, `,"placedAt":`...), v[6])
			b = append(b, `,"lines":[`...)
		}
		b = appendID(append(b, `{"id":`...), "oln", v[0], v[7])
		b = strconv.AppendInt(append(b, `,"quantity":"`...), number(v[8]), 10)
		b = append(append(append(b, `","unitPrice":"`...), v[9]...), '"')
		b = append(b, `,"product":`...)
		if v[10] == nil {
			b = append(b, "null}"...)
		} else {
			b = appendID(append(b, `{"id":`...), "prd", v[0], v[10])
			b = append(appendText(append(b, `,"title":`...), v[11]), "}}"...)
		}
	})
	if n > 0 {
		b = append(b, "]}"...)
	}
	return append(b, "]}}}"...), err
}

func (l *Limit) revenue(ctx context.Context, from, to string, b []byte) ([]byte, error) {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return b, err
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return b, err
	}
	b = append(b, `{"data":{"salesReport":{"rows":[`...)
	_, err = l.each(ctx, revenueSQL, []any{first, last.AddDate(0, 0, 1)}, func(n int, v [][]byte) {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendID(append(b, `{"dimensions":[{"key":`...), "brd", v[0])
		b = appendText(append(b, `,"label":`...), v[1])
		b = strconv.AppendInt(append(b, `}],"units":"`...), number(v[2]), 10)
		b = append(appendMoney(append(b, `","gross":`...), number(v[3]), v[4]), '}')
	})
	return append(b, "]}}}"...), err
}
