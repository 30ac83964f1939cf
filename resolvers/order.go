package resolvers

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

func orderKey(o *models.Order) models.Key { return models.Key{BrandID: o.BrandID, ID: o.ID} }

func lineKey(l *models.OrderLine) models.Key { return models.Key{BrandID: l.BrandID, ID: l.ID} }

func shopperKey(s *models.Shopper) models.Key { return models.Key{ID: s.ID} }

// partKey is the key of another row of the same brand, false where there is none.
func partKey(brand uuid.UUID, id *uuid.UUID) (models.Key, bool) {
	return models.Key{BrandID: brand, ID: or(id, uuid.Nil)}, id != nil
}

// lineOf loads the line of a charge, for its whole group at once.
func lineOf(ctx context.Context, r *Resolver, c *models.Charge) (*models.OrderLine, error) {
	return loaders.One(ctx, c, "line",
		func(c *models.Charge) (models.Key, bool) { return partKey(c.BrandID, c.LineID) },
		r.Orders.LinesByKeys, lineKey)
}

func placeInput(in api.OrderPlaceInput) (order.PlaceInput, error) {
	var ids ids
	out := order.PlaceInput{
		IdempotencyKey: in.IdempotencyKey,
		Storefront:     ids.key("input.storefrontId", globalid.Storefront, in.StorefrontID),
		Recipient:      recipientOf(in.Recipient),
		Payment:        order.PaymentInput{Reference: in.Payment.Reference, Amount: in.Payment.Amount, Currency: in.Payment.Currency},
	}
	for i, l := range in.Lines {
		out.Lines = append(out.Lines, order.LineInput{
			Variant:  ids.key("input.lines."+strconv.Itoa(i)+".variantId", globalid.Variant, l.VariantID),
			Quantity: int64(l.Quantity),
		})
	}
	return out, ids.err()
}

func cancelInput(in api.OrderCancelInput) (order.CancelInput, error) {
	var ids ids
	out := order.CancelInput{
		IdempotencyKey: in.IdempotencyKey, Order: ids.key("input.orderId", globalid.Order, in.OrderID), Reason: in.Reason,
	}
	return out, ids.err()
}
