package brand_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

var sortKeys = []brand.SortKey{
	brand.ByName, brand.ByOrigin, brand.ByCensusRegion, brand.ByIndustry, brand.BySize, brand.ByJobsBefore,
	brand.ByJobsNow, brand.ByJoinedAt, brand.ByAppliedAt,
}

// populate inserts brands that share most of their values and miss some.
func (w *world) populate(n int) []*models.Brand {
	w.t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	all := make([]*models.Brand, n)
	for i := range all {
		all[i] = w.brand("b", func(b *models.Brand) {
			b.Name = pick("Acorn", "Birch", "acorn", "Ähre", "橡果", "A'corn", "50% off", "a_c")
			b.Status = models.BrandStatuses[random.IntN(len(models.BrandStatuses))]
			b.Country = pick("US", "US", "CA", "DE")
			b.Region, b.CensusRegion = nil, nil
			if b.Country == "US" {
				b.Region = new(pick("NE", "MI", "NY", "TX", "CA"))
				b.CensusRegion = models.CensusRegionOf("US", *b.Region)
			}
			b.Industry = models.Industries[random.IntN(3)]
			b.Size = models.BrandSizes[random.IntN(len(models.BrandSizes))]
			b.JobsBefore, b.JobsNow = int32(random.IntN(4)), int32(random.IntN(4))
			b.AppliedAt = fixture.Start.Add(time.Duration(random.IntN(5)) * time.Hour)
			b.JoinedAt = nil
			if random.IntN(3) > 0 {
				// Microseconds: what the database keeps and a cursor must, too.
				b.JoinedAt = new(fixture.Start.Add(time.Duration(random.IntN(4)) * time.Microsecond))
			}
		})
	}
	return all
}

// less is the order that the schema promises, ties apart.
func less(key brand.SortKey) func(a, b *models.Brand) int {
	last := func(a, b *models.Brand, of func(*models.Brand) *string) int {
		x, y := of(a), of(b)
		switch {
		case x == nil && y == nil:
			return 0
		case x == nil:
			return 1
		case y == nil:
			return -1
		}
		return strings.Compare(*x, *y)
	}
	return func(a, b *models.Brand) int {
		switch key {
		case brand.ByName:
			return strings.Compare(a.Name, b.Name)
		case brand.ByOrigin:
			return cmp.Or(strings.Compare(a.Country, b.Country), last(a, b, func(b *models.Brand) *string { return b.Region }))
		case brand.ByCensusRegion:
			return last(a, b, func(b *models.Brand) *string { return (*string)(b.CensusRegion) })
		case brand.ByIndustry:
			return cmp.Compare(a.Industry, b.Industry)
		case brand.BySize:
			return cmp.Compare(slices.Index(models.BrandSizes, a.Size), slices.Index(models.BrandSizes, b.Size))
		case brand.ByJobsBefore:
			return cmp.Compare(a.JobsBefore, b.JobsBefore)
		case brand.ByJobsNow:
			return cmp.Compare(a.JobsNow, b.JobsNow)
		case brand.ByAppliedAt:
			return a.AppliedAt.Compare(b.AppliedAt)
		default:
			return last(a, b, func(b *models.Brand) *string {
				if b.JoinedAt == nil {
					return nil
				}
				return new(b.JoinedAt.Format("2006-01-02T15:04:05.000000"))
			})
		}
	}
}

// pages reads a list to its end, forwards or backwards, in pages of a size.
func (w *world) pages(t *rapid.T, f brand.Filter, key brand.SortKey, reverse, backwards bool, size int32) []*models.Brand {
	var all []*models.Brand
	args := paging.Args{First: &size}
	if backwards {
		args = paging.Args{Last: &size}
	}
	for {
		c, err := w.brands.Page(w.as(w.operator), f, key, reverse, args)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Edges) > int(size) {
			t.Fatalf("a page of %d has %d rows", size, len(c.Edges))
		}
		if backwards {
			all = append(c.Nodes(), all...)
			if args.Before = c.PageInfo.StartCursor; !c.PageInfo.HasPreviousPage {
				return all
			}
			continue
		}
		all = append(all, c.Nodes()...)
		if args.After = c.PageInfo.EndCursor; !c.PageInfo.HasNextPage {
			return all
		}
	}
}

