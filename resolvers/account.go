package resolvers

import (
	"context"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

func (r *Resolver) setMember(ctx context.Context, input api.MembershipSetInput) (*models.Membership, error) {
	var in ids
	brand := in.row("input.brandId", globalid.Brand, input.BrandID)
	account := in.row("input.accountId", globalid.Account, input.AccountID)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Identity.SetMember(ctx, brand.Row, account.Row, input.Role)
}

func (r *Resolver) removeMember(ctx context.Context, input api.MembershipRemoveInput) (*models.Brand, error) {
	var in ids
	brand := in.row("input.brandId", globalid.Brand, input.BrandID)
	account := in.row("input.accountId", globalid.Account, input.AccountID)
	if err := in.err(); err != nil {
		return nil, err
	}
	if err := r.Identity.RemoveMember(ctx, brand.Row, account.Row); err != nil {
		return nil, err
	}
	return r.Brands.ByID(ctx, brand.Row)
}
