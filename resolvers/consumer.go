package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// consumer reads whose identity is meant.
func (r *ids) consumer(cart, secret graphql.Omittable[*string]) consumerid.Owner {
	return consumerid.Owner{Cart: r.optional("input.cartId", globalid.Cart, given(cart)), Secret: or(given(secret), "")}
}

// consumerArgument is consumer for a query.
func consumerArgument(cart, secret *string) (consumerid.Owner, error) {
	if cart == nil {
		return consumerid.Owner{}, nil
	}
	id, err := filter.ID("cartId", globalid.Cart, *cart)
	return consumerid.Owner{Cart: &id.Row, Secret: or(secret, "")}, err
}

func (r *Resolver) setConsumer(ctx context.Context, input api.ConsumerIdentitySetInput) (*models.Consumer, error) {
	var in ids
	owner := in.consumer(input.CartID, input.Secret)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Consumers.Set(ctx, consumerid.SetInput{Owner: owner, Name: input.Name, Number: input.Number})
}

func (r *Resolver) eraseConsumer(ctx context.Context, input api.ConsumerIdentityEraseInput) (*bool, error) {
	var in ids
	owner := in.consumer(input.CartID, input.Secret)
	if err := in.err(); err != nil {
		return nil, err
	}
	erased, err := r.Consumers.Erase(ctx, owner)
	if err != nil {
		return nil, err
	}
	return &erased, nil
}

func (r *Resolver) setPayer(ctx context.Context, input api.PaymentPayerSetInput) (*models.Consumer, error) {
	var in ids
	payment := in.row("input.paymentId", globalid.Payment, input.PaymentID).Row
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Consumers.SetPayer(ctx, payment, input.Name, input.Number)
}
