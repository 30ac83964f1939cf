package resolvers

import (
	"context"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/models"
)

// ofBrand is a row that belongs to a brand.
type ofBrand[T any] interface {
	*T
	TenantID() uuid.UUID
}

// brandOf loads the brand of a row of any type, for its whole group at once;
// nil where the caller may not see it.
func brandOf[T any, P ofBrand[T]](ctx context.Context, r *Resolver, row P) (*models.Brand, error) {
	return loaders.One(ctx, (*T)(row), "brand",
		func(row *T) (uuid.UUID, bool) { return P(row).TenantID(), true },
		r.Brands.ByIDs,
		func(b *models.Brand) uuid.UUID { return b.ID })
}

func brandID(b *models.Brand) uuid.UUID { return b.ID }

// ofRows gives each row of a group what was found by its key.
func ofRows[P, V any, K comparable](rows []*P, key func(*P) K, found map[K]V) map[*P]V {
	results := make(map[*P]V, len(rows))
	for _, row := range rows {
		if v, ok := found[key(row)]; ok {
			results[row] = v
		}
	}
	return results
}

func application(in api.BrandApplyInput) brand.Application {
	return brand.Application{
		Name: in.Name, Slug: given(in.Slug), Description: given(in.Description), Language: or(given(in.Language), ""),
		Country: in.Country, Region: given(in.Region), Industry: in.Industry, Size: in.Size, Website: given(in.Website),
		Contact: contact(in.Contact), Jobs: in.Jobs,
	}
}

func contact(in *api.BrandContactInput) brand.Contact {
	return brand.Contact{Name: in.Name, Email: in.Email, Phone: given(in.Phone)}
}

func brandChange(id uuid.UUID, in api.BrandUpdateInput) brand.Change {
	c := brand.Change{
		BrandID: id, ExpectedVersion: given(in.ExpectedVersion), Name: change(in.Name), Description: change(in.Description),
		Language: or(given(in.Language), ""), Industry: change(in.Industry), Size: change(in.Size), Website: change(in.Website),
		Contact: patch.Field[brand.Contact]{Given: in.Contact.IsSet()},
	}
	if who := given(in.Contact); who != nil {
		c.Contact = patch.To(contact(who))
	}
	return c
}

func payout(id uuid.UUID, in api.BrandPayoutAccountSetInput) brand.Payout {
	return brand.Payout{
		BrandID: id, Holder: in.Holder, BankName: in.BankName, Country: in.Country, Currency: in.Currency,
		ProviderToken: in.ProviderToken, LastDigits: in.LastDigits,
	}
}

func moveBrand(ctx context.Context, r *Resolver, move brand.Move, in api.BrandTransitionInput) (*api.BrandTransitionPayload, error) {
	var list ids
	id := list.row("input.brandId", globalid.Brand, in.BrandID).Row
	err := list.err()
	var b *models.Brand
	if err == nil {
		b, err = r.Brands.Move(ctx, move, id, given(in.Reason))
	}
	refused, err := api.Refused(err)
	return &api.BrandTransitionPayload{Brand: b, UserErrors: refused}, err
}
