package order_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestWhoReadsAnOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	other := newWorld(t, w.db)
	o := w.place(t, 550, line(w.jam.Variants[0], 1))
	at := models.Key{BrandID: o.BrandID, ID: o.ID}
	lines, err := w.orders.LinesOf(t.Context(), []models.Key{at})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		actor *auth.Actor
		sees  bool
	}{
		"its shopper":       {w.shopper, true},
		"analyst":           {fixture.Member(t, w.db, w.brand.ID, models.RoleAnalyst), true},
		"operator":          {fixture.Operator(t, w.db), true},
		"system":            {auth.System(), true},
		"another shopper":   {other.shopper, false},
		"another brand":     {fixture.Member(t, w.db, other.brand.ID, models.RoleOwner), false},
		"reporting client":  {fixture.Reporter(t, w.db), false},
		"anonymous visitor": {auth.Anonymous(), false},
	} {
		ctx := as(t, c.actor)
		byKey, errKey := w.orders.ByKey(ctx, at)
		byNumber, errNumber := w.orders.ByNumber(ctx, " "+o.Number[:4]+"-"+o.Number[4:])
		many, err1 := w.orders.ByKeys(ctx, []models.Key{at, {BrandID: at.BrandID, ID: fixture.ID()}})
		parts, err2 := w.orders.LinesByKeys(ctx, []models.Key{{BrandID: o.BrandID, ID: lines[0].ID}})
		people, err3 := w.orders.ShoppersByIDs(ctx, []uuid.UUID{*w.shopper.AccountID()})
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		want := 0
		if c.sees {
			want = 1
			if errKey != nil || errNumber != nil || byKey.ID != o.ID || byNumber.ID != o.ID {
				t.Errorf("%s: %v %v", name, errKey, errNumber)
			}
		} else if refusals(t, errKey) != " NOT_FOUND" || refusals(t, errNumber) != " NOT_FOUND" {
			t.Errorf("%s: %v %v", name, errKey, errNumber)
		}
		if len(many) != want || len(parts) != want || len(people) != want {
			t.Errorf("%s sees %d orders, %d lines, %d shoppers", name, len(many), len(parts), len(people))
		}
	}
}

func TestListsOfOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	other := newWorld(t, w.db)
	other.shopper = w.shopper // buys from both brands
	var mine, theirs []uuid.UUID
	for i := range 5 {
		w.clock = now.Add(time.Duration(i) * time.Hour)
		mine = append(mine, w.place(t, 550, line(w.jam.Variants[0], 1)).ID)
	}
	for i := range 3 {
		other.clock = now.Add(time.Duration(i)*time.Hour + time.Minute)
		theirs = append(theirs, other.place(t, 550, line(other.jam.Variants[0], 1)).ID)
	}
	w.shopper = fixture.Shopper(t, w.db, "Someone else")
	w.clock = now.Add(10 * time.Hour)
	foreign := w.place(t, 550, line(w.jam.Variants[0], 1))
	shopper, staff := other.shopper, fixture.Member(t, w.db, w.brand.ID, models.RoleStaff)
	all := append(append(slices.Clone(mine), theirs...), foreign.ID)

	type list = func(context.Context, paging.Args) (*paging.Connection[models.Order], error)
	read := func(t *testing.T, ctx context.Context, list list) (ids []uuid.UUID, total int) {
		t.Helper()
		two := int32(2)
		args := paging.Args{First: &two}
		for {
			page, err := list(ctx, args)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Nodes() {
				ids = append(ids, o.ID)
			}
			if total, err = page.TotalCount(ctx); err != nil {
				t.Fatal(err)
			}
			if !page.PageInfo.HasNextPage {
				return ids, total
			}
			args.After = page.PageInfo.EndCursor
		}
	}
	listed := func(where order.Where, reverse bool) list {
		return func(ctx context.Context, args paging.Args) (*paging.Connection[models.Order], error) {
			return w.orders.List(ctx, where, args, reverse)
		}
	}
	ofBrand := func(ctx context.Context, args paging.Args) (*paging.Connection[models.Order], error) {
		key := models.Key{BrandID: w.brand.ID}
		pages, err := w.orders.OfBrands(ctx, []models.Key{{BrandID: other.brand.ID}, key}, order.Where{}, args, false)
		if err != nil {
			return nil, err
		}
		return pages(key), nil
	}
	ofShopper := func(ctx context.Context, args paging.Args) (*paging.Connection[models.Order], error) {
		key := models.Key{ID: *shopper.AccountID()}
		pages, err := w.orders.OfShoppers(ctx, []models.Key{key, {ID: *w.shopper.AccountID()}}, args)
		if err != nil {
			return nil, err
		}
		return pages(key), nil
	}
	from, to := now.Add(time.Hour), now.Add(2*time.Hour)
	cancelled, placed := models.OrderCancelled, models.OrderPlaced
	imported := models.OrderFromImport
	shop := models.Key{BrandID: w.brand.ID, ID: w.shop.ID}
	for name, c := range map[string]struct {
		actor *auth.Actor
		list  list
		want  []uuid.UUID
	}{
		"a shopper's own, of all brands":        {shopper, listed(order.Where{}, false), append(slices.Clone(mine), theirs...)},
		"staff have none of their own":          {staff, listed(order.Where{}, false), nil},
		"operators list all":                    {fixture.Operator(t, w.db), listed(order.Where{}, false), all},
		"reversed":                              {shopper, listed(order.Where{}, true), append(slices.Clone(mine), theirs...)},
		"of a storefront":                       {shopper, listed(order.Where{Storefront: &shop}, false), mine},
		"between times":                         {shopper, listed(order.Where{From: &from, To: &to}, false), []uuid.UUID{mine[1], theirs[1]}},
		"by status":                             {shopper, listed(order.Where{Status: []models.OrderStatus{cancelled, placed}}, false), append(slices.Clone(mine), theirs...)},
		"by another status":                     {shopper, listed(order.Where{Status: []models.OrderStatus{cancelled}}, false), nil},
		"imported":                              {shopper, listed(order.Where{Source: &imported}, false), nil},
		"by number":                             {fixture.Operator(t, w.db), listed(order.Where{Number: &foreign.Number}, false), []uuid.UUID{foreign.ID}},
		"a brand's":                             {staff, ofBrand, append(slices.Clone(mine), foreign.ID)},
		"a brand's, among others":               {fixture.Operator(t, w.db), ofBrand, append(slices.Clone(mine), foreign.ID)},
		"a brand's, to a stranger":              {shopper, ofBrand, nil},
		"a shopper's, to the shopper":           {shopper, ofShopper, append(slices.Clone(mine), theirs...)},
		"a shopper's, to staff of one brand":    {staff, ofShopper, mine},
		"a shopper's, to another brand's staff": {fixture.Member(t, w.db, other.brand.ID, models.RoleStaff), ofShopper, theirs},
		"a shopper's, to another shopper":       {w.shopper, ofShopper, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, total := read(t, as(t, c.actor), c.list)
			if total != len(c.want) || len(got) != len(c.want) {
				t.Fatalf("%d orders of %d, want %d", len(got), total, len(c.want))
			}
			for _, id := range c.want {
				if !slices.Contains(got, id) {
					t.Errorf("order %s is missing", id)
				}
			}
		})
	}
	page, err := w.orders.List(as(t, shopper), order.Where{}, paging.Args{}, false)
	if err != nil || page.Nodes()[0].ID != mine[4] || page.Nodes()[1].ID != mine[3] || page.Nodes()[2].ID != theirs[2] {
		t.Error("newest do not come first", err)
	}
	page, err = w.orders.List(as(t, shopper), order.Where{}, paging.Args{}, true)
	if err != nil || page.Nodes()[0].ID != mine[0] || page.Nodes()[1].ID != theirs[0] {
		t.Error("oldest do not come first when reversed", err)
	}
}