// Paging through any order and filter, in pages of any size, forwards and
// backwards, gives each row once and in order.
func TestPagesGiveEachBrandOnceInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := w.populate(60)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(sortKeys).Draw(t, "key")
		reverse := rapid.Bool().Draw(t, "reverse")
		f := drawFilter(t)

		got := w.pages(t, f, key, reverse, rapid.Bool().Draw(t, "backwards"), rapid.Int32Range(1, 70).Draw(t, "size"))

		want := map[uuid.UUID]bool{}
		for _, b := range all {
			if matches(f, b) {
				want[b.ID] = true
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		compare := less(key)
		for i, b := range got {
			if !want[b.ID] {
				t.Fatalf("row %d is there twice or should not be", i)
			}
			delete(want, b.ID)
			if i == 0 {
				continue
			}
			if c := compare(got[i-1], b); !reverse && c > 0 || reverse && c < 0 {
				t.Fatalf("row %d is out of order by %s: %+v before %+v", i, key, got[i-1], b)
			}
		}
		c, err := w.brands.Page(w.as(w.operator), f, key, reverse, paging.Args{First: new(int32(0))})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.TotalCount(w.t.Context()); err != nil || n != len(got) {
			t.Fatalf("total %d, want %d, %v", n, len(got), err)
		}
	})
}

