package category_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/category"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

type world struct {
	t    testing.TB
	tree *category.Service
	// operator keeps the tree.
	operator context.Context
}

func newWorld(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	return &world{
		t: t, tree: category.NewService(db, func() time.Time { return fixture.Start }),
		operator: auth.With(t.Context(), fixture.Operator(t, db)),
	}
}

func (w *world) create(parent *models.Category, slug string, position int32) *models.Category {
	w.t.Helper()
	a := addition(slug)
	a.Position = position
	if parent != nil {
		a.ParentID = &parent.ID
	}
	c, err := w.tree.Create(w.operator, a)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func addition(slug string) category.Addition {
	return category.Addition{Slug: slug, Names: []category.Name{{"en", " Name of " + slug}, {"zh-CN", "名"}}}
}

func wantRefused(t testing.TB, err error, want string) {
	t.Helper()
	var all []string
	for _, p := range problem.From(err) {
		all = append(all, strings.Join(p.Field, ".")+" "+string(p.Code))
	}
	if got := strings.Join(all, "; "); got != want {
		t.Errorf("refused: %q (%v), want %q", got, err, want)
	}
}

func slugs(list []*models.Category, err error) string {
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, c := range list {
		all = append(all, c.Slug)
	}
	return strings.Join(all, " ")
}

func TestTheTreeIsReadInDisplayOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	drinks, food := w.create(nil, "drinks", 2), w.create(nil, "food", 1)
	honey := w.create(food, "honey", 5)
	w.create(food, "bread", 5)
	w.create(food, "apples", 0)
	raw := w.create(honey, "raw", 0)
	visitor := t.Context()

	if got := slugs(w.tree.Roots(visitor)); got != "food drinks" {
		t.Errorf("roots: %s", got)
	}
	if got := slugs(w.tree.Below(visitor, []uuid.UUID{food.ID, drinks.ID})); got != "apples honey bread" {
		t.Errorf("below: %s", got)
	}
	got, err := w.tree.ByPath(visitor, "food/honey/raw")
	if err != nil || got.ID != raw.ID || got.Texts["en"].Name != "Name of raw" || *got.ParentID != honey.ID {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = w.tree.ByPath(visitor, "food/honey/dark")
	wantRefused(t, err, " NOT_FOUND")
	_, err = w.tree.ByID(visitor, fixture.ID())
	wantRefused(t, err, " NOT_FOUND")
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	food := w.create(nil, "food", 0)
	deepest := food
	for i := range 5 {
		deepest = w.create(deepest, fmt.Sprintf("d%d", i), 0)
	}
	for name, c := range map[string]struct {
		change func(*category.Addition)
		want   string
	}{
		"a path that is there":  {func(a *category.Addition) { a.Slug = "food" }, "input.slug TAKEN"},
		"a slash":               {func(a *category.Addition) { a.Slug = "a/b" }, "input.slug INVALID"},
		"no slug":               {func(a *category.Addition) { a.Slug = "" }, "input.slug REQUIRED"},
		"a parent that is not":  {func(a *category.Addition) { a.ParentID = new(uuid.UUID) }, "input.parentId NOT_FOUND"},
		"a seventh level":       {func(a *category.Addition) { a.ParentID = &deepest.ID }, "input.parentId NOT_ALLOWED"},
		"no English name":       {func(a *category.Addition) { a.Names = a.Names[1:] }, "input.names REQUIRED"},
		"a blank name":          {func(a *category.Addition) { a.Names[1].Name = " " }, "input.names.1.name REQUIRED"},
		"two names in a tongue": {func(a *category.Addition) { a.Names[1].Language = "en" }, "input.names.1.language INVALID"},
		"too many names":        {func(a *category.Addition) { a.Names = make([]category.Name, 51) }, "input.names TOO_LONG; input.names REQUIRED"},
		"a place before all":    {func(a *category.Addition) { a.Position = -1 }, "input.position OUT_OF_RANGE"},
	} {
		a := addition("fresh")
		c.change(&a)
		t.Log(name)
		_, err := w.tree.Create(w.operator, a)
		wantRefused(t, err, c.want)
	}
	if got := slugs(w.tree.Roots(t.Context())); got != "food" {
		t.Errorf("roots: %s", got)
	}
}

func TestOnlyOperatorsKeepTheTree(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	w := newWorld(t, db)
	food := w.create(nil, "food", 0)
	brand := fixture.Brand(t, db, "tree-keeper")
	for _, actor := range []*auth.Actor{
		auth.Anonymous(), fixture.Shopper(t, db, "Bo"), fixture.Reporter(t, db), fixture.Member(t, db, brand.ID, models.RoleOwner),
	} {
		ctx := auth.With(t.Context(), actor)
		_, create := w.tree.Create(ctx, addition("mine"))
		_, update := w.tree.Update(ctx, category.Change{ID: food.ID})
		for _, err := range []error{create, update} {
			if _, denied := errors.AsType[*problem.Denied](err); !denied {
				t.Errorf("want a denial, got %v", err)
			}
		}
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	food := w.create(nil, "food", 0)
	one, seven := int32(1), int32(7)

	got, err := w.tree.Update(w.operator, category.Change{
		ID: food.ID, ExpectedVersion: &one, Names: []category.Name{{"fr", "Vivres"}, {"en", "Groceries"}}, Position: &seven,
	})
	if err != nil {
		t.Fatal(err)
	}
	now, err := w.tree.ByID(t.Context(), food.ID)
	if err != nil || now.Texts["en"].Name != "Groceries" || now.Texts["fr"].Name != "Vivres" || now.Texts["zh-CN"].Name != "名" ||
		now.Position != 7 || now.Path != "food" || now.Version != 2 || got.Version != 2 {
		t.Errorf("%+v, %v", now, err)
	}

	_, err = w.tree.Update(w.operator, category.Change{ID: food.ID, ExpectedVersion: &one})
	wantRefused(t, err, "input.expectedVersion VERSION_CONFLICT")
	_, err = w.tree.Update(w.operator, category.Change{ID: fixture.ID()})
	wantRefused(t, err, "input.categoryId NOT_FOUND")
	_, err = w.tree.Update(w.operator, category.Change{ID: food.ID, Names: []category.Name{{"en", ""}}})
	wantRefused(t, err, "input.names.0.name REQUIRED")
}

// Of many who add the same path at the same time, one does.
func TestOnePathIsOneCategory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	food := w.create(nil, "food", 0)
	var (
		group sync.WaitGroup
		won   atomic.Int64
	)
	start := make(chan struct{})
	for range 8 {
		group.Go(func() {
			<-start
			a := addition("honey")
			a.ParentID = &food.ID
			if _, err := w.tree.Create(w.operator, a); err == nil {
				won.Add(1)
			} else {
				wantRefused(t, err, "input.slug TAKEN")
			}
		})
	}
	close(start)
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d won", won.Load())
	}
}
