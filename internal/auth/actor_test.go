package auth_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestWhoJoinsABrandHoldsItsPermissionsAtOnce(t *testing.T) {
	t.Parallel()
	old, fresh := uuid.New(), uuid.New()
	a := auth.NewActor(&models.Account{}, nil, map[uuid.UUID]models.BrandRole{old: models.RoleAnalyst})
	if a.Holds(auth.BrandOwn) || a.HoldsFor(auth.BrandOwn, fresh) {
		t.Fatal("an analyst owns a brand")
	}

	a.Join(fresh, models.RoleOwner)

	if !a.Holds(auth.BrandOwn) || !a.HoldsFor(auth.BrandOwn, fresh) || a.HoldsFor(auth.BrandOwn, old) {
		t.Error("the new owner does not own its brand, or owns another")
	}
	if got := len(a.BrandsWith(auth.BrandRead)); got != 2 {
		t.Errorf("brands to read: %d, want both", got)
	}
}

func TestTheZeroActorIsAVisitor(t *testing.T) {
	t.Parallel()
	var a auth.Actor
	if a.SignedIn() || a.Holds(auth.SignedIn) || a.HoldsFor(auth.BrandRead, uuid.New()) || len(a.Brands()) > 0 {
		t.Error("the zero actor holds something")
	}
	a.Join(uuid.New(), models.RoleStaff)
	if !a.Holds(auth.ProductWrite) {
		t.Error("joining gave nothing")
	}
}
