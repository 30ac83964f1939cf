package idempotency_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type input struct {
	Name  string
	Count int
	Note  *string
}

func call(actor uuid.UUID, key string, in any) idempotency.Call {
	return idempotency.Call{Actor: &actor, Mutation: "test", Key: key, Input: in, Now: now}
}

func key() models.Key { return models.Key{BrandID: uuid.New(), ID: uuid.New()} }

func TestKeysAreVisibleCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]problem.Code{
		"a": "", "k-1_é世": "", strings.Repeat("世", 120): "",
		"": problem.Required, strings.Repeat("k", 121): problem.TooLong,
		"a b": problem.Invalid, "a\n": problem.Invalid, "a\u200b": problem.Invalid, "\x7f": problem.Invalid, "a\xff": problem.Invalid,
	} {
		var refused problem.List
		idempotency.Check(&refused, text)
		var got problem.Code
		if len(refused) > 0 {
			got = refused[0].Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestHashMeansTheSameInput(t *testing.T) {
	t.Parallel()
	note := ""
	same := []any{
		input{Name: "a", Count: 1}, input{Name: "a", Count: 1, Note: &note},
		map[string]any{"Count": 1, "Name": "a", "Later": nil},
		struct {
			Count int
			Name  string
		}{1, "a"},
	}
	first, err := idempotency.Hash(same[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range same[1:] {
		if hash, _ := idempotency.Hash(in); string(hash) != string(first) {
			t.Errorf("%+v hashes differently", in)
		}
	}
	for _, in := range []any{input{Name: "a", Count: 2}, input{Name: "b", Count: 1}, input{Name: "a"}} {
		if hash, _ := idempotency.Hash(in); string(hash) == string(first) {
			t.Errorf("%+v hashes alike", in)
		}
	}
}

func TestClaim(t *testing.T) {
	t.Parallel()
	actor, first := uuid.New(), key()

	t.Run("gives_the_first_answer_again", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		if answer, replayed, err := idempotency.ClaimTx(tx, call(actor, "k", input{Count: 1}), first); err != nil || replayed || answer != first {
			t.Fatal(answer, replayed, err)
		}
		if answer, replayed, err := idempotency.ClaimTx(tx, call(actor, "k", input{Count: 1}), key()); err != nil || !replayed || answer != first {
			t.Error(answer, replayed, err)
		}
	})
	t.Run("refuses_another_input", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		_, _, _ = idempotency.ClaimTx(tx, call(actor, "k", input{Count: 1}), first)
		_, _, err := idempotency.ClaimTx(tx, call(actor, "k", input{Count: 2}), key())
		if refused := problem.From(err); len(refused) != 1 || refused[0].Code != problem.IdempotencyKeyReused ||
			strings.Join(refused[0].Field, ".") != "input.idempotencyKey" {
			t.Error(err)
		}
	})
	t.Run("keeps_actors_and_mutations_apart", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		_, _, _ = idempotency.ClaimTx(tx, call(actor, "k", input{Count: 1}), first)
		other := call(actor, "k", input{Count: 2})
		other.Mutation = "other"
		system := call(actor, "k", input{Count: 3})
		system.Actor = nil
		for _, c := range []idempotency.Call{call(uuid.New(), "k", input{Count: 2}), other, system} {
			if _, replayed, err := idempotency.ClaimTx(tx, c, key()); err != nil || replayed {
				t.Error(replayed, err)
			}
		}
	})
	t.Run("forgets_after_30_days", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		_, _, _ = idempotency.ClaimTx(tx, call(actor, "k", input{Count: 1}), first)
		late := call(actor, "k", input{Count: 2})
		late.Now = now.Add(idempotency.Kept)
		if _, _, err := idempotency.ClaimTx(tx, late, key()); err == nil {
			t.Error("forgotten on the last day")
		}
		late.Now = late.Now.Add(time.Second)
		second := key()
		if answer, replayed, err := idempotency.ClaimTx(tx, late, second); err != nil || replayed || answer != second {
			t.Error(answer, replayed, err)
		}
	})
}

