package peers

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed sql/f.sql
var placeSQL string

// placing are the statements of an order, by name.
var placing = func() map[string]string {
	all := map[string]string{}
	for _, part := range regexp.MustCompile(`(?s)-- ([a-z]+)[^\n]*\n((?:insert|with)[^;]*);\n`).FindAllStringSubmatch(placeSQL, -1) {
		all[part[1]] = part[2]
	}
	return all
}()

type placeInput struct {
	IdempotencyKey, StorefrontID string
	Lines                        []struct {
		VariantID string
		Quantity  int64
	}
	Recipient models.Recipient
	Payment   struct{ Reference, Amount, Currency string }
}

// wanted is a line by its variant, with the ids of what it writes.
type wanted struct {
	variant  [16]byte
	quantity int64
}

var errNothing = errors.New("a part of the order has written nothing")

// place writes an order. It refuses by failing.
func (l *Limit) place(ctx context.Context, in *placeInput, shopper string, write writing, b []byte) ([]byte, error) {
	brand, shop, err := keyOf(in.StorefrontID)
	if err != nil {
		return b, err
	}
	actor, err := uuid.Parse(shopper)
	if err != nil {
		return b, err
	}
	paid, err := money.Parse(in.Payment.Amount, money.Currency(in.Payment.Currency))
	if err != nil {
		return b, err
	}
	lines := make([]wanted, len(in.Lines))
	for i, line := range in.Lines {
		if _, lines[i].variant, err = keyOf(line.VariantID); err != nil {
			return b, err
		}
		lines[i].quantity = line.Quantity
	}
	now, id, number := time.Now().UTC(), newID(), order.NewNumber()
	rows, stock, err := statements(in, lines, written{brand, shop, actor, id, number, paid, now})
	if err == nil {
		err = write(ctx, rows, stock)
	}
	if err != nil {
		return b, err
	}
	b = appendID(append(b, `{"data":{"orderPlace":{"order":{"id":`...), "ord", brand[:], id[:])
	b = append(append(append(b, `,"number":"`...), number...), `","status":"PLACED","total":`...)
	b = appendMoney(b, paid.Minor, []byte(paid.Currency))
	return append(b, `},"userErrors":[]}}}`...), nil
}

// written is what all rows of an order know of it.
type written struct {
	brand, shop, actor, id [16]byte
	number                 string
	paid                   money.Money
	now                    time.Time
}

// statements are all that an order writes, those of its stock apart.
func statements(in *placeInput, lines []wanted, w written) (rows, stock pgx.Batch, err error) {
	hash := sha256.Sum256([]byte(fmt.Sprint(in)))
	recipient, err := json.Marshal(in.Recipient)
	if err != nil {
		return rows, stock, err
	}
	payload := fmt.Sprintf(`{"number": %q, "storefrontId": %q, "status": "PLACED", "currency": %q, "totalMinor": %d}`,
		w.number, uuid.UUID(w.shop), string(w.paid.Currency), w.paid.Minor)
	purchase, payment, n := newID(), newID(), len(lines)
	variants, quantities := columns(lines)

	rows.Queue(placing["claim"], w.actor, in.IdempotencyKey, hash[:], w.brand, w.id, w.now)
	rows.Queue(placing["purchase"], purchase, w.actor, string(w.paid.Currency), w.paid.Minor, w.now)
	rows.Queue(placing["payment"], payment, w.actor, purchase, in.Payment.Reference, string(w.paid.Currency), w.paid.Minor, w.now)
	rows.Queue(placing["number"], w.number, w.brand, w.id)
	rows.Queue(placing["order"], w.brand, w.shop, w.id, w.number, purchase, w.actor, w.paid.Minor, in.Recipient.Country,
		string(recipient), w.now, variants, quantities, newID())
	rows.Queue(placing["lines"], w.brand, w.shop, w.id, newIDs(n), variants, quantities, newIDs(n), newIDs(n), w.now, w.actor, in.Recipient.Country)
	rows.Queue(placing["allocation"], w.brand, newID(), payment, w.id, string(w.paid.Currency), w.paid.Minor)
	rows.Queue(placing["events"], w.brand, newID(), newID(), w.id, w.actor, w.now)
	rows.Queue(placing["outbox"], w.brand, newID(), w.id, payload, w.now)
	// Stock is locked in the order of the variants.
	slices.SortFunc(lines, func(a, b wanted) int { return bytes.Compare(a.variant[:], b.variant[:]) })
	for _, line := range lines {
		stock.Queue(placing["stock"], w.brand, line.variant, line.quantity, w.now, newID(), w.id, w.actor)
	}
	return rows, stock, nil
}

// writing is a way to write an order.
type writing func(ctx context.Context, rows, stock pgx.Batch) error

// inOneRoundTrip takes the stock last.
func (l *Limit) inOneRoundTrip(ctx context.Context, rows, stock pgx.Batch) error {
	rows.QueuedQueries = append(rows.QueuedQueries, stock.QueuedQueries...)
	results := l.pool.SendBatch(ctx, &rows)
	for range rows.Len() {
		done, err := results.Exec()
		if err == nil && done.RowsAffected() == 0 {
			err = errNothing
		}
		if err != nil {
			return errors.Join(err, results.Close())
		}
	}
	return results.Close()
}

// inATransaction is plain row locks: the stock is locked first, and statement
// follows statement.
func (l *Limit) inATransaction(ctx context.Context, rows, stock pgx.Batch) error {
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		// What is written of the stock refers to the order.
		if _, err := tx.Exec(ctx, placing["lock"], stock.QueuedQueries[0].Arguments[:2]...); err != nil {
			return err
		}
		for _, q := range append(rows.QueuedQueries, stock.QueuedQueries...) {
			done, err := tx.Exec(ctx, q.SQL, q.Arguments...)
			if err == nil && done.RowsAffected() == 0 {
				err = errNothing
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func columns(lines []wanted) (variants [][16]byte, quantities []int64) {
	for _, line := range lines {
		variants, quantities = append(variants, line.variant), append(quantities, line.quantity)
	}
	return variants, quantities
}

func newID() [16]byte { return uuid.Must(uuid.NewV7()) }

func newIDs(n int) [][16]byte {
	ids := make([][16]byte, n)
	for i := range ids {
		ids[i] = newID()
	}
	return ids
}
