package storefront_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/paging"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

var moves = []storefront.Move{storefront.Open, storefront.Pause, storefront.Close}

// leads is what the schema promises: where each move leads from where. What is
// not here is refused.
var leads = map[models.StorefrontStatus]map[storefront.Move]models.StorefrontStatus{
	models.StorefrontDraft:  {storefront.Open: models.StorefrontOpen, storefront.Close: models.StorefrontClosed},
	models.StorefrontOpen:   {storefront.Pause: models.StorefrontPaused, storefront.Close: models.StorefrontClosed},
	models.StorefrontPaused: {storefront.Open: models.StorefrontOpen, storefront.Close: models.StorefrontClosed},
	models.StorefrontClosed: {},
}

var events = map[storefront.Move]string{
	storefront.Open: "storefront.opened", storefront.Pause: "storefront.paused", storefront.Close: "storefront.closed",
}

// Every move from every status, of a brand in every status.
func TestEveryMoveFromEveryStatus(t *testing.T) {
	t.Parallel()
	for _, brand := range models.BrandStatuses {
		for _, from := range models.StorefrontStatuses {
			for _, move := range moves {
				t.Run(string(brand)+"/"+string(from)+"/"+string(move), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, func(b *models.Brand) { b.Status = brand })
					shop := fixture.Storefront(t, w.db, w.brand, unique("shop"), func(s *models.Storefront) {
						s.Status, s.OpenedAt = from, nil
						s.Visible = brand == models.BrandActive && (from == models.StorefrontOpen || from == models.StorefrontPaused)
					})

					got, err := w.shops.Move(w.manager, move, key(shop))

					to, allowed := leads[from][move]
					if move == storefront.Open && brand != models.BrandActive {
						allowed = false
					}
					now := w.read(shop)
					if !allowed {
						wantRefused(t, err, "input.storefrontId CONFLICT")
						if got != nil || now.Version != 1 || w.events(shop.ID) != "" {
							t.Error("a refused move left something behind")
						}
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					visible := brand == models.BrandActive && to != models.StorefrontClosed
					if now.Status != to || now.Visible != visible || now.Version != 2 || got.Visible != visible || got.Status != to {
						t.Errorf("storefront: %+v, answered %+v", now, got)
					}
					if (now.OpenedAt != nil) != (to == models.StorefrontOpen) || (now.ClosedAt != nil) != (to == models.StorefrontClosed) {
						t.Errorf("opened %v, closed %v", now.OpenedAt, now.ClosedAt)
					}
					if got := w.events(shop.ID); got != events[move] {
						t.Errorf("events: %s", got)
					}
				})
			}
		}
	}
}

func TestOpenedAtIsTheFirstTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.create()
	w.move(shop, storefront.Open)
	w.shops = storefront.NewService(w.db, func() time.Time { return later.Add(time.Hour) })
	w.move(shop, storefront.Pause)
	w.move(shop, storefront.Open)
	if got := w.read(shop); !got.OpenedAt.Equal(later) {
		t.Errorf("opened at %v", got.OpenedAt)
	}
}

// What the public reads follows the storefront's status at once.
func TestListingsFollowTheirStorefront(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.create()
	fixture.Sell(t, w.db, shop, "honey", 3, 900)
	for _, step := range []struct {
		move    storefront.Move
		visible bool
	}{{storefront.Open, true}, {storefront.Pause, true}, {storefront.Open, true}, {storefront.Close, false}} {
		w.move(shop, step.move)
		for _, table := range []string{"listings", "products", "search_entries"} {
			var n int64
			err := w.db.Table(table).Where("brand_id = ? and visible_from is not null", w.brand.ID).Count(&n).Error
			if err != nil || (n == 1) != step.visible {
				t.Errorf("after %s: %d of %s can be read, %v", step.move, n, table, err)
			}
		}
	}
}

