package bench_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
)

// The last brand sells only a part of what the others do.
func TestCatalogueIsSoundAndOfItsSize(t *testing.T) {
	t.Parallel()
	db, c := dbtest.New(t), bench.Catalogue{Products: 1205}
	if err := c.Fill(t.Context(), db, nil); err != nil {
		t.Fatal(err)
	}

	var products, visible int
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	err := db.Pool.QueryRow(ctx, "select (select count(*) from products), (select count(*) from search_entries)").Scan(&products, &visible)
	if err != nil || products != 1205 || visible != 1205 {
		t.Errorf("%d products, %d of them visible, %v", products, visible, err)
	}
	for _, want := range []struct {
		word bench.Word
		hits int
	}{{c.Words()[0], 1}, {c.Words()[1], 10 + 5}, {c.Words()[2], 200 + 200}} {
		var found int
		err := db.Pool.QueryRow(ctx, "select count(*) from products where texts -> 'en' ->> 'title' || ' ' || (texts -> 'en' ->> 'description') like $1",
			"%"+want.word.English+"%").Scan(&found)
		if err != nil || found != want.hits || want.word.Hits != want.hits {
			t.Errorf("%s is in %d products, promised are %d, want %d, %v", want.word.English, found, want.word.Hits, want.hits, err)
		}
	}
	agree, err := reconcile.Check(t.Context(), db.Gorm, func(f reconcile.Finding) {
		if f.Count > 0 {
			t.Errorf("%s: %+v", f.Name, f.Differences)
		}
	})
	if err != nil || !agree {
		t.Error(agree, err)
	}
}
