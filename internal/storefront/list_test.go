package storefront_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

func ids(brands ...*models.Brand) []uuid.UUID {
	list := make([]uuid.UUID, len(brands))
	for i, b := range brands {
		list[i] = b.ID
	}
	return list
}

// Paging through any order and filter, in pages of any size, forwards and
// backwards, gives each row once and in order.
func TestPagesGiveEachStorefrontOnceInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	brands := []*models.Brand{w.brand, fixture.Brand(t, w.db, unique("other"))}
	var all []*models.Storefront
	for i := range 40 {
		all = append(all, fixture.Storefront(t, w.db, brands[i%2], unique("shop"), func(s *models.Storefront) {
			s.Name = []string{"Oak", "oak", "橡", "Acorn"}[i%4]
			s.Country, s.Currency = []string{"CN", "JP", "DE"}[i%3], []string{"CNY", "JPY"}[i%2]
			s.Status = models.StorefrontStatuses[i%len(models.StorefrontStatuses)]
			s.IsPrimary = false
			s.CreatedAt = fixture.Start.Add(time.Duration(i%5) * time.Microsecond)
		}))
	}
	operator := w.as(fixture.Operator(t, w.db))
	rapid.Check(t, func(t *rapid.T) {
		by := rapid.SampledFrom([]storefront.SortKey{storefront.ByName, storefront.ByCreatedAt}).Draw(t, "key")
		reverse, backwards := rapid.Bool().Draw(t, "reverse"), rapid.Bool().Draw(t, "backwards")
		size := rapid.Int32Range(1, 50).Draw(t, "size")
		var f storefront.Filter
		if rapid.Bool().Draw(t, "by country") {
			f.Country = rapid.SliceOfN(rapid.SampledFrom([]string{"CN", "JP", "FR"}), 0, 2).Draw(t, "country")
		}
		if rapid.Bool().Draw(t, "by currency") {
			f.Currency = []string{"CNY"}
		}
		if rapid.Bool().Draw(t, "by status") {
			f.Status = []models.StorefrontStatus{models.StorefrontOpen, models.StorefrontClosed}
		}
		if rapid.Bool().Draw(t, "by brand") {
			f.BrandID = &brands[0].ID
		}

		var got []*models.Storefront
		args := paging.Args{First: &size}
		if backwards {
			args = paging.Args{Last: &size}
		}
		for more := true; more; {
			c, err := w.shops.Page(operator, f, by, reverse, args)
			if err != nil {
				t.Fatal(err)
			}
			if backwards {
				got = append(c.Nodes(), got...)
				args.Before, more = c.PageInfo.StartCursor, c.PageInfo.HasPreviousPage
			} else {
				got = append(got, c.Nodes()...)
				args.After, more = c.PageInfo.EndCursor, c.PageInfo.HasNextPage
			}
			// A caller counts in a context of its own.
			if n, err := c.TotalCount(auth.With(w.t.Context(), auth.Anonymous())); err != nil || n < len(got) {
				t.Fatalf("total %d below %d, %v", n, len(got), err)
			}
		}

		want := 0
		for _, s := range all {
			if (f.Country == nil || slices.Contains(f.Country, s.Country)) &&
				(f.Currency == nil || slices.Contains(f.Currency, s.Currency)) &&
				(f.Status == nil || slices.Contains(f.Status, s.Status)) && (f.BrandID == nil || *f.BrandID == s.BrandID) {
				want++
			}
		}
		seen := map[uuid.UUID]bool{}
		for i, s := range got {
			seen[s.ID] = true
			if i == 0 {
				continue
			}
			c := strings.Compare(got[i-1].Name, s.Name)
			if by == storefront.ByCreatedAt {
				c = got[i-1].CreatedAt.Compare(s.CreatedAt)
			}
			if !reverse && c > 0 || reverse && c < 0 {
				t.Fatalf("row %d is out of order by %s", i, by)
			}
		}
		if len(got) != want || len(seen) != want {
			t.Fatalf("%d rows, %d different ones, want %d", len(got), len(seen), want)
		}
	})
}

// Open and paused storefronts are for everybody, the others for their staff:
// neither listed for strangers nor counted.
func TestListsHoldWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, status := range models.StorefrontStatuses {
		fixture.Storefront(t, w.db, w.brand, unique("shop"), func(s *models.Storefront) {
			s.Status, s.IsPrimary = status, i == 0
			s.Visible = status == models.StorefrontOpen || status == models.StorefrontPaused
		})
	}
	other := fixture.Brand(t, w.db, unique("other"))
	for name, c := range map[string]struct {
		actor *auth.Actor
		want  int
	}{
		"visitor": {auth.Anonymous(), 2}, "stranger": {fixture.Member(t, w.db, other.ID, models.RoleOwner), 2},
		"staff": {fixture.Member(t, w.db, w.brand.ID, models.RoleStaff), 4}, "operator": {fixture.Operator(t, w.db), 4},
	} {
		page, err := w.shops.Page(w.as(c.actor), storefront.Filter{BrandID: &w.brand.ID}, storefront.ByName, false, paging.Args{})
		if err != nil {
			t.Fatal(err)
		}
		total, err := page.TotalCount(w.as(c.actor))
		if err != nil || len(page.Edges) != c.want || total != c.want {
			t.Errorf("%s: %d listed, %d counted, want %d, %v", name, len(page.Edges), total, c.want, err)
		}
	}
	_, err := w.shops.Page(w.manager, storefront.Filter{}, "RANDOM", false, paging.Args{})
	if _, bad := errors.AsType[*problem.BadInput](err); !bad {
		t.Error(err)
	}
}

func TestABrandHasAtMostAHundredStorefronts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 100 {
		fixture.Storefront(t, w.db, w.brand, fmt.Sprintf("many-%d", i), func(s *models.Storefront) { s.IsPrimary = i == 0 })
	}
	_, err := w.shops.Create(w.manager, w.opening())
	wantRefused(t, err, "input.brandId NOT_ALLOWED")
}
