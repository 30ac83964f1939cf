package brand_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

var moves = []brand.Move{brand.StartReview, brand.Approve, brand.Reject, brand.Suspend, brand.Reinstate, brand.Close}

// leads is what the schema promises: where each move leads from where. What is
// not here is refused.
var leads = map[models.BrandStatus]map[brand.Move]models.BrandStatus{
	models.BrandApplied:   {brand.StartReview: models.BrandInReview, brand.Reject: models.BrandRejected},
	models.BrandInReview:  {brand.Approve: models.BrandActive, brand.Reject: models.BrandRejected},
	models.BrandActive:    {brand.Suspend: models.BrandSuspended, brand.Close: models.BrandClosed},
	models.BrandSuspended: {brand.Reinstate: models.BrandActive, brand.Close: models.BrandClosed},
	models.BrandClosed:    {},
	models.BrandRejected:  {},
}

var events = map[brand.Move]string{
	brand.StartReview: "brand.review_started", brand.Approve: "brand.approved", brand.Reject: "brand.rejected",
	brand.Suspend: "brand.suspended", brand.Reinstate: "brand.reinstated", brand.Close: "brand.closed",
}

// Every move from every status: it leads where it should, with its history,
// event and reason, or it is refused and changes nothing.
func TestEveryMoveFromEveryStatus(t *testing.T) {
	t.Parallel()
	for _, from := range models.BrandStatuses {
		for _, move := range moves {
			t.Run(string(from)+"/"+string(move), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				b := w.brand("acorn", inStatus(from))
				w.complete(b)
				before := w.read(b.ID)

				got, err := w.brands.Move(w.as(w.operator), move, b.ID, new("because"))

				to, allowed := leads[from][move]
				if !allowed {
					wantRefused(t, err, "input.brandId CONFLICT")
					if got != nil || w.read(b.ID).Version != before.Version || w.events(b.ID) != "" {
						t.Error("a refused move left something behind")
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				now := w.read(b.ID)
				if now.Status != to || got.Status != to || now.Version != before.Version+1 || got.Version != now.Version {
					t.Errorf("is %s at version %d, want %s", now.Status, now.Version, to)
				}
				if w.events(b.ID) != events[move] {
					t.Errorf("events: %s, want %s", w.events(b.ID), events[move])
				}
				told := move == brand.Reject || move == brand.Suspend || move == brand.Close
				if told != (now.StatusReason != nil) {
					t.Errorf("reason shown: %v", now.StatusReason)
				}
				history, err := w.brands.Transitions(w.as(w.operator), ids(b))
				if err != nil || len(history) != 1 {
					t.Fatalf("history: %v, %v", history, err)
				}
				if h := history[0]; *h.FromStatus != from || h.ToStatus != to || *h.Reason != "because" ||
					*h.ActorID != w.operator.Account.ID || !h.RecordedAt.Equal(later) {
					t.Errorf("history: %+v", h)
				}
			})
		}
	}
}

func TestMovesAskForTheirReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn")
	for _, reason := range []*string{nil, new(""), new(" \n ")} {
		_, err := w.brands.Move(w.as(w.operator), brand.Suspend, b.ID, reason)
		wantRefused(t, err, "input.reason REQUIRED")
	}
	_, err := w.brands.Move(w.as(w.operator), brand.Suspend, b.ID, new(strings.Repeat("x", 1001)))
	wantRefused(t, err, "input.reason TOO_LONG")
}

