// Package idempotency lets a mutation that moves money or stock be sent again
// without happening again: its key is kept with the actor, the mutation, a
// hash of the input and the key of the result, in the mutation's own
// transaction. A refusal rolls back and so leaves nothing.
package idempotency

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Kept is how long an answered key is remembered.
const Kept = 30 * 24 * time.Hour

// Field is where mutations take their key.
const Field = "input.idempotencyKey"

const maxKey = 120

// Call is one sending of a mutation.
type Call struct {
	// Actor is nil for the system.
	Actor    *uuid.UUID
	Mutation string
	Key      string
	// Input is what the same key must come with again; it is compared as JSON,
	// whose absent, null and empty fields are the same.
	Input any
	Now   time.Time
}

// Check adds what is wrong with a key to the refusals of an input.
func Check(refused *problem.List, key string) {
	switch {
	case key == "":
		refused.Add(Field, problem.Required, "give a key of 1 to 120 visible characters")
	case utf8.RuneCountInString(key) > maxKey:
		refused.Add(Field, problem.TooLong, "a key has at most 120 characters")
	case !utf8.ValidString(key) || strings.ContainsFunc(key, invisible):
		refused.Add(Field, problem.Invalid, "a key has visible characters only: no spaces, no control characters")
	}
}

func invisible(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }

func (c Call) actor() (id uuid.UUID) {
	if c.Actor != nil {
		id = *c.Actor
	}
	return id
}

// ClaimTx takes the key for a mutation whose result will be the row named, and
// must be the first statement of its transaction that writes. Where the key
// has been answered already it gives that answer and replayed; the mutation
// then reads it and does nothing. A duplicate at the same time waits here for
// the first to end. Another input under the same key is refused.
func ClaimTx(tx *gorm.DB, call Call, result models.Key) (answer models.Key, replayed bool, err error) {
	hash, err := Hash(call.Input)
	if err != nil {
		return models.Key{}, false, fmt.Errorf("hash the input of %s: %w", call.Mutation, err)
	}
	actor := call.actor()
	// A key past its time may be used anew, whether or not it was swept.
	claimed := tx.Exec(`
insert into idempotency_keys as kept (actor_id, mutation, key, input_hash, result_brand_id, result_id, created_at)
values (?, ?, ?, ?, ?, ?, ?)
on conflict on constraint idempotency_keys_pk do update
set input_hash = excluded.input_hash, result_brand_id = excluded.result_brand_id,
    result_id = excluded.result_id, created_at = excluded.created_at
where kept.created_at < ?`,
		actor, call.Mutation, call.Key, hash, result.BrandID, result.ID, call.Now, call.Now.Add(-Kept))
	if claimed.Error != nil {
		return models.Key{}, false, fmt.Errorf("claim an idempotency key: %w", claimed.Error)
	}
	if claimed.RowsAffected == 1 {
		return result, false, nil
	}
	var kept models.IdempotencyKey
	err = tx.Where("actor_id = ? and mutation = ? and key = ?", actor, call.Mutation, call.Key).Take(&kept).Error
	if err != nil {
		return models.Key{}, false, fmt.Errorf("read an idempotency key: %w", err)
	}
	answer, err = answerOf(kept, hash)
	return answer, err == nil, err
}

// answerOf is what a kept key was answered with, if it came with the same input.
func answerOf(kept models.IdempotencyKey, hash []byte) (answer models.Key, err error) {
	if !bytes.Equal(kept.InputHash, hash) {
		return models.Key{}, problem.At(Field, problem.IdempotencyKeyReused, "this key was used with another input")
	}
	if kept.ResultBrandID != nil {
		answer.BrandID = *kept.ResultBrandID
	}
	if kept.ResultID != nil {
		answer.ID = *kept.ResultID
	}
	return answer, nil
}

// Hash is a digest of an input that does not depend on the order of its
// fields, nor on optional fields that later versions add.
func Hash(input any) ([]byte, error) {
	text, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	var tree any
	read := json.NewDecoder(bytes.NewReader(text))
	read.UseNumber()
	if err := read.Decode(&tree); err != nil {
		return nil, err
	}
	canonical, err := json.Marshal(without(tree))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(canonical)
	return sum[:], nil
}

// without drops absent values from objects. Maps are written in order of their keys.
func without(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if value = without(value); value == nil || value == "" {
				delete(v, name)
			} else {
				v[name] = value
			}
		}
	case []any:
		for i := range v {
			v[i] = without(v[i])
		}
	}
	return v
}