// claim asks in one batch and takes in another, as ClaimTx does at once.
func claim(t *testing.T, db *gorm.DB, c idempotency.Call, result models.Key) (answer models.Key, replayed bool, err error) {
	t.Helper()
	asked, err := idempotency.NewClaim(c)
	if err != nil {
		return models.Key{}, false, err
	}
	err = database.InBatch(t.Context(), db, func(db *gorm.DB) error {
		reads := database.NewBatch(db)
		idempotency.Ask(reads, asked)
		if err := reads.Send(); err != nil {
			return err
		}
		if answer, replayed, err = asked.Answer(); err != nil || replayed {
			return err
		}
		writes := database.NewBatch(db)
		asked.Take(writes, result)
		if err = writes.Send(); idempotency.Taken(err) {
			err = database.Again(err)
		}
		answer = result
		return err
	})
	return answer, replayed, err
}

// Either way of claiming a key knows what the other has claimed.
func TestClaimsInBatchesAreClaims(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	inTx := func(t *testing.T, db *gorm.DB, c idempotency.Call, result models.Key) (answer models.Key, replayed bool, err error) {
		t.Helper()
		err = database.InTx(t.Context(), db, func(tx *gorm.DB) error {
			answer, replayed, err = idempotency.ClaimTx(tx, c, result)
			return err
		})
		return answer, replayed, err
	}
	type way = func(*testing.T, *gorm.DB, idempotency.Call, models.Key) (models.Key, bool, error)
	for i, ways := range [][2]way{{claim, claim}, {claim, inTx}, {inTx, claim}} {
		actor, first, second := uuid.New(), key(), key()
		if answer, replayed, err := ways[0](t, db, call(actor, "k", input{Count: 1}), first); err != nil || replayed || answer != first {
			t.Error(i, answer, replayed, err)
		}
		if answer, replayed, err := ways[1](t, db, call(actor, "k", input{Count: 1}), second); err != nil || !replayed || answer != first {
			t.Error(i, answer, replayed, err)
		}
		other := call(actor, "k", input{Count: 2})
		if _, _, err := ways[1](t, db, other, second); len(problem.From(err)) != 1 || problem.From(err)[0].Code != problem.IdempotencyKeyReused {
			t.Error(i, err)
		}
		other.Now = now.Add(idempotency.Kept + time.Second)
		if answer, replayed, err := ways[1](t, db, other, second); err != nil || replayed || answer != second {
			t.Error(i, answer, replayed, err)
		}
	}
	actor := uuid.New()
	answers := make([]models.Key, 20)
	var taken atomic.Int32
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answer, replayed, err := claim(t, db, call(actor, "k", input{}), key())
			if err != nil {
				t.Error(err)
			}
			if answers[i] = answer; !replayed {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	for _, answer := range answers {
		if answer != answers[0] || taken.Load() != 1 {
			t.Fatalf("taken %d times: %v", taken.Load(), answers)
		}
	}
}

func TestSweepForgetsWhatIsPastItsTime(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	actor := uuid.New()
	for i, age := range []time.Duration{0, idempotency.Kept, idempotency.Kept + time.Second} {
		c := call(actor, strings.Repeat("k", i+1), input{})
		c.Now = now.Add(-age)
		if _, _, err := idempotency.ClaimTx(tx, c, key()); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := idempotency.Sweep(t.Context(), tx, now); n != 1 || err != nil {
		t.Error(n, err)
	}
	var left int64
	tx.Model(&models.IdempotencyKey{}).Where("actor_id = ?", actor).Count(&left)
	if left != 2 {
		t.Errorf("%d keys left", left)
	}
}

// Twenty duplicates at once, while the first two attempts are refused: one
// does the work, the others wait for it and get its answer.
func TestDuplicatesAtTheSameTimeGetOneAnswer(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	actor := uuid.New()
	var mutex sync.Mutex
	var refusals, done int
	refusal := problem.New(problem.Conflict, "not yet")
	answers := make([]models.Key, 20)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			for {
				err := database.InTx(t.Context(), db, func(tx *gorm.DB) error {
					answer, replayed, err := idempotency.ClaimTx(tx, call(actor, "k", input{}), key())
					if err != nil || replayed {
						answers[i] = answer
						return err
					}
					mutex.Lock()
					defer mutex.Unlock()
					if refusals < 2 {
						refusals++
						return refusal
					}
					done++
					answers[i] = answer
					return nil
				})
				if errors.Is(err, error(refusal)) {
					continue
				}
				if err != nil {
					t.Error(err)
				}
				return
			}
		})
	}
	wg.Wait()
	if done != 1 || refusals != 2 {
		t.Errorf("done %d times, refused %d times", done, refusals)
	}
	for _, answer := range answers {
		if answer != answers[0] || answer.ID == uuid.Nil {
			t.Errorf("answers %v", answers)
			break
		}
	}
}