// A brand becomes ACTIVE, for the first time or again, only with everything a
// reviewer asks for; what is missing is named one by one.
func TestActiveNeedsEverything(t *testing.T) {
	t.Parallel()
	for from, move := range map[models.BrandStatus]brand.Move{
		models.BrandInReview: brand.Approve, models.BrandSuspended: brand.Reinstate,
	} {
		w := newWorld(t)
		b := w.brand("acorn", inStatus(from), func(b *models.Brand) { b.ContactConfirmedAt = nil })
		ctx := w.as(w.operator)
		owner := w.as(fixture.Member(t, w.db, b.ID, models.RoleOwner))
		missing := func(want ...string) {
			t.Helper()
			blockers, err := w.brands.Blockers(owner, []*models.Brand{w.read(b.ID)})
			if err != nil {
				t.Fatal(err)
			}
			var codes, messages []string
			for _, blocker := range blockers[b.ID] {
				codes, messages = append(codes, blocker.Code), append(messages, "input.brandId: "+blocker.Message)
			}
			if got := strings.Join(codes, " "); got != strings.Join(want, " ") {
				t.Errorf("blockers: %s, want %v", got, want)
			}
			if len(want) == 0 {
				return
			}
			_, err = w.brands.Move(ctx, move, b.ID, nil)
			if err == nil || err.Error() != strings.Join(messages, "; ") ||
				refusals(err) != strings.TrimSuffix(strings.Repeat("input.brandId INCOMPLETE; ", len(want)), "; ") {
				t.Errorf("refused with %v, want one refusal for each of %v", err, messages)
			}
		}

		missing("CONTACT_UNCONFIRMED", "PAYOUT_ACCOUNT_MISSING", "BUSINESS_REGISTRATION_MISSING", "TAX_ID_MISSING")
		if _, err := w.brands.ConfirmContact(ctx, b.ID, nil); err != nil {
			t.Fatal(err)
		}
		missing("PAYOUT_ACCOUNT_MISSING", "BUSINESS_REGISTRATION_MISSING", "TAX_ID_MISSING")
		if _, err := w.brands.SetPayout(owner, account(b)); err != nil {
			t.Fatal(err)
		}
		missing("BUSINESS_REGISTRATION_MISSING", "TAX_ID_MISSING")
		registration := w.submit(owner, b, models.DocBusinessRegistration)
		tax := w.submit(owner, b, models.DocTaxID)
		missing("BUSINESS_REGISTRATION_PENDING", "TAX_ID_PENDING")
		w.judge(ctx, registration, models.VerdictAccepted)
		w.judge(ctx, tax, models.VerdictRefused)
		missing("TAX_ID_REFUSED")
		w.judge(ctx, w.submit(owner, b, models.DocTaxID), models.VerdictAccepted)
		missing()
		if _, err := w.brands.Move(ctx, move, b.ID, nil); err != nil {
			t.Errorf("%s with nothing missing: %v", move, err)
		}
	}
}

func TestChecklistsDifferByCountry(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]int{"US": 2, "DE": 3, "CN": 4} {
		if got := len(brand.Checklist(country)); got != want {
			t.Errorf("%s: %d documents, want %d", country, got, want)
		}
	}
}

func TestJoinedAtIsTheFirstTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.as(w.operator)
	b := w.brand("acorn", inStatus(models.BrandInReview))
	w.complete(b)
	if _, err := w.brands.Move(ctx, brand.Approve, b.ID, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.read(b.ID).JoinedAt; got == nil || !got.Equal(later) {
		t.Fatalf("joined at %v", got)
	}

	again := brand.NewService(w.db, func() time.Time { return later.Add(time.Hour) })
	if _, err := again.Move(ctx, brand.Suspend, b.ID, new("late shipments")); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Move(ctx, brand.Reinstate, b.ID, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.read(b.ID); !got.JoinedAt.Equal(later) || got.StatusReason != nil {
		t.Errorf("joined at %v, reason %v", got.JoinedAt, got.StatusReason)
	}
}

func TestSuspendingHidesAndClosingEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.as(w.operator)
	b := w.brand("acorn")
	w.complete(b)
	shop := fixture.Storefront(t, w.db, b, "acorn-cn")
	fixture.Storefront(t, w.db, b, "acorn-jp", func(s *models.Storefront) {
		s.Country, s.Status, s.Visible = "JP", models.StorefrontDraft, false
	})
	fixture.Sell(t, w.db, shop, "honey", 5, 1200)
	stands := func(want models.StorefrontStatus, wantVisible bool) {
		t.Helper()
		var s models.Storefront
		if err := w.db.Where("brand_id = ? and id = ?", b.ID, shop.ID).Take(&s).Error; err != nil {
			t.Fatal(err)
		}
		if s.Status != want || s.Visible != wantVisible || (s.ClosedAt != nil) != (want == models.StorefrontClosed) {
			t.Errorf("storefront: %+v", s)
		}
		var listed int64
		err := w.db.Table("listings").Where("brand_id = ? and visible_from is not null", b.ID).Count(&listed).Error
		if err != nil || (listed == 1) != wantVisible {
			t.Errorf("%d listings can be read, %v", listed, err)
		}
	}

	if _, err := w.brands.Move(ctx, brand.Suspend, b.ID, new("late shipments")); err != nil {
		t.Fatal(err)
	}
	stands(models.StorefrontOpen, false)
	if _, err := w.brands.Move(ctx, brand.Reinstate, b.ID, nil); err != nil {
		t.Fatal(err)
	}
	stands(models.StorefrontOpen, true)
	if _, err := w.brands.Move(ctx, brand.Close, b.ID, new("retired")); err != nil {
		t.Fatal(err)
	}
	stands(models.StorefrontClosed, false)

	var left int64
	err := w.db.Table("storefronts").Where("brand_id = ? and (status <> 'CLOSED' or is_primary)", b.ID).Count(&left).Error
	if err != nil || left != 0 {
		t.Errorf("%d storefronts go on, %v", left, err)
	}
	want := "brand.suspended brand.reinstated storefront.closed storefront.closed brand.closed"
	if got := w.events(b.ID); got != want {
		t.Errorf("events: %s, want %s", got, want)
	}
}

