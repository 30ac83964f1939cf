package idempotency

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Claim is ClaimTx for a mutation that reads in one batch and writes in
// another: the key is asked for, then taken.
type Claim struct {
	call Call
	hash []byte
	// kept are rows of keys, among which the claim's own may be.
	kept *[]models.IdempotencyKey
}

// NewClaim begins a claim.
func NewClaim(call Call) (*Claim, error) {
	hash, err := Hash(call.Input)
	if err != nil {
		return nil, fmt.Errorf("hash the input of %s: %w", call.Mutation, err)
	}
	return &Claim{call: call, hash: hash}, nil
}

// Ask adds the question for the keys of claims to what their mutations read. It
// must come last: what is read before it cannot know of a twin that has
// answered a key unless the key says so, too. Answer must be heard before all
// else.
func Ask(reads *database.Batch, claims ...*Claim) {
	kept := database.Read[models.IdempotencyKey](reads, asked(claims))
	for _, c := range claims {
		c.kept = kept
	}
}

func asked(claims []*Claim) database.SQL {
	if len(claims) == 1 {
		c := claims[0].call
		return database.Text("select * from idempotency_keys where actor_id = ? and mutation = ? and key = ?", c.actor(), c.Mutation, c.Key)
	}
	actors, mutations, keys := make([]uuid.UUID, len(claims)), make([]string, len(claims)), make([]string, len(claims))
	for i, c := range claims {
		actors[i], mutations[i], keys[i] = c.call.actor(), c.call.Mutation, c.call.Key
	}
	return database.Text(`
select k.*
from unnest(?::uuid[], ?::text[], ?::text[]) w (actor_id, mutation, key)
cross join lateral (
  select * from idempotency_keys k where k.actor_id = w.actor_id and k.mutation = w.mutation and k.key = w.key
  offset 0
) k`, actors, mutations, keys)
}

// Answer gives what the key was answered with, if it was.
func (c *Claim) Answer() (answer models.Key, replayed bool, err error) {
	if kept := c.own(); kept != nil && !c.expired(kept) {
		answer, err = answerOf(*kept, c.hash)
		return answer, err == nil, err
	}
	return answer, false, nil
}

// Take adds the key with its result to what a mutation writes. It must come
// first: a twin at the same time waits there for the first to end.
func (c *Claim) Take(writes *database.Batch, result models.Key) {
	if c.own() != nil { // it is past its time
		writes.Exec("delete from idempotency_keys where actor_id = $1 and mutation = $2 and key = $3 and created_at < $4",
			c.call.actor(), c.call.Mutation, c.call.Key, c.call.Now.Add(-Kept))
	}
	writes.Insert(&models.IdempotencyKey{
		ActorID: c.call.actor(), Mutation: c.call.Mutation, Key: c.call.Key, InputHash: c.hash,
		ResultBrandID: &result.BrandID, ResultID: &result.ID, CreatedAt: c.call.Now,
	})
}

// own is the row of the claim's key, nil for none.
func (c *Claim) own() *models.IdempotencyKey {
	for i := range *c.kept {
		if kept := &(*c.kept)[i]; kept.ActorID == c.call.actor() && kept.Mutation == c.call.Mutation && kept.Key == c.call.Key {
			return kept
		}
	}
	return nil
}

// Taken reports whether writing failed since a twin was faster.
func Taken(err error) bool { return database.Violates(err, "idempotency_keys_pk") }

func (c *Claim) expired(kept *models.IdempotencyKey) bool {
	return kept.CreatedAt.Before(c.call.Now.Add(-Kept))
}
