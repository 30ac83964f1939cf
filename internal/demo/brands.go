package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/models"
)

// Issuer is the issuer of the demonstration's accounts; nobody signs in by it.
const Issuer = "demonstration"

// foreign are the brands that also sell in Singapore.
var foreign = map[string]bool{
	"platte-valley-honey": true, "eight-mile-denim": true, "hudson-botanica": true, "kona-cloud-coffee": true,
}

// brandRows are the rows of one brand before it sold anything.
type brandRows struct {
	owner       models.Account
	brand       models.Brand
	membership  models.Membership
	documents   []models.BrandDocument
	payout      models.PayoutAccount
	jobs        []models.BrandJobReport
	transitions []models.BrandTransition
	fronts      []models.Storefront
	warehouses  []models.Warehouse
}

func (w *world) admit(m *maker) *brandRows {
	joined := w.today.AddDate(0, -m.joined, -4).Add(9 * time.Hour)
	applied := joined.AddDate(0, 0, -10-w.random.IntN(20))
	contact, email, owner := "Owner of "+m.name, "hello@"+m.slug+".example", m.name+" owner"
	website, phone := "https://"+m.slug+".example/", "+1 555 0100"
	ownerID := w.id(applied)
	r := &brandRows{owner: models.Account{
		ID: ownerID, Handle: handle(ownerID), Issuer: Issuer, Subject: m.slug, Name: &owner, Email: &email, CreatedAt: applied,
	}}
	r.brand = models.Brand{
		ID: w.id(applied), Slug: m.slug, Name: m.name, DefaultLanguage: "en",
		Texts:  models.Texts[models.BrandText]{"en": {Description: m.english}, "zh-CN": {Description: m.story}},
		Status: models.BrandActive, Country: "US", Region: &m.state, CensusRegion: models.CensusRegionOf("US", m.state),
		Industry: m.industry, Size: m.size, Website: &website, ContactName: &contact, ContactEmail: &email, ContactPhone: &phone,
		ContactConfirmedAt: &joined, JobsBefore: m.jobsBefore, JobsNow: m.jobs, AppliedAt: applied, JoinedAt: &joined,
		Version: 1, CreatedAt: applied, UpdatedAt: joined,
	}
	brand := r.brand.ID
	r.membership = models.Membership{BrandID: brand, AccountID: r.owner.ID, Role: models.RoleOwner, CreatedAt: applied}
	for i, kind := range []models.DocumentKind{models.DocBusinessRegistration, models.DocTaxID, models.DocOwnerIdentity} {
		r.documents = append(r.documents, models.BrandDocument{
			BrandID: brand, ID: w.id(applied), Kind: kind, Reference: fmt.Sprintf("file %s/%d", m.slug, i+1),
			Verdict: models.VerdictAccepted, SubmittedAt: applied, ReviewedAt: &joined,
		})
	}
	r.payout = models.PayoutAccount{
		BrandID: brand, ID: w.id(applied), Holder: m.name, BankName: "First Bank of " + m.state, Country: "US", Currency: "USD",
		ProviderToken: "sandbox-" + m.slug, LastDigits: fmt.Sprintf("%04d", w.random.IntN(10000)), CreatedAt: applied, UpdatedAt: applied,
	}
	for i, jobs := range []int32{m.jobsBefore, (m.jobsBefore + m.jobs) / 2, m.jobs} {
		at := applied.Add(time.Duration(i) * w.today.Sub(applied) / 3)
		r.jobs = append(r.jobs, models.BrandJobReport{BrandID: brand, ID: w.id(at), Jobs: jobs, ReportedBy: &r.owner.ID, ReportedAt: at})
	}
	applies, reviews := models.BrandApplied, models.BrandInReview
	r.transitions = []models.BrandTransition{
		{BrandID: brand, ID: w.id(applied), ToStatus: models.BrandApplied, ActorID: &r.owner.ID, RecordedAt: applied},
		{BrandID: brand, ID: w.id(applied), FromStatus: &applies, ToStatus: models.BrandInReview, RecordedAt: applied.AddDate(0, 0, 2)},
		{BrandID: brand, ID: w.id(joined), FromStatus: &reviews, ToStatus: models.BrandActive, RecordedAt: joined},
	}
	r.fronts = append(r.fronts, w.front(m, &r.brand, "CN", "CNY", "zh-CN", "en"))
	if foreign[m.slug] {
		r.fronts = append(r.fronts, w.front(m, &r.brand, "SG", "SGD", "en", "zh-CN"))
	}
	r.warehouses = []models.Warehouse{{
		BrandID: brand, ID: w.id(joined), Code: "ORIGIN", Name: m.name + ", " + m.state, Kind: models.OriginWarehouse, Country: "US",
		Region: &m.state, Active: true, Version: 1, CreatedAt: joined, UpdatedAt: joined,
	}}
	return r
}

func (w *world) front(m *maker, brand *models.Brand, country, currency string, languages ...string) models.Storefront {
	opened := brand.JoinedAt.AddDate(0, 0, 1)
	return models.Storefront{
		BrandID: brand.ID, ID: w.id(opened), Slug: m.slug + "-" + strings.ToLower(country), Name: m.name,
		Texts: models.Texts[models.StorefrontText]{
			"en": {Name: m.name, Description: m.english}, "zh-CN": {Name: m.name, Description: m.story},
		},
		Country: country, Currency: currency, Languages: languages, PaymentMethods: models.StringList{"CARD", "ALIPAY", "WECHAT_PAY"},
		Status: models.StorefrontOpen, IsPrimary: true, OpenedAt: &opened, Version: 1, CreatedAt: opened, UpdatedAt: opened,
	}
}