// Of many reviewers who approve at the same time, one does it.
func TestApprovedOnce(t *testing.T) {
	t.Parallel()
	w := worldOn(t, dbtest.New(t).Gorm)
	b := w.brand("acorn", inStatus(models.BrandInReview))
	w.complete(b)
	const reviewers = 8
	won, others := race(reviewers, func() error {
		_, err := w.brands.Move(w.as(w.operator), brand.Approve, b.ID, nil)
		return err
	})
	if won != 1 || others["input.brandId CONFLICT"] != reviewers-1 {
		t.Errorf("%d won; others: %v", won, others)
	}
	history, err := w.brands.Transitions(w.as(w.operator), ids(b))
	if err != nil || len(history) != 1 || w.events(b.ID) != "brand.approved" || w.read(b.ID).Version != 2 {
		t.Errorf("history %v, events %s, %v", history, w.events(b.ID), err)
	}
}

// race runs fn so many times at once and counts who won, and the others by their refusals.
func race(n int, fn func() error) (won int, others map[string]int) {
	var (
		group sync.WaitGroup
		mutex sync.Mutex
	)
	others = map[string]int{}
	start := make(chan struct{})
	for range n {
		group.Go(func() {
			<-start
			err := fn()
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
	return won, others
}

func TestWhoMayMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn")
	other := w.brand("birch")
	w.complete(b)
	owner := fixture.Member(t, w.db, b.ID, models.RoleOwner)
	manager := fixture.Member(t, w.db, b.ID, models.RoleManager)
	stranger := fixture.Member(t, w.db, other.ID, models.RoleOwner)

	for name, actor := range map[string]*auth.Actor{
		"visitor": auth.Anonymous(), "shopper": fixture.Shopper(t, w.db, "Bo"), "reporter": fixture.Reporter(t, w.db),
		"manager": manager, "owner": owner, "stranger": stranger,
	} {
		for _, move := range moves[:5] {
			if _, err := w.brands.Move(w.as(actor), move, b.ID, new("because")); err == nil {
				t.Errorf("a %s made the move: %s", name, move)
			} else {
				wantDenied(t, err)
			}
		}
	}
	_, err := w.brands.Move(w.as(manager), brand.Close, b.ID, new("because"))
	wantDenied(t, err)
	_, err = w.brands.Move(w.as(stranger), brand.Close, b.ID, new("because"))
	wantRefused(t, err, "input.brandId NOT_FOUND")
	_, err = w.brands.Move(w.as(w.operator), brand.Close, fixture.ID(), new("because"))
	wantRefused(t, err, "input.brandId NOT_FOUND")
	if _, err := w.brands.Move(w.as(owner), brand.Close, b.ID, new("retired")); err != nil {
		t.Errorf("its owner could not close it: %v", err)
	}
}
