package idempotency

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Once does a mutation of the caller's in a transaction, once for its key:
// Call needs no Actor. What it makes or changes is the row that result names.
// Where the key was answered before, again reads that row instead. Permission
// and input are for the caller to have checked.
func Once[T any](
	ctx context.Context, db *gorm.DB, call Call, result models.Key,
	do func(tx *gorm.DB) (*T, error), again func(tx *gorm.DB, result models.Key) (*T, error),
) (*T, error) {
	call.Actor = auth.From(ctx).AccountID()
	var done *T
	err := database.InTx(ctx, db, func(tx *gorm.DB) error {
		answer, replayed, err := ClaimTx(tx, call, result)
		switch {
		case err != nil:
			return err
		case replayed:
			done, err = again(tx, answer)
		default:
			done, err = do(tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}
