package catalog_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Imports and jobs do not pass GraphQL: the methods ask for the permission themselves.
func TestChangesAskForThePermission(t *testing.T) {
	t.Parallel()
	w := setup(t, 100)
	shop := models.Key{BrandID: w.brand.ID, ID: w.shop.ID}
	analyst := auth.With(t.Context(), fixture.Member(t, w.db, w.brand.ID, models.RoleAnalyst))
	for name, do := range map[string]func(context.Context) error{
		"Create": func(ctx context.Context) error {
			return second(w.service.Create(ctx, w.brand.ID, catalog.ProductDraft{}))
		},
		"Update": func(ctx context.Context) error {
			return second(w.service.Update(ctx, w.product(), catalog.ProductChange{}))
		},
		"SetTranslation": func(ctx context.Context) error {
			return second(w.service.SetTranslation(ctx, w.product(), nil, catalog.Text{}))
		},
		"RemoveTranslation": func(ctx context.Context) error {
			return second(w.service.RemoveTranslation(ctx, w.product(), nil, "zh-CN"))
		},
		"Archive": func(ctx context.Context) error { return second(w.service.Archive(ctx, w.product(), nil)) },
		"Restore": func(ctx context.Context) error { return second(w.service.Restore(ctx, w.product(), nil)) },
		"AddVariant": func(ctx context.Context) error {
			return second(w.service.AddVariant(ctx, w.product(), catalog.VariantDraft{}))
		},
		"UpdateVariant": func(ctx context.Context) error {
			return second(w.service.UpdateVariant(ctx, w.variant(0), catalog.VariantChange{}))
		},
		"ArchiveVariant": func(ctx context.Context) error { return second(w.service.ArchiveVariant(ctx, w.variant(0), nil)) },
		"RestoreVariant": func(ctx context.Context) error { return second(w.service.RestoreVariant(ctx, w.variant(0), nil)) },
		"SetPrices":      func(ctx context.Context) error { return second(w.service.SetPrices(ctx, w.product(), shop, nil)) },
		"Publish":        func(ctx context.Context) error { return second(w.service.Publish(ctx, w.product(), shop, nil, nil)) },
		"Unpublish": func(ctx context.Context) error {
			return second(w.service.Unpublish(ctx, models.Key{BrandID: w.brand.ID, ID: w.goods.Listing.ID}, nil))
		},
	} {
		for who, ctx := range map[string]context.Context{"anybody": t.Context(), "an analyst": analyst} {
			if _, denied := errors.AsType[*problem.Denied](do(ctx)); !denied {
				t.Errorf("%s is open to %s: %v", name, who, do(ctx))
			}
		}
		if refused := problem.From(do(w.other)); len(refused) != 1 || refused[0].Code != problem.NotFound {
			t.Errorf("%s for another brand: %v", name, refused)
		}
	}
}

func second[T any](_ T, err error) error { return err }
