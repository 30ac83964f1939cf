package idempotency

import (
	"fmt"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Claim is ClaimTx for a mutation that reads in one batch and writes in
// another: the key is asked for, then taken.
type Claim struct {
	call Call
	hash []byte
	kept *[]models.IdempotencyKey
}

// Ask adds the question for the key to what a mutation reads. It must come
// last: what is read before it cannot know of a twin that has answered the key
// unless the key says so, too. Answer must be heard before all else.
func Ask(reads *database.Batch, call Call) (*Claim, error) {
	hash, err := Hash(call.Input)
	if err != nil {
		return nil, fmt.Errorf("hash the input of %s: %w", call.Mutation, err)
	}
	kept := database.Read[models.IdempotencyKey](reads, database.Text(
		"select * from idempotency_keys where actor_id = ? and mutation = ? and key = ?", call.actor(), call.Mutation, call.Key))
	return &Claim{call, hash, kept}, nil
}

// Answer gives what the key was answered with, if it was.
func (c *Claim) Answer() (answer models.Key, replayed bool, err error) {
	for _, kept := range *c.kept {
		if !c.expired(kept) {
			answer, err = answerOf(kept, c.hash)
			return answer, err == nil, err
		}
	}
	return answer, false, nil
}

// Take adds the key with its result to what a mutation writes. It must come
// first: a twin at the same time waits there for the first to end.
func (c *Claim) Take(writes *database.Batch, result models.Key) {
	for range *c.kept { // it is past its time
		writes.Exec("delete from idempotency_keys where actor_id = $1 and mutation = $2 and key = $3 and created_at < $4",
			c.call.actor(), c.call.Mutation, c.call.Key, c.call.Now.Add(-Kept))
	}
	writes.Insert(&models.IdempotencyKey{
		ActorID: c.call.actor(), Mutation: c.call.Mutation, Key: c.call.Key, InputHash: c.hash,
		ResultBrandID: &result.BrandID, ResultID: &result.ID, CreatedAt: c.call.Now,
	})
}

// Taken reports whether writing failed since a twin was faster.
func Taken(err error) bool { return database.Violates(err, "idempotency_keys_pk") }

func (c *Claim) expired(kept models.IdempotencyKey) bool {
	return kept.CreatedAt.Before(c.call.Now.Add(-Kept))
}
