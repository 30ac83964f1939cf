package brand_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func honeyFarm() brand.Application {
	return brand.Application{
		Name: " Prairie Gold Honey ", Description: new("Raw honey.\r\nFrom clover."), Country: "US", Region: new("NE"),
		Industry: models.IndustryFarming, Size: models.SizeMicro, Website: new("https://prairie.example"),
		Contact: brand.Contact{Name: "Ada Lind", Email: "ada@prairie.example", Phone: new("+1 (402) 555-0100")}, Jobs: 4,
	}
}

func TestApply(t *testing.T) {
	t.Parallel()

	t.Run("makes the applicant the owner", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		ada := fixture.Shopper(t, w.db, "Ada")

		b, err := w.brands.Apply(w.as(ada), honeyFarm())
		if err != nil {
			t.Fatal(err)
		}

		if !ada.HoldsFor(auth.BrandOwn, b.ID) {
			t.Error("the applicant does not own the brand at once")
		}
		var m models.Membership
		if err := w.db.Where("brand_id = ?", b.ID).Take(&m).Error; err != nil || m.AccountID != ada.Account.ID || m.Role != models.RoleOwner {
			t.Errorf("membership %+v, %v", m, err)
		}
		got := w.read(b.ID)
		if got.Status != models.BrandApplied || got.Slug != "prairie-gold-honey" || got.Name != "Prairie Gold Honey" ||
			*got.CensusRegion != models.Midwest || got.JobsBefore != 4 || got.JobsNow != 4 || got.JoinedAt != nil ||
			!got.AppliedAt.Equal(later) || *got.ContactPhone != "+14025550100" || got.ContactConfirmedAt != nil ||
			got.Texts["en"].Description != "Raw honey.\nFrom clover." || got.Version != 1 {
			t.Errorf("brand: %+v", got)
		}
		if got := w.events(b.ID); got != "brand.applied" {
			t.Errorf("events: %s", got)
		}
		moves, err := w.brands.Transitions(w.as(ada), ids(b))
		if err != nil || len(moves) != 1 || moves[0].FromStatus != nil || moves[0].ToStatus != models.BrandApplied ||
			*moves[0].ActorID != ada.Account.ID {
			t.Errorf("history: %+v, %v", moves, err)
		}
		jobs, err := w.brands.JobsHistory(w.as(ada), ids(b))
		if err != nil || len(jobs) != 1 || jobs[0].Jobs != 4 {
			t.Errorf("jobs: %+v, %v", jobs, err)
		}
	})

	t.Run("needs a sign-in", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_, err := w.brands.Apply(t.Context(), honeyFarm())
		wantDenied(t, err)
	})

	t.Run("works without an owner for the program itself", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b, err := w.brands.Apply(w.as(auth.System()), honeyFarm())
		if err != nil {
			t.Fatal(err)
		}
		if m, err := w.brands.Members(w.as(w.operator), ids(b)); err != nil || len(m) != 0 {
			t.Errorf("members: %v, %v", m, err)
		}
	})

	t.Run("refuses a slug that somebody has", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		fixture.Brand(t, w.db, "prairie-gold-honey")
		_, err := w.brands.Apply(w.as(fixture.Shopper(t, w.db, "Ada")), honeyFarm())
		wantRefused(t, err, "input.slug TAKEN")
	})
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.as(fixture.Shopper(t, w.db, "Ada"))
	cases := map[string]struct {
		change func(*brand.Application)
		want   string
	}{
		"no name":                 {func(a *brand.Application) { a.Name = "  " }, "input.name REQUIRED"},
		"one letter":              {func(a *brand.Application) { a.Name = "A"; a.Slug = new("abc") }, "input.name INVALID"},
		"a long name":             {func(a *brand.Application) { a.Name = strings.Repeat("x", 121) }, "input.name TOO_LONG"},
		"two lines of name":       {func(a *brand.Application) { a.Name = "Prairie\nGold" }, "input.name INVALID"},
		"a Chinese name alone":    {func(a *brand.Application) { a.Name = "草原蜂蜜" }, "input.slug REQUIRED"},
		"a short slug":            {func(a *brand.Application) { a.Slug = new("ab") }, "input.slug INVALID"},
		"a slug with a space":     {func(a *brand.Application) { a.Slug = new("a b c") }, "input.slug INVALID"},
		"an empty slug":           {func(a *brand.Application) { a.Slug = new("") }, "input.slug REQUIRED"},
		"a long description":      {func(a *brand.Application) { a.Description = new(strings.Repeat("蜜", 5001)) }, "input.description TOO_LONG"},
		"no state":                {func(a *brand.Application) { a.Region = nil }, "input.region REQUIRED"},
		"an empty state":          {func(a *brand.Application) { a.Region = new("") }, "input.region REQUIRED"},
		"a Canadian province":     {func(a *brand.Application) { a.Region = new("ON") }, "input.region INVALID"},
		"no country":              {func(a *brand.Application) { a.Country = "" }, "input.country INVALID"},
		"an unknown industry":     {func(a *brand.Application) { a.Industry = "MINING" }, "input.industry INVALID"},
		"an unknown size":         {func(a *brand.Application) { a.Size = "" }, "input.size INVALID"},
		"fewer than no jobs":      {func(a *brand.Application) { a.Jobs = -1 }, "input.jobs OUT_OF_RANGE"},
		"too many jobs":           {func(a *brand.Application) { a.Jobs = 1_000_001 }, "input.jobs OUT_OF_RANGE"},
		"nobody to talk to":       {func(a *brand.Application) { a.Contact = brand.Contact{} }, "input.contact.name REQUIRED; input.contact.email REQUIRED"},
		"no e-mail address":       {func(a *brand.Application) { a.Contact.Email = "ada" }, "input.contact.email INVALID"},
		"a name in the address":   {func(a *brand.Application) { a.Contact.Email = "Ada <ada@prairie.example>" }, "input.contact.email INVALID"},
		"an address without host": {func(a *brand.Application) { a.Contact.Email = "ada@localhost" }, "input.contact.email INVALID"},
		"a local number":          {func(a *brand.Application) { a.Contact.Phone = new("402 555 0100") }, "input.contact.phone INVALID"},
		"words for a number":      {func(a *brand.Application) { a.Contact.Phone = new("+1 call me") }, "input.contact.phone INVALID"},
		"everything at once": {func(a *brand.Application) { a.Name, a.Region, a.Jobs, a.Contact.Email = "", nil, -1, "?" },
			"input.name REQUIRED; input.region REQUIRED; input.contact.email INVALID; input.jobs OUT_OF_RANGE"},
	}
	for name, c := range cases {
		a := honeyFarm()
		c.change(&a)
		_, err := w.brands.Apply(ctx, a)
		if got := refusals(err); got != c.want {
			t.Errorf("%s: refused %q (%v), want %q", name, got, err, c.want)
		}
	}
	var n int64
	if err := w.db.Model(&models.Brand{}).Count(&n).Error; err != nil || n != 0 {
		t.Errorf("%d brands were written, %v", n, err)
	}
}

