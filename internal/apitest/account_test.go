package apitest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

type viewer struct {
	Viewer struct {
		Account *struct {
			ID, Name    string
			Memberships []struct {
				Role  string
				Brand *struct{ Slug string }
			}
		}
		Permissions []string
	}
}

const askViewer = `{ viewer { account { id name memberships { role brand { slug } } } permissions } }`

func TestViewer(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	brand, other := fixture.Brand(t, db, "acme"), fixture.Brand(t, db, "other", func(b *models.Brand) { b.Status = models.BrandApplied })
	member := fixture.Member(t, db, brand.ID, models.RoleAnalyst)
	fixture.Create(t, db, &models.Membership{BrandID: other.ID, AccountID: member.Account.ID, Role: models.RoleOwner, CreatedAt: fixture.Start.AddDate(0, 1, 0)})
	member.Join(other.ID, models.RoleOwner)

	for name, actor := range map[string]*auth.Actor{
		"a visitor": nil, "a shopper": fixture.Shopper(t, db, "Ada"), "a merchant": member,
		"an operator": fixture.Operator(t, db), "a reporting client": fixture.Reporter(t, db),
	} {
		t.Run("tells "+name+" who they are and what they may do", func(t *testing.T) {
			t.Parallel()
			var got viewer
			api.As(actor).Do(t, askViewer, nil, &got)
			want := auth.Anonymous()
			if actor != nil {
				want = actor
			}
			var permissions []string
			for _, p := range want.Permissions() {
				permissions = append(permissions, string(p))
			}
			if !slices.Equal(got.Viewer.Permissions, permissions) {
				t.Errorf("permissions %v, want %v", got.Viewer.Permissions, permissions)
			}
			switch {
			case actor == nil && got.Viewer.Account != nil:
				t.Error("a visitor has an account")
			case actor != nil && got.Viewer.Account.ID != actor.Account.GlobalID():
				t.Errorf("account %+v", got.Viewer.Account)
			}
		})
	}
	t.Run("lists memberships of brands that are not public yet", func(t *testing.T) {
		t.Parallel()
		var got viewer
		api.As(member).Do(t, askViewer, nil, &got)
		m := got.Viewer.Account.Memberships
		if len(m) != 2 || m[0].Role != "ANALYST" || m[0].Brand.Slug != "acme" || m[1].Role != "OWNER" || m[1].Brand.Slug != "other" {
			t.Errorf("%+v", m)
		}
	})
}

const (
	setMember = `mutation ($brand: ID!, $account: ID!, $role: BrandRole!) {
  membershipSet(input: {brandId: $brand, accountId: $account, role: $role}) {
    membership { role account { name } brand { slug } } userErrors { field code }
  }
}`
	removeMember = `mutation ($brand: ID!, $account: ID!) {
  membershipRemove(input: {brandId: $brand, accountId: $account}) { brand { slug } userErrors { field code } }
}`
	askMembers = `query ($id: ID!) {
  node(id: $id) { ... on Brand { members { role account { id name memberships { brand { slug } } } } } }
}`
)

