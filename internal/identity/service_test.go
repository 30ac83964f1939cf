package identity_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// clock is a time that tests move.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	c.at.Store(&start)
	return c
}

func (c *clock) now() time.Time { return *c.at.Load() }

func (c *clock) pass(d time.Duration) {
	later := c.now().Add(d)
	c.at.Store(&later)
}

func asSystem(t *testing.T) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.System())
}

func person(subject, name string) identity.Claims {
	return identity.Claims{Issuer: issuer, Subject: subject, Name: &name}
}

func TestFirstTokenMakesTheAccount(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	// Two servers meet the person at the same moment.
	servers := []*identity.Service{identity.NewService(db, standing), identity.NewService(db, standing)}
	ids := make(chan uuid.UUID, 16)
	for i := range cap(ids) {
		go func() {
			a, err := servers[i%2].Actor(t.Context(), person("ada", "Ada"))
			if err != nil {
				t.Error(err)
				ids <- uuid.Nil
				return
			}
			ids <- a.Account.ID
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if other := <-ids; other != first {
			t.Error("two accounts were made")
		}
	}
	var accounts []models.Account
	must(t, db.Find(&accounts).Error)
	if len(accounts) != 1 || *accounts[0].Name != "Ada" || accounts[0].Email != nil || !accounts[0].CreatedAt.Equal(start) {
		t.Errorf("%+v", accounts)
	}
	a, err := servers[0].Actor(t.Context(), person("ada", "Ada"))
	must(t, err)
	if !a.SignedIn() || !a.Holds(auth.OrderPlace) || a.Holds(auth.BrandRead) {
		t.Errorf("a new account may %v", a.Permissions())
	}
	same := person("ada", "Ada")
	same.Issuer = "https://other.example"
	b, err := servers[0].Actor(t.Context(), same)
	must(t, err)
	if b.Account.ID == first {
		t.Error("the same subject of another issuer is the same account")
	}
}

func TestAccountFollowsItsToken(t *testing.T) {
	t.Parallel()
	db, time := dbtest.New(t).Gorm, newClock()
	s := identity.NewService(db, time.now)
	_, err := s.Actor(t.Context(), person("ada", "Ada"))
	must(t, err)
	time.pass(identity.Remembered)

	married := person("ada", "Ada Lovelace")
	email := "ada@example.com"
	married.Email = &email
	_, err = s.Actor(t.Context(), married)
	must(t, err)
	time.pass(identity.Remembered)
	_, err = s.Actor(t.Context(), identity.Claims{Issuer: issuer, Subject: "ada"}) // tells neither
	must(t, err)

	var a models.Account
	must(t, db.Take(&a).Error)
	if *a.Name != "Ada Lovelace" || *a.Email != email {
		t.Errorf("%q %q", *a.Name, *a.Email)
	}
}

func TestMembershipChangesTakeEffect(t *testing.T) {
	t.Parallel()
	db, time := dbtest.New(t).Gorm, newClock()
	s := identity.NewService(db, time.now)
	brand := fixture.Brand(t, db, "acme")
	ada, err := s.Actor(t.Context(), person("ada", "Ada"))
	must(t, err)
	owns := func() bool {
		a, err := s.Actor(t.Context(), person("ada", "Ada"))
		must(t, err)
		return a.HoldsFor(auth.BrandOwn, brand.ID)
	}

	t.Run("at once in the process that made them", func(t *testing.T) {
		_, err := s.SetMember(asSystem(t), brand.ID, ada.Account.Handle, models.RoleOwner)
		must(t, err)
		if !owns() {
			t.Error("the new owner does not own the brand")
		}
	})
	t.Run("within 30 s in every other", func(t *testing.T) {
		other := identity.NewService(db, time.now)
		_, err := other.SetMember(asSystem(t), brand.ID, fixture.Account(t, db, "Bea").Handle, models.RoleOwner)
		must(t, err)
		must(t, other.RemoveMember(asSystem(t), brand.ID, ada.Account.Handle))
		if !owns() {
			t.Error("nothing is remembered: each request reads the memberships")
		}
		time.pass(identity.Remembered)
		if owns() {
			t.Error("a removed owner owns the brand after 30 s")
		}
	})
	t.Run("of platform roles as well", func(t *testing.T) {
		_, err := s.Enrol(t.Context(), "op", "Op", models.RoleOperator)
		must(t, err)
		a, err := s.Actor(t.Context(), identity.Claims{Issuer: identity.DevelopmentIssuer, Subject: "op"})
		must(t, err)
		if !a.HoldsEverywhere(auth.BrandReview) {
			t.Error("an operator may not review brands")
		}
	})
}

func TestABrandKeepsAnOwner(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	s := identity.NewService(db, standing)
	refused := func(t *testing.T, err error, field string) {
		t.Helper()
		list := problem.From(err)
		if len(list) != 1 || list[0].Code != problem.NotAllowed || list[0].Field[1] != field {
			t.Errorf("%v", err)
		}
	}
	t.Run("when the last one leaves or steps down", func(t *testing.T) {
		t.Parallel()
		brand := fixture.Brand(t, db, "alone")
		owner := fixture.Member(t, db, brand.ID, models.RoleOwner)
		fixture.Member(t, db, brand.ID, models.RoleManager)
		ctx := auth.With(t.Context(), owner)
		refused(t, s.RemoveMember(ctx, brand.ID, owner.Account.Handle), "accountId")
		_, err := s.SetMember(ctx, brand.ID, owner.Account.Handle, models.RoleManager)
		refused(t, err, "role")
		refused(t, s.RemoveMember(asSystem(t), brand.ID, owner.Account.Handle), "accountId")
		if n := owners(t, db, brand.ID); n != 1 {
			t.Errorf("%d owners", n)
		}
	})
	t.Run("when two remove each other, step down or leave at once", func(t *testing.T) {
		t.Parallel()
		for i, race := range []func(ctx context.Context, brand uuid.UUID, me, them uuid.UUID) error{
			func(ctx context.Context, brand, _, them uuid.UUID) error { return s.RemoveMember(ctx, brand, them) },
			func(ctx context.Context, brand, me, _ uuid.UUID) error { return s.RemoveMember(ctx, brand, me) },
			func(ctx context.Context, brand, me, _ uuid.UUID) error {
				_, err := s.SetMember(ctx, brand, me, models.RoleStaff)
				return err
			},
		} {
			for round := range 8 {
				brand := fixture.Brand(t, db, "race-"+string(rune('a'+i))+string(rune('a'+round)))
				one, two := fixture.Member(t, db, brand.ID, models.RoleOwner), fixture.Member(t, db, brand.ID, models.RoleOwner)
				results := make(chan error, 2)
				go func() {
					results <- race(auth.With(t.Context(), one), brand.ID, one.Account.Handle, two.Account.Handle)
				}()
				go func() {
					results <- race(auth.With(t.Context(), two), brand.ID, two.Account.Handle, one.Account.Handle)
				}()
				var succeeded int
				for range 2 {
					if <-results == nil {
						succeeded++
					}
				}
				if n := owners(t, db, brand.ID); n != 1 || succeeded != 1 {
					t.Fatalf("race %d: %d owners are left, %d succeeded", i, n, succeeded)
				}
			}
		}
	})
	t.Run("and has no more staff than its page holds", func(t *testing.T) {
		t.Parallel()
		brand := fixture.Brand(t, db, "crowd")
		for range 100 {
			fixture.Member(t, db, brand.ID, models.RoleStaff)
		}
		_, err := s.SetMember(asSystem(t), brand.ID, fixture.Account(t, db, "One more").Handle, models.RoleStaff)
		refused(t, err, "accountId")
	})
}

func owners(t *testing.T, db *gorm.DB, brand uuid.UUID) int64 {
	t.Helper()
	var n int64
	must(t, db.Model(&models.Membership{}).Where("brand_id = ? and role = 'OWNER'", brand).Count(&n).Error)
	return n
}