func TestApplyTakesPlacesOutsideTheUnitedStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := honeyFarm()
	a.Country, a.Region, a.Contact.Phone, a.Website, a.Description = "DE", new("NE"), new(" "), nil, nil
	b, err := w.brands.Apply(w.as(fixture.Shopper(t, w.db, "Ada")), a)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.read(b.ID); got.CensusRegion != nil || got.ContactPhone != nil || len(got.Texts) != 0 {
		t.Errorf("brand: %+v", got)
	}
}

// Of many who want one slug at the same time, one gets it and the others leave nothing behind.
func TestOneSlugHasOneBrand(t *testing.T) {
	t.Parallel()
	w := worldOn(t, dbtest.New(t).Gorm)
	const applicants = 8
	var (
		group  sync.WaitGroup
		mutex  sync.Mutex
		won    int
		others = map[string]int{}
	)
	start := make(chan struct{})
	for range applicants {
		ctx := w.as(fixture.Shopper(t, w.db, "Ada"))
		group.Go(func() {
			<-start
			_, err := w.brands.Apply(ctx, honeyFarm())
			mutex.Lock()
			defer mutex.Unlock()
			if err == nil {
				won++
			} else {
				others[refusals(err)]++
			}
		})
	}
	close(start)
	group.Wait()

	if won != 1 || others["input.slug TAKEN"] != applicants-1 {
		t.Errorf("%d won; others: %v", won, others)
	}
	for table, want := range map[string]int64{"brands": 1, "brand_slugs": 1} {
		var n int64
		if err := w.db.Table(table).Count(&n).Error; err != nil || n != want {
			t.Errorf("%s: %d rows, %v", table, n, err)
		}
	}
}