func TestMemberships(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	brand, rival := fixture.Brand(t, db, "acme"), fixture.Brand(t, db, "rival")
	owner, manager := fixture.Member(t, db, brand.ID, models.RoleOwner), fixture.Member(t, db, brand.ID, models.RoleManager)
	stranger, bea := fixture.Member(t, db, rival.ID, models.RoleOwner), fixture.Shopper(t, db, "Bea")
	fixture.Create(t, db, &models.Membership{BrandID: rival.ID, AccountID: manager.Account.ID, Role: models.RoleStaff, CreatedAt: fixture.Start})
	input := func(account, role string) map[string]any {
		return map[string]any{"brand": brand.GlobalID(), "account": account, "role": role}
	}
	id := bea.Account.GlobalID()

	t.Run("are set, changed and ended by an owner", func(t *testing.T) {
		for _, role := range []string{"STAFF", "ANALYST"} {
			var got struct {
				MembershipSet struct {
					Membership struct {
						Role    string
						Account struct{ Name string }
						Brand   struct{ Slug string }
					}
					UserErrors []any
				}
			}
			api.As(owner).Do(t, setMember, input(id, role), &got)
			m := got.MembershipSet.Membership
			if len(got.MembershipSet.UserErrors) > 0 || m.Role != role || m.Account.Name != "Bea" || m.Brand.Slug != "acme" {
				t.Errorf("%+v", got)
			}
		}
		var got struct {
			MembershipRemove struct {
				Brand      struct{ Slug string }
				UserErrors []any
			}
		}
		api.As(owner).Do(t, removeMember, input(id, ""), &got)
		if got.MembershipRemove.Brand.Slug != "acme" || len(got.MembershipRemove.UserErrors) > 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("are listed for those who run the brand, without what members do elsewhere", func(t *testing.T) {
		var got struct {
			Node struct {
				Members []struct {
					Role    string
					Account struct {
						ID, Name    string
						Memberships []struct{ Brand struct{ Slug string } }
					}
				}
			}
		}
		api.As(owner).Do(t, askMembers, map[string]any{"id": brand.GlobalID()}, &got)
		members := got.Node.Members
		if len(members) != 2 || members[0].Role != "OWNER" || members[1].Role != "MANAGER" {
			t.Fatalf("%+v", members)
		}
		if m := members[1].Account.Memberships; len(m) != 1 || m[0].Brand.Slug != "acme" {
			t.Errorf("the owner sees that the manager works for %+v", m)
		}
		if code := api.As(stranger).Post(t, askMembers, map[string]any{"id": brand.GlobalID()}).Code(); code != "FORBIDDEN" {
			t.Errorf("a stranger gets %q", code)
		}
		if code := api.As(nil).Post(t, askMembers, map[string]any{"id": brand.GlobalID()}).Code(); code != "UNAUTHENTICATED" {
			t.Errorf("a visitor gets %q", code)
		}
	})

	t.Run("do not lead from a shopper to its account", func(t *testing.T) {
		own := bea.Account.ID
		for _, guess := range []string{globalid.Encode(globalid.Account, own), "acc" + globalid.Encode(globalid.Shopper, own)[3:]} {
			answer := api.As(owner).Post(t, setMember, input(guess, "STAFF"))
			if !strings.Contains(string(answer.Raw), "NOT_FOUND") {
				t.Errorf("whoever sells to her makes her staff and reads her e-mail: %s", answer.Raw)
			}
		}
	})

	refusals := []struct {
		who         string
		actor       *auth.Actor
		input       map[string]any
		field, code string
	}{
		{"a stranger's brand", stranger, input(id, "STAFF"), "brandId", "NOT_FOUND"},
		{"an account that is not there", owner, input(globalid.Encode(globalid.Account, fixture.ID()), "STAFF"), "accountId", "NOT_FOUND"},
		{"an id of another type", owner, input(brand.GlobalID(), "STAFF"), "accountId", "INVALID"},
		{"a malformed id", owner, input("x", "STAFF"), "accountId", "INVALID"},
		{"the last owner's role", owner, input(owner.Account.GlobalID(), "STAFF"), "role", "NOT_ALLOWED"},
	}
	for _, r := range refusals {
		t.Run("are refused for "+r.who, func(t *testing.T) {
			var got struct {
				MembershipSet struct {
					Membership *struct{ Role string }
					UserErrors []struct {
						Field []string
						Code  string
					}
				}
			}
			api.As(r.actor).Do(t, setMember, r.input, &got)
			e := got.MembershipSet.UserErrors
			if len(e) != 1 || e[0].Code != r.code || !slices.Equal(e[0].Field, []string{"input", r.field}) || got.MembershipSet.Membership != nil {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("are not for everybody to change", func(t *testing.T) {
		for code, actor := range map[string]*auth.Actor{"UNAUTHENTICATED": nil, "FORBIDDEN": manager} {
			for _, mutation := range []string{setMember, removeMember} {
				if got := api.As(actor).Post(t, mutation, input(id, "STAFF")).Code(); got != code {
					t.Errorf("want %s, got %q", code, got)
				}
			}
		}
	})
	t.Run("that are not there cannot be ended", func(t *testing.T) {
		answer := api.As(owner).Post(t, removeMember, input(id, ""))
		if want := `{"data":{"membershipRemove":{"brand":null,"userErrors":[{"field":["input","accountId"],"code":"NOT_FOUND"}]}}}`; string(answer.Raw) != want {
			t.Errorf("%s", answer.Raw)
		}
	})
}

func TestAccountsAreTheirOwn(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	ada, bea := fixture.Shopper(t, db, "Ada"), fixture.Shopper(t, db, "Bea")
	ask := func(t *testing.T, actor *auth.Actor) string {
		t.Helper()
		return string(api.As(actor).Post(t, `query ($id: ID!) { node(id: $id) { ... on Account { name } } }`,
			map[string]any{"id": ada.Account.GlobalID()}).Raw)
	}
	seen, hidden := `{"data":{"node":{"name":"Ada"}}}`, `{"data":{"node":null}}`
	for _, c := range []struct {
		who   string
		actor *auth.Actor
		want  string
	}{
		{"themselves", ada, seen}, {"operators", fixture.Operator(t, db), seen},
		{"somebody else", bea, hidden}, {"visitors", nil, hidden}, {"reporting clients", fixture.Reporter(t, db), hidden},
	} {
		t.Run("for "+c.who, func(t *testing.T) {
			t.Parallel()
			if got := ask(t, c.actor); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}