func drawFilter(t *rapid.T) brand.Filter {
	var f brand.Filter
	maybe := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) == 0 }
	if maybe("by name") {
		f.Name = rapid.SampledFrom([]string{"corn", "CORN", "ä", "橡", "%", "_", `\`, "'", "zzz"}).Draw(t, "name")
	}
	if maybe("by status") {
		f.Status = rapid.SliceOfN(rapid.SampledFrom(models.BrandStatuses), 0, 3).Draw(t, "status")
	}
	if maybe("by country") {
		f.Country = rapid.SliceOfN(rapid.SampledFrom([]string{"US", "CA", "FR"}), 0, 3).Draw(t, "country")
	}
	if maybe("by region") {
		f.Region = []string{"NE", "TX"}
	}
	if maybe("by census region") {
		f.CensusRegion = []models.CensusRegion{models.Midwest}
	}
	if maybe("by industry") {
		f.Industry = []models.Industry{models.IndustryFood}
	}
	if maybe("by size") {
		f.Size = []models.BrandSize{models.SizeSolo, models.SizeLarge}
	}
	if maybe("by jobs") {
		f.JobsBeforeMin, f.JobsBeforeMax, f.JobsNowMin, f.JobsNowMax = new(int32(1)), new(int32(3)), new(int32(0)), new(int32(2))
	}
	if maybe("by joining") {
		f.JoinedFrom, f.JoinedTo = new(fixture.Start.Add(time.Microsecond)), new(fixture.Start.Add(3*time.Microsecond))
	}
	return f
}

// matches is what the schema promises of each condition.
func matches(f brand.Filter, b *models.Brand) bool {
	within := func(n int32, smallest, largest *int32) bool {
		return (smallest == nil || n >= *smallest) && (largest == nil || n <= *largest)
	}
	return strings.Contains(strings.ToLower(b.Name), strings.ToLower(f.Name)) &&
		(f.Status == nil || slices.Contains(f.Status, b.Status)) &&
		(f.Country == nil || slices.Contains(f.Country, b.Country)) &&
		(f.Region == nil || b.Region != nil && slices.Contains(f.Region, *b.Region)) &&
		(f.CensusRegion == nil || b.CensusRegion != nil && slices.Contains(f.CensusRegion, *b.CensusRegion)) &&
		(f.Industry == nil || slices.Contains(f.Industry, b.Industry)) &&
		(f.Size == nil || slices.Contains(f.Size, b.Size)) &&
		within(b.JobsBefore, f.JobsBeforeMin, f.JobsBeforeMax) && within(b.JobsNow, f.JobsNowMin, f.JobsNowMax) &&
		(f.JoinedFrom == nil || b.JoinedAt != nil && !b.JoinedAt.Before(*f.JoinedFrom)) &&
		(f.JoinedTo == nil || b.JoinedAt != nil && b.JoinedAt.Before(*f.JoinedTo))
}

// Everybody sees ACTIVE brands and the caller's own; operators and reporting
// see all. The others are neither listed nor counted.
func TestListsHoldWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mine *models.Brand
	for _, status := range models.BrandStatuses {
		b := w.brand("b", inStatus(status))
		if status == models.BrandApplied {
			mine = b
		}
	}
	for name, c := range map[string]struct {
		actor *auth.Actor
		want  int
	}{
		"visitor": {auth.Anonymous(), 1}, "shopper": {fixture.Shopper(t, w.db, "Bo"), 1},
		"analyst":  {fixture.Member(t, w.db, mine.ID, models.RoleAnalyst), 2},
		"owner":    {fixture.Member(t, w.db, mine.ID, models.RoleOwner), 2},
		"reporter": {fixture.Reporter(t, w.db), 6}, "operator": {w.operator, 6},
	} {
		p, err := w.brands.Page(w.as(c.actor), brand.Filter{}, brand.ByName, false, paging.Args{})
		if err != nil {
			t.Fatal(err)
		}
		total, err := p.TotalCount(w.as(c.actor))
		if err != nil || len(p.Edges) != c.want || total != c.want {
			t.Errorf("%s: %d listed, %d counted, want %d, %v", name, len(p.Edges), total, c.want, err)
		}
	}
}

// A filter or order on what a caller may not read would tell it all the same.
func TestHiddenValuesCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn")
	one := new(int32(1))
	for _, actor := range []*auth.Actor{
		auth.Anonymous(), fixture.Shopper(t, w.db, "Bo"), fixture.Member(t, w.db, b.ID, models.RoleOwner),
	} {
		for _, f := range []brand.Filter{{JobsBeforeMin: one}, {JobsBeforeMax: one}, {JobsNowMin: one}, {JobsNowMax: one}} {
			_, err := w.brands.Page(w.as(actor), f, brand.ByName, false, paging.Args{})
			wantDenied(t, err)
		}
		for _, key := range []brand.SortKey{brand.ByJobsBefore, brand.ByJobsNow, brand.ByAppliedAt} {
			_, err := w.brands.Page(w.as(actor), brand.Filter{}, key, false, paging.Args{})
			wantDenied(t, err)
		}
	}
	for _, actor := range []*auth.Actor{w.operator, fixture.Reporter(t, w.db)} {
		for _, key := range sortKeys {
			if _, err := w.brands.Page(w.as(actor), brand.Filter{JobsNowMin: one}, key, true, paging.Args{}); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

func TestCursorsBelongToTheirList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.populate(5)
	ctx := w.as(w.operator)
	read := func(f brand.Filter, key brand.SortKey, reverse bool, after *string) (*paging.Connection[models.Brand], error) {
		return w.brands.Page(ctx, f, key, reverse, paging.Args{First: new(int32(2)), After: after})
	}
	first, err := read(brand.Filter{}, brand.ByName, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	cursor := first.PageInfo.EndCursor
	for name, try := range map[string]func() (*paging.Connection[models.Brand], error){
		"another order": func() (*paging.Connection[models.Brand], error) {
			return read(brand.Filter{}, brand.ByOrigin, false, cursor)
		},
		"turned around": func() (*paging.Connection[models.Brand], error) {
			return read(brand.Filter{}, brand.ByName, true, cursor)
		},
		"another filter": func() (*paging.Connection[models.Brand], error) {
			return read(brand.Filter{Name: "a"}, brand.ByName, false, cursor)
		},
		"an unknown order": func() (*paging.Connection[models.Brand], error) { return read(brand.Filter{}, "RANDOM", false, nil) },
		"a long name": func() (*paging.Connection[models.Brand], error) {
			return read(brand.Filter{Name: strings.Repeat("x", 1000)}, brand.ByName, false, nil)
		},
	} {
		_, err := try()
		if _, bad := errors.AsType[*problem.BadInput](err); !bad {
			t.Errorf("%s: %v", name, err)
		}
	}
	// However many values, they are one parameter.
	many := make([]string, 100_000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	if _, err := read(brand.Filter{Region: many}, brand.ByName, false, nil); err != nil {
		t.Error(err)
	}
}
