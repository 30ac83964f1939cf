package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// RetryRefund asks again for a refund that failed and belongs to no order.
type RetryRefund struct {
	Refund string `arg:"" help:"Id of the refund, as the log tells it."`
}

// Run asks; a running server has the provider do it.
func (r *RetryRefund) Run(ctx context.Context, c *Common) error {
	id, err := uuid.Parse(r.Refund)
	if err != nil {
		return fmt.Errorf("%q is not the id of a refund", r.Refund)
	}
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	again, err := Wire(db.Gorm, utc).Payments.Retry(auth.With(ctx, auth.System()), id)
	if refused := problem.From(err); len(refused) > 0 {
		return errors.New(refused[0].Message)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "%s will be given back as refund %s\n", again.Amount(), again.ID)
	return nil
}
