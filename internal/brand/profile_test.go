package brand_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/models"
)

func account(b *models.Brand) brand.Payout {
	return brand.Payout{
		BrandID: b.ID, Holder: "Ada Lind", BankName: "First Bank", Country: "US", Currency: "USD",
		ProviderToken: "ba_1NxTk2", LastDigits: "4242",
	}
}

func (w *world) submit(ctx context.Context, b *models.Brand, kind models.DocumentKind) *models.BrandDocument {
	w.t.Helper()
	d, err := w.brands.SubmitDocument(ctx, brand.Submission{BrandID: b.ID, Kind: kind, Reference: " file 7 "})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) judge(ctx context.Context, d *models.BrandDocument, v models.DocumentVerdict) *models.BrandDocument {
	w.t.Helper()
	d, err := w.brands.ReviewDocument(ctx, brand.Verdict{
		Document: models.Key{BrandID: d.BrandID, ID: d.ID}, Verdict: v, Note: new("seen"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func TestUpdate(t *testing.T) {
	t.Parallel()

	t.Run("changes what is given and leaves the rest", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b := w.brand("acorn")
		ctx := w.as(fixture.Member(t, w.db, b.ID, models.RoleManager))

		got, err := w.brands.Update(ctx, brand.Change{
			BrandID: b.ID, ExpectedVersion: new(int32(1)), Name: patch.To(" Acorn & Oak "),
			Description: patch.To("关于橡果"), Language: "zh-CN", Website: patch.To("https://acorn.example"),
		})
		if err != nil {
			t.Fatal(err)
		}
		now := w.read(b.ID)
		if now.Name != "Acorn & Oak" || now.Texts["zh-CN"].Description != "关于橡果" || now.Texts["en"] != b.Texts["en"] ||
			*now.Website != "https://acorn.example" || now.Industry != b.Industry || now.ContactConfirmedAt == nil ||
			now.Version != 2 || got.Version != 2 || !now.UpdatedAt.Equal(later) || now.Slug != b.Slug {
			t.Errorf("brand: %+v", now)
		}

		if _, err := w.brands.Update(ctx, brand.Change{
			BrandID: b.ID, Description: patch.Empty[string](), Website: patch.Empty[string](),
			Size: patch.To(models.SizeSmall), Industry: patch.To(models.IndustryToys),
		}); err != nil {
			t.Fatal(err)
		}
		now = w.read(b.ID)
		if _, kept := now.Texts["en"]; kept || now.Website != nil || now.Size != models.SizeSmall || now.Industry != models.IndustryToys {
			t.Errorf("brand: %+v", now)
		}
	})

	t.Run("refuses a version that has passed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b := w.brand("acorn")
		_, err := w.brands.Update(w.as(w.operator), brand.Change{BrandID: b.ID, ExpectedVersion: new(int32(7)), Name: patch.To("Oak")})
		wantRefused(t, err, "input.expectedVersion VERSION_CONFLICT")
		if w.read(b.ID).Name != b.Name {
			t.Error("it was changed")
		}
	})

	t.Run("lets one of many win who expect the same version", func(t *testing.T) {
		t.Parallel()
		w := worldOn(t, dbtest.New(t).Gorm)
		b := w.brand("acorn")
		won, others := race(8, func() error {
			_, err := w.brands.Update(w.as(w.operator), brand.Change{BrandID: b.ID, ExpectedVersion: new(int32(1)), Name: patch.To("Oak")})
			return err
		})
		if won != 1 || others["input.expectedVersion VERSION_CONFLICT"] != 7 || w.read(b.ID).Version != 2 {
			t.Errorf("%d won; others: %v", won, others)
		}
	})

	t.Run("says all that is wrong", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b := w.brand("acorn")
		_, err := w.brands.Update(w.as(w.operator), brand.Change{
			BrandID: b.ID, Name: patch.To(strings.Repeat("x", 121)), Size: patch.To(models.BrandSize("HUGE")),
			Industry: patch.To(models.Industry("?")), Contact: patch.To(brand.Contact{Name: "Bo", Email: "x"}),
		})
		wantRefused(t, err, "input.name TOO_LONG; input.industry INVALID; input.size INVALID; input.contact.email INVALID")
		_, err = w.brands.Update(w.as(w.operator), brand.Change{BrandID: b.ID, Name: patch.Empty[string]()})
		wantRefused(t, err, "input.name REQUIRED")
	})

	t.Run("keeps a bounded number of translations", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b := w.brand("acorn", func(b *models.Brand) {
			for i := range 49 {
				b.Texts[fmt.Sprintf("l%d", i)] = models.BrandText{Description: "?"}
			}
		})
		_, err := w.brands.Update(w.as(w.operator), brand.Change{BrandID: b.ID, Description: patch.To("Miel"), Language: "fr"})
		wantRefused(t, err, "input.language TOO_LONG")
		_, err = w.brands.Update(w.as(w.operator), brand.Change{BrandID: b.ID, Description: patch.To("Honey"), Language: "en"})
		wantRefused(t, err, "")
	})
}

func TestContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn", inStatus(models.BrandInReview))
	ctx := w.as(w.operator)
	update := func(c brand.Contact) {
		t.Helper()
		if _, err := w.brands.Update(ctx, brand.Change{BrandID: b.ID, Contact: patch.To(c)}); err != nil {
			t.Fatal(err)
		}
	}

	update(brand.Contact{Name: "Ada Lind", Email: *b.ContactEmail})
	if w.read(b.ID).ContactConfirmedAt == nil {
		t.Error("the same contact must be confirmed again")
	}
	update(brand.Contact{Name: "Bo Lind", Email: *b.ContactEmail})
	if w.read(b.ID).ContactConfirmedAt != nil {
		t.Error("another contact counts as confirmed")
	}
	read := w.read(b.ID).Version
	update(brand.Contact{Name: "Cy Lind", Email: *b.ContactEmail})
	_, err := w.brands.ConfirmContact(ctx, b.ID, &read)
	wantRefused(t, err, "input.expectedVersion VERSION_CONFLICT")
	confirmed, err := w.brands.ConfirmContact(ctx, b.ID, nil)
	if err != nil || !confirmed.ContactConfirmedAt.Equal(later) {
		t.Fatalf("%+v, %v", confirmed, err)
	}
	again, err := w.brands.ConfirmContact(ctx, b.ID, nil)
	if err != nil || again.Version != confirmed.Version {
		t.Errorf("confirmed twice: %+v, %v", again, err)
	}
	_, err = w.brands.ConfirmContact(w.as(fixture.Member(t, w.db, b.ID, models.RoleOwner)), b.ID, nil)
	wantDenied(t, err)

	without := w.brand("birch", func(b *models.Brand) { b.ContactName, b.ContactEmail = nil, nil })
	_, err = w.brands.ConfirmContact(ctx, without.ID, nil)
	wantRefused(t, err, "input.brandId INCOMPLETE")
}

func TestPayoutAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn")
	owner := w.as(fixture.Member(t, w.db, b.ID, models.RoleOwner))

	for _, bank := range []string{"First Bank", "Second Bank"} {
		p := account(b)
		p.BankName = bank
		if _, err := w.brands.SetPayout(owner, p); err != nil {
			t.Fatal(err)
		}
	}
	accounts, err := w.brands.Payouts(owner, ids(b))
	if err != nil || len(accounts) != 1 || accounts[0].BankName != "Second Bank" || accounts[0].ProviderToken != "ba_1NxTk2" {
		t.Errorf("accounts: %+v, %v", accounts, err)
	}

	_, err = w.brands.SetPayout(w.as(fixture.Member(t, w.db, b.ID, models.RoleManager)), account(b))
	wantDenied(t, err)
	if hidden, err := w.brands.Payouts(w.as(fixture.Member(t, w.db, b.ID, models.RoleStaff)), ids(b)); err != nil || len(hidden) > 0 {
		t.Errorf("staff read %v, %v", hidden, err)
	}

	for token, want := range map[string]string{
		"DE89 3704 0044 0532 0130 00": "input.providerToken NOT_ALLOWED", "000123456789": "input.providerToken NOT_ALLOWED",
		"": "input.providerToken REQUIRED", "ba 1": "input.providerToken INVALID", strings.Repeat("t", 201): "input.providerToken TOO_LONG",
	} {
		p := account(b)
		p.ProviderToken = token
		_, err := w.brands.SetPayout(owner, p)
		wantRefused(t, err, want)
	}
	_, err = w.brands.SetPayout(owner, brand.Payout{BrandID: b.ID, ProviderToken: "t", LastDigits: "12345"})
	wantRefused(t, err, "input.holder REQUIRED; input.bankName REQUIRED; input.country INVALID; input.currency INVALID; input.lastDigits INVALID")
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn", inStatus(models.BrandInReview))
	owner, reviewer := w.as(fixture.Member(t, w.db, b.ID, models.RoleOwner)), w.as(w.operator)

	first := w.submit(owner, b, models.DocTaxID)
	if first.Reference != "file 7" || first.Verdict != models.VerdictPending {
		t.Errorf("document: %+v", first)
	}
	judged := w.judge(reviewer, first, models.VerdictAccepted)
	if judged.Verdict != models.VerdictAccepted || *judged.Note != "seen" || *judged.ReviewedBy != w.operator.Account.ID ||
		!judged.ReviewedAt.Equal(later) || judged.Kind != models.DocTaxID {
		t.Errorf("judged: %+v", judged)
	}

	second := w.submit(owner, b, models.DocTaxID)
	documents, err := w.brands.Documents(owner, ids(b))
	if err != nil || len(documents) != 1 || documents[0].ID != second.ID || documents[0].Verdict != models.VerdictPending {
		t.Fatalf("documents: %+v, %v", documents, err)
	}
	// A verdict on what has been replaced finds nothing to fall on.
	verdict := brand.Verdict{Document: models.Key{BrandID: b.ID, ID: first.ID}, Verdict: models.VerdictAccepted}
	_, err = w.brands.ReviewDocument(reviewer, verdict)
	wantRefused(t, err, "input.documentId NOT_FOUND")

	verdict.Document.ID = second.ID
	_, err = w.brands.ReviewDocument(owner, verdict)
	wantDenied(t, err)
	verdict.Verdict = models.VerdictRefused
	_, err = w.brands.ReviewDocument(reviewer, verdict)
	wantRefused(t, err, "input.note REQUIRED")
	verdict.Verdict = models.VerdictPending
	_, err = w.brands.ReviewDocument(reviewer, verdict)
	wantRefused(t, err, "input.verdict INVALID")
	_, err = w.brands.SubmitDocument(owner, brand.Submission{BrandID: b.ID, Kind: "PASSPORT", Reference: strings.Repeat("x", 501)})
	wantRefused(t, err, "input.kind INVALID; input.reference TOO_LONG")

	stranger := w.brand("birch")
	if seen, err := w.brands.DocumentsByKeys(w.as(fixture.Member(t, w.db, stranger.ID, models.RoleOwner)),
		[]models.Key{{BrandID: b.ID, ID: second.ID}}); err != nil || len(seen) > 0 {
		t.Errorf("another brand's owner reads %v, %v", seen, err)
	}
}

func TestJobsKeepTheirHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.brand("acorn")
	ctx := w.as(fixture.Member(t, w.db, b.ID, models.RoleOwner))
	for i := range 3 {
		service := brand.NewService(w.db, func() time.Time { return later.Add(time.Duration(i) * time.Hour) })
		report := brand.JobsReport{BrandID: b.ID, Jobs: int32(10 + i), Note: new("harvest")}
		if _, err := service.ReportJobs(ctx, report); err != nil {
			t.Fatal(err)
		}
	}
	history, err := w.brands.JobsHistory(ctx, ids(b))
	if err != nil || len(history) != 3 || history[0].Jobs != 12 || history[2].Jobs != 10 || *history[0].Note != "harvest" {
		t.Errorf("history: %+v, %v", history, err)
	}
	if now := w.read(b.ID); now.JobsNow != 12 || now.JobsBefore != b.JobsBefore {
		t.Errorf("jobs: %d before, %d now", now.JobsBefore, now.JobsNow)
	}
	for jobs, want := range map[int32]string{-1: "input.jobs OUT_OF_RANGE", 1_000_001: "input.jobs OUT_OF_RANGE"} {
		_, err := w.brands.ReportJobs(ctx, brand.JobsReport{BrandID: b.ID, Jobs: jobs})
		wantRefused(t, err, want)
	}
}

// What has ended takes no change any more; what is suspended may put itself right.
func TestEndedBrandsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.as(w.operator)
	for _, status := range models.BrandStatuses {
		b := w.brand(strings.ToLower(string(status)), inStatus(status))
		document := &models.BrandDocument{
			BrandID: b.ID, ID: fixture.ID(), Kind: models.DocTrademark, Reference: "file", Verdict: models.VerdictPending,
			SubmittedAt: fixture.Start,
		}
		fixture.Create(t, w.db, document)
		_, update := w.brands.Update(ctx, brand.Change{BrandID: b.ID, Name: patch.To("Oak")})
		_, jobs := w.brands.ReportJobs(ctx, brand.JobsReport{BrandID: b.ID, Jobs: 1})
		_, payout := w.brands.SetPayout(ctx, account(b))
		_, contact := w.brands.ConfirmContact(ctx, b.ID, nil)
		_, submit := w.brands.SubmitDocument(ctx, brand.Submission{BrandID: b.ID, Kind: models.DocTaxID, Reference: "7"})
		_, judge := w.brands.ReviewDocument(ctx, brand.Verdict{
			Document: models.Key{BrandID: b.ID, ID: document.ID}, Verdict: models.VerdictAccepted,
		})
		for i, err := range []error{judge, update, jobs, payout, contact, submit} {
			want := ""
			if status == models.BrandClosed || status == models.BrandRejected {
				want = "input.brandId CONFLICT"
				if i == 0 {
					want = "input.documentId CONFLICT"
				}
			} else if err != nil {
				t.Errorf("%s: %v", status, err)
			}
			wantRefused(t, err, want)
		}
	}
}

// Histories of many brands are read at once, each for those who may read it.
func TestHistoriesAreForThoseWhoMayReadThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, other := w.brand("acorn"), w.brand("birch")
	for _, b := range []*models.Brand{mine, other} {
		for range 102 {
			fixture.Create(t, w.db, &models.BrandJobReport{BrandID: b.ID, ID: fixture.ID(), Jobs: 1, ReportedAt: fixture.Start})
		}
	}
	for name, c := range map[string]struct {
		actor *auth.Actor
		want  int
	}{
		"analyst": {fixture.Member(t, w.db, mine.ID, models.RoleAnalyst), 100}, "operator": {w.operator, 200},
		"reporter": {fixture.Reporter(t, w.db), 200}, "visitor": {auth.Anonymous(), 0},
	} {
		got, err := w.brands.JobsHistory(w.as(c.actor), ids(mine, other))
		if err != nil || len(got) != c.want {
			t.Errorf("%s reads %d reports, want %d, %v", name, len(got), c.want, err)
		}
	}
}
