// Package auth says who is calling and what they may do: the one table of
// permissions, and the rows each may see, as data that every reader renders.
package auth

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Actor is a caller. The zero value is an anonymous visitor.
type Actor struct {
	// Account is set for everybody who signed in.
	Account  *models.Account
	Platform []models.PlatformRole
	isSystem bool
	standing atomic.Pointer[standing]
}

// standing is what an actor's memberships give; it is replaced, never changed.
type standing struct {
	brands    map[uuid.UUID]models.BrandRole
	permitted map[Permission]bool
}

// NewActor makes the actor of a signed-in account.
func NewActor(account *models.Account, platform []models.PlatformRole, brands map[uuid.UUID]models.BrandRole) *Actor {
	a := &Actor{Account: account, Platform: platform}
	a.stand(brands)
	return a
}

// Anonymous is a visitor who has not signed in.
func Anonymous() *Actor { return NewActor(nil, nil, nil) }

// System is the program itself: imports, demonstration data and jobs started by its operator.
func System() *Actor {
	a := NewActor(nil, []models.PlatformRole{models.RoleOperator}, nil)
	a.isSystem = true
	return a
}

// Join gives the caller a role in a brand, for what follows in this request
// and in others that share the actor.
func (a *Actor) Join(brand uuid.UUID, role models.BrandRole) {
	brands := maps.Clone(a.Brands())
	if brands == nil {
		brands = map[uuid.UUID]models.BrandRole{}
	}
	brands[brand] = role
	a.stand(brands)
}

// Brands are the brands the caller works for, with its role in each.
func (a *Actor) Brands() map[uuid.UUID]models.BrandRole {
	if s := a.standing.Load(); s != nil {
		return s.brands
	}
	return nil
}

// SignedIn tells whether the caller is known.
func (a *Actor) SignedIn() bool { return a.Account != nil }

// AccountID is the caller's account, nil for visitors and the system.
func (a *Actor) AccountID() *uuid.UUID {
	if a.Account == nil {
		return nil
	}
	return &a.Account.ID
}

// Holds tells whether the caller has the permission for anything at all.
func (a *Actor) Holds(p Permission) bool {
	s := a.standing.Load()
	return s != nil && s.permitted[p]
}

// Permissions lists what Holds tells, in order of the schema.
func (a *Actor) Permissions() []Permission {
	held := []Permission{}
	for _, p := range Permissions {
		if a.Holds(p) {
			held = append(held, p)
		}
	}
	return held
}

// HoldsEverywhere tells whether the caller has the permission for all brands.
func (a *Actor) HoldsEverywhere(p Permission) bool {
	for _, role := range a.Platform {
		if slices.Contains(platformPermissions[role], p) {
			return true
		}
	}
	return false
}

// HoldsFor tells whether the caller has the permission for this brand.
func (a *Actor) HoldsFor(p Permission, brand uuid.UUID) bool {
	return a.HoldsEverywhere(p) || slices.Contains(brandPermissions[a.Brands()[brand]], p)
}

// BrandsWith lists the brands for which the caller's membership grants the permission.
func (a *Actor) BrandsWith(p Permission) []uuid.UUID {
	if !a.Holds(p) {
		return nil
	}
	brands := []uuid.UUID{}
	for brand, role := range a.Brands() {
		if slices.Contains(brandPermissions[role], p) {
			brands = append(brands, brand)
		}
	}
	slices.SortFunc(brands, func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) })
	return brands
}

func (a *Actor) stand(brands map[uuid.UUID]models.BrandRole) {
	held := map[Permission]bool{}
	grant := func(ps []Permission) {
		for _, p := range ps {
			held[p] = true
		}
	}
	if a.SignedIn() {
		grant(accountPermissions)
	}
	for _, role := range a.Platform {
		grant(platformPermissions[role])
	}
	for _, role := range brands {
		grant(brandPermissions[role])
	}
	a.standing.Store(&standing{brands: brands, permitted: held})
}

type actorKey struct{}

// With puts the caller into a context.
func With(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

var anonymous = Anonymous()

// From gives the caller of a context, an anonymous visitor where there is none.
func From(ctx context.Context) *Actor {
	if a, ok := ctx.Value(actorKey{}).(*Actor); ok {
		return a
	}
	return anonymous
}

// Require reports problem.Denied where the caller lacks the permission altogether.
func Require(ctx context.Context, p Permission) error {
	a := From(ctx)
	if a.Holds(p) {
		return nil
	}
	return &problem.Denied{SignedIn: a.SignedIn() || a.isSystem, Permission: string(p)}
}

// RequireFor asks for the permission for one brand. To people who have no part
// in the brand it does not exist: NOT_FOUND at the field that named it. Its own
// people who lack the permission get problem.Denied.
func RequireFor(ctx context.Context, p Permission, brand uuid.UUID, field string) error {
	a := From(ctx)
	if a.HoldsFor(p, brand) {
		return nil
	}
	if err := Require(ctx, p); err != nil {
		return err
	}
	if _, member := a.Brands()[brand]; member {
		return &problem.Denied{SignedIn: true, Permission: string(p)}
	}
	return problem.At(field, problem.NotFound, "there is no such thing, or you may not see it")
}
