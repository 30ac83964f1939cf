package brand

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/slug"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of what a brand says.
const (
	slugMin, slugMax = 3, 60
	nameMin, nameMax = 2, 120
	proseMax         = 5000
	noteMax          = 1000
	websiteMax       = 2000
	jobsMax          = 1_000_000
)

// Application asks for admission to the marketplace.
type Application struct {
	Name string
	// Slug is made from the name where nil.
	Slug        *string
	Description *string
	// Language of the description, and the brand's own.
	Language string
	Country  string
	Region   *string
	Industry models.Industry
	Size     models.BrandSize
	Website  *string
	Contact  Contact
	Jobs     int32
}

// Validate gives the application in the form that is kept, or all that is wrong with it.
func (a Application) Validate() (Application, error) {
	var refused problem.List
	a.Name = refused.Line("input.name", a.Name, nameMin, nameMax)
	a.slug(&refused)
	if a.Description != nil {
		text := refused.Lines("input.description", *a.Description, 0, proseMax)
		a.Description = models.Optional(text)
	}
	if a.Language == "" {
		a.Language = "en"
	}
	a.origin(&refused)
	checkKind(&refused, &a.Industry, &a.Size)
	checkWebsite(&refused, a.Website)
	a.Contact = a.Contact.check(&refused)
	refused.Number("input.jobs", int64(a.Jobs), 0, jobsMax)
	return a, refused.Err()
}

func (a *Application) slug(refused *problem.List) {
	if a.Slug != nil {
		refused.Slug("input.slug", *a.Slug, slugMin, slugMax)
		return
	}
	made := slug.Of(a.Name, slugMax)
	if len(made) < slugMin && a.Name != "" {
		refused.Add("input.slug", problem.Required, "none can be made from this name: give one of Latin letters or digits")
	}
	a.Slug = &made
}

func (a *Application) origin(refused *problem.List) {
	if a.Region != nil && *a.Region == "" {
		a.Region = nil
	}
	if len(a.Country) != 2 {
		refused.Add("input.country", problem.Invalid, "must be a country's ISO 3166-1 code")
	}
	if a.Country != "US" {
		return
	}
	switch {
	case a.Region == nil:
		refused.Add("input.region", problem.Required, "give the state, such as NE for Nebraska")
	case models.CensusRegionOf(a.Country, *a.Region) == nil:
		refused.Add("input.region", problem.Invalid, "must be a state of the United States, or DC")
	}
}

func checkKind(refused *problem.List, industry *models.Industry, size *models.BrandSize) {
	if industry != nil && !slices.Contains(models.Industries, *industry) {
		refused.Add("input.industry", problem.Invalid, "is not an industry we know")
	}
	if size != nil && !slices.Contains(models.BrandSizes, *size) {
		refused.Add("input.size", problem.Invalid, "is not a size we know")
	}
}

func checkWebsite(refused *problem.List, website *string) {
	if website != nil {
		refused.Line("input.website", *website, 1, websiteMax)
	}
}

// Apply asks for admission. Whoever signs the application owns the brand at
// once; one that the program makes itself has no owner.
func (s *Service) Apply(ctx context.Context, a Application) (*models.Brand, error) {
	actor := auth.From(ctx)
	if !actor.HoldsEverywhere(auth.BrandReview) {
		if err := auth.Require(ctx, auth.SignedIn); err != nil {
			return nil, err
		}
	}
	a, err := a.Validate()
	if err != nil {
		return nil, err
	}
	b, err := s.applicant(a)
	if err != nil {
		return nil, err
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error { return s.admitTx(tx, actor, b) })
	if err != nil {
		return nil, err
	}
	if actor.SignedIn() {
		actor.Join(b.ID, models.RoleOwner)
	}
	return b, nil
}

// applicant is the brand as it is when it applies.
func (s *Service) applicant(a Application) (*models.Brand, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a brand id: %w", err)
	}
	now := s.now()
	b := &models.Brand{
		ID: id, Slug: *a.Slug, Name: a.Name, DefaultLanguage: a.Language, Texts: models.Texts[models.BrandText]{},
		Status: models.BrandApplied, Country: a.Country, Region: a.Region, Industry: a.Industry, Size: a.Size,
		Website: a.Website, JobsBefore: a.Jobs, JobsNow: a.Jobs, AppliedAt: now, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if a.Region != nil {
		b.CensusRegion = models.CensusRegionOf(a.Country, *a.Region)
	}
	if a.Description != nil {
		b.Texts[a.Language] = models.BrandText{Description: *a.Description}
	}
	a.Contact.onto(b)
	return b, nil
}

// admitTx writes an applicant with its owner and the beginning of its history.
func (s *Service) admitTx(tx *gorm.DB, actor *auth.Actor, b *models.Brand) error {
	if err := tx.Create(b).Error; err != nil {
		return fmt.Errorf("write the brand: %w", err)
	}
	taken := tx.Exec("insert into brand_slugs (slug, brand_id) values (?, ?) on conflict do nothing", b.Slug, b.ID)
	if taken.Error != nil {
		return fmt.Errorf("reserve the slug: %w", taken.Error)
	}
	if taken.RowsAffected == 0 {
		return problem.At("input.slug", problem.Taken, "another brand has the slug "+b.Slug)
	}
	if id := actor.AccountID(); id != nil {
		owner := models.Membership{BrandID: b.ID, AccountID: *id, Role: models.RoleOwner, CreatedAt: b.CreatedAt}
		if err := tx.Create(&owner).Error; err != nil {
			return fmt.Errorf("write the owner: %w", err)
		}
	}
	if err := s.reportTx(tx, actor, b, nil); err != nil {
		return err
	}
	if err := s.recordTx(tx, actor, b, nil, nil); err != nil {
		return err
	}
	return outbox.AddTx(tx, b.ID, "brand.applied", "Brand", b.ID, statusChange{To: b.Status}, b.CreatedAt)
}