// When a country's primary storefront closes, the oldest that is left takes
// its place; where none is left the next new one does.
func TestAnotherBecomesPrimary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shops := make([]*models.Storefront, 4)
	for i := range shops {
		w.shops = storefront.NewService(w.db, func() time.Time { return later.Add(time.Duration(i) * time.Minute) })
		shops[i] = w.create()
	}
	abroad := w.create(func(o *storefront.Opening) { o.Country = "JP" })
	primary := func(want int) {
		t.Helper()
		for i, shop := range shops {
			if got := w.read(shop).IsPrimary; got != (i == want) {
				t.Errorf("storefront %d is primary: %t, want %d", i, got, want)
			}
		}
		if !w.read(abroad).IsPrimary {
			t.Error("another country's primary changed")
		}
	}
	primary(0)
	w.move(shops[1], storefront.Close)
	primary(0)
	before := w.read(shops[2]).Version
	w.move(shops[0], storefront.Close)
	primary(2)
	if got := w.read(shops[2]).Version; got != before+1 {
		t.Errorf("the new primary is at version %d, want %d", got, before+1)
	}
	w.move(shops[2], storefront.Close)
	primary(3)
	w.move(shops[3], storefront.Close)
	primary(-1)
	if fresh := w.create(); !fresh.IsPrimary {
		t.Error("the next new storefront is not primary")
	}
}

// Of many who close a storefront at the same time, one does it; and storefronts
// that close at the same time leave at most one primary.
func TestClosedOnce(t *testing.T) {
	t.Parallel()
	w := worldOn(t, dbtest.New(t).Gorm)
	first, second, third := w.create(), w.create(), w.create()
	var (
		group sync.WaitGroup
		won   atomic.Int64
	)
	start := make(chan struct{})
	for i := range 8 {
		shop := []*models.Storefront{first, second}[i%2]
		group.Go(func() {
			<-start
			switch _, err := w.shops.Move(w.manager, storefront.Close, key(shop)); {
			case err == nil:
				won.Add(1)
			case refusals(err) != "input.storefrontId CONFLICT":
				t.Error(err)
			}
		})
	}
	close(start)
	group.Wait()
	if won.Load() != 2 || w.events(first.ID) != "storefront.created storefront.closed" || !w.read(third).IsPrimary {
		t.Errorf("%d won; events: %s; third: %+v", won.Load(), w.events(first.ID), w.read(third))
	}
}

func TestReadsGiveWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := fixture.Storefront(t, w.db, w.brand, unique("open"))
	draft := fixture.Storefront(t, w.db, w.brand, unique("draft"), func(s *models.Storefront) {
		s.Status, s.Visible, s.IsPrimary = models.StorefrontDraft, false, false
	})
	other := fixture.Brand(t, w.db, unique("other"))
	keys := []models.Key{key(open), key(draft), {BrandID: other.ID, ID: open.ID}}
	for name, c := range map[string]struct {
		actor *auth.Actor
		want  int
	}{
		"visitor": {auth.Anonymous(), 1}, "stranger": {fixture.Member(t, w.db, other.ID, models.RoleOwner), 1},
		"analyst": {fixture.Member(t, w.db, w.brand.ID, models.RoleAnalyst), 2}, "operator": {fixture.Operator(t, w.db), 2},
		"reporter": {fixture.Reporter(t, w.db), 2},
	} {
		ctx := w.as(c.actor)
		byKey, err := w.shops.ByKeys(ctx, keys)
		if err != nil || len(byKey) != c.want {
			t.Errorf("%s reads %d by key, want %d, %v", name, len(byKey), c.want, err)
		}
		of, err := w.shops.OfBrands(ctx, ids(w.brand, other), paging.Args{})
		if err != nil || len(of(w.brand.ID).Edges)+len(of(other.ID).Edges) != c.want {
			t.Errorf("%s reads %d of the brand, want %d, %v", name, len(of(w.brand.ID).Edges), c.want, err)
		}
		if _, err := w.shops.BySlug(ctx, open.Slug); err != nil {
			t.Errorf("%s does not find an open one: %v", name, err)
		}
		_, err = w.shops.BySlug(ctx, draft.Slug)
		if want := map[bool]string{true: " NOT_FOUND", false: ""}[c.want == 1]; refusals(err) != want {
			t.Errorf("%s finds a draft: %v", name, err)
		}
	}
}
