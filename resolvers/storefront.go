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
		PaymentMethods: methodNames(in.PaymentMethods.Value()),
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

func storefrontFilter(where *api.StorefrontWhere) (storefront.Filter, error) {
	if where == nil {
		return storefront.Filter{}, nil
	}
	f := storefront.Filter{Country: where.Country.Value(), Status: where.Status.Value()}
	if currencies := where.Currency.Value(); currencies != nil {
		f.Currency = make([]string, len(currencies))
		for i, c := range currencies {
			f.Currency[i] = string(c)
		}
	}
	if text := given(where.BrandID); text != nil {
		id, err := argument("where.brandId", globalid.Brand, *text)
		if err != nil {
			return f, err
		}
		f.BrandID = &id.Row
	}
	return f, nil
}
