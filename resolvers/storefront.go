package resolvers

import (
	"context"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

// methodNames keeps absent apart from empty.
func methodNames(methods []api.PaymentMethod) []string {
	if methods == nil {
		return nil
	}
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = string(m)
	}
	return names
}

func storefrontChange(key models.Key, in api.StorefrontUpdateInput) storefront.Change {
	return storefront.Change{
		Storefront: key, ExpectedVersion: given(in.ExpectedVersion), Name: change(in.Name),
		Description: change(in.Description), Language: or(given(in.Language), ""), Languages: in.Languages.Value(),
		PaymentMethods: methodNames(in.PaymentMethods.Value()), CustomsRegime: change(in.CustomsRegime),
	}
}

func moveStorefront(
	ctx context.Context, r *Resolver, move storefront.Move, in api.StorefrontTransitionInput,
) (*api.StorefrontTransitionPayload, error) {
	var list ids
	key := list.key("input.storefrontId", globalid.Storefront, in.StorefrontID)
	err := list.err()
	var shop *models.Storefront
	if err == nil {
		shop, err = r.Storefronts.Move(ctx, move, key)
	}
	refused, err := api.Refused(err)
	return &api.StorefrontTransitionPayload{Storefront: shop, UserErrors: refused}, err
}
