package resolvers

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

func purchaseID(p *models.Purchase) uuid.UUID { return p.ID }

func (r *Resolver) completeCheckout(ctx context.Context, input api.CheckoutCompleteInput) (*models.Purchase, error) {
	var in ids
	complete := checkout.CompleteInput{
		IdempotencyKey: input.IdempotencyKey, Cart: in.cart(input.CartID, input.Secret), ExpectedVersion: input.ExpectedVersion,
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Checkout.Complete(ctx, complete)
}

func (r *Resolver) cancelPurchase(ctx context.Context, input api.PurchaseCancelInput) (*models.Purchase, error) {
	var in ids
	id := in.row("input.purchaseId", globalid.Purchase, input.PurchaseID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Checkout.Cancel(ctx, id.Row)
}

func (r *Resolver) confirmPayment(ctx context.Context, input api.PaymentConfirmInput) (*models.Payment, error) {
	var in ids
	id := in.row("input.paymentId", globalid.Payment, input.PaymentID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Payments.Confirm(ctx, payment.ConfirmInput{
		PaymentID: id.Row, Token: or(given(input.Token), ""), ReturnURL: or(given(input.ReturnURL), ""),
	})
}

func (r *Resolver) capturePayment(ctx context.Context, input api.PaymentCaptureInput) (*models.Payment, error) {
	var in ids
	capture := checkout.CaptureInput{
		IdempotencyKey: input.IdempotencyKey, PaymentID: in.row("input.paymentId", globalid.Payment, input.PaymentID).Row,
	}
	if given := input.StorefrontIds.Value(); given != nil {
		capture.Storefronts = make([]models.Key, len(given))
		for i, id := range given {
			capture.Storefronts[i] = in.key("input.storefrontIds."+strconv.Itoa(i), globalid.Storefront, id)
		}
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Checkout.Capture(ctx, capture)
}

func (r *Resolver) voidPayment(ctx context.Context, input api.PaymentVoidInput) (*models.Payment, error) {
	var in ids
	id := in.row("input.paymentId", globalid.Payment, input.PaymentID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Checkout.Void(ctx, id.Row)
}
