package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// BrandStatus is a brand's stage on the marketplace.
type BrandStatus string

// Statuses of a brand.
const (
	BrandApplied   BrandStatus = "APPLIED"
	BrandInReview  BrandStatus = "IN_REVIEW"
	BrandActive    BrandStatus = "ACTIVE"
	BrandSuspended BrandStatus = "SUSPENDED"
	BrandClosed    BrandStatus = "CLOSED"
	BrandRejected  BrandStatus = "REJECTED"
)

// BrandSize counts people at work, owner included: solo 1, micro to 9, small
// to 49, medium to 249, large above.
type BrandSize string

// Sizes of a brand.
const (
	SizeSolo   BrandSize = "SOLO"
	SizeMicro  BrandSize = "MICRO"
	SizeSmall  BrandSize = "SMALL"
	SizeMedium BrandSize = "MEDIUM"
	SizeLarge  BrandSize = "LARGE"
)

// Industry is what a brand makes or grows.
type Industry string

// Industries of brands.
const (
	IndustryFarming   Industry = "FARMING"
	IndustryFood      Industry = "FOOD"
	IndustryBeverages Industry = "BEVERAGES"
	IndustryApparel   Industry = "APPAREL"
	IndustryFootwear  Industry = "FOOTWEAR"
	IndustryBeauty    Industry = "BEAUTY"
	IndustryHome      Industry = "HOME"
	IndustryOutdoor   Industry = "OUTDOOR"
	IndustryToys      Industry = "TOYS"
	IndustryPets      Industry = "PETS"
	IndustryCrafts    Industry = "CRAFTS"
	IndustryOther     Industry = "OTHER"
)

// BrandSizes from small to large.
var BrandSizes = []BrandSize{SizeSolo, SizeMicro, SizeSmall, SizeMedium, SizeLarge}

// Industries in order of the schema.
var Industries = []Industry{
	IndustryFarming, IndustryFood, IndustryBeverages, IndustryApparel, IndustryFootwear, IndustryBeauty, IndustryHome,
	IndustryOutdoor, IndustryToys, IndustryPets, IndustryCrafts, IndustryOther,
}

// BrandStatuses in order of a brand's life.
var BrandStatuses = []BrandStatus{BrandApplied, BrandInReview, BrandActive, BrandSuspended, BrandClosed, BrandRejected}

// Brand is a merchant, the tenant of everything with a brand_id.
type Brand struct {
	ID                 uuid.UUID `gorm:"primaryKey"`
	Slug               string
	Name               string
	DefaultLanguage    string
	Texts              Texts[BrandText] `gorm:"type:jsonb;serializer:json"`
	Status             BrandStatus
	StatusReason       *string
	Country            string
	Region             *string
	CensusRegion       *CensusRegion
	Industry           Industry
	Size               BrandSize
	Website            *string
	ContactName        *string
	ContactEmail       *string
	ContactPhone       *string
	ContactConfirmedAt *time.Time
	JobsBefore         int32
	JobsNow            int32
	AppliedAt          time.Time
	JoinedAt           *time.Time
	Version            int32
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// GlobalID is the opaque id of the API.
func (b Brand) GlobalID() string { return globalid.Encode(globalid.Brand, b.ID) }

// TenantID is the brand whose row this is.
func (b Brand) TenantID() uuid.UUID { return b.ID }

// DocumentVerdict is a reviewer's word on a document.
type DocumentVerdict string

// Verdicts on documents.
const (
	VerdictPending  DocumentVerdict = "PENDING"
	VerdictAccepted DocumentVerdict = "ACCEPTED"
	VerdictRefused  DocumentVerdict = "REFUSED"
)

// DocumentKind is what a document proves.
type DocumentKind string

// Kinds of documents.
const (
	DocBusinessRegistration DocumentKind = "BUSINESS_REGISTRATION"
	DocTaxID                DocumentKind = "TAX_ID"
	DocOwnerIdentity        DocumentKind = "OWNER_IDENTITY"
	DocTrademark            DocumentKind = "TRADEMARK"
)

// DocumentKinds in order of the schema.
var DocumentKinds = []DocumentKind{DocBusinessRegistration, DocTaxID, DocOwnerIdentity, DocTrademark}

// BrandDocument is the reference of one document of a brand; the document
// itself is kept elsewhere.
type BrandDocument struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	Kind        DocumentKind
	Reference   string
	Verdict     DocumentVerdict
	Note        *string
	SubmittedAt time.Time
	ReviewedBy  *uuid.UUID
	ReviewedAt  *time.Time
}

// GlobalID is the opaque id of the API.
func (d BrandDocument) GlobalID() string {
	return globalid.EncodeOf(globalid.Document, d.BrandID, d.ID)
}

// TenantID is the brand whose row this is.
func (d BrandDocument) TenantID() uuid.UUID { return d.BrandID }

// PayoutAccount is where a brand's balance is sent.
type PayoutAccount struct {
	BrandID       uuid.UUID `gorm:"primaryKey"`
	ID            uuid.UUID `gorm:"primaryKey"`
	Holder        string
	BankName      string
	Country       string
	Currency      string
	ProviderToken string
	LastDigits    string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TenantID is the brand whose row this is.
func (a PayoutAccount) TenantID() uuid.UUID { return a.BrandID }

// BrandJobReport is one entry of a brand's jobs history.
type BrandJobReport struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	Jobs       int32
	Note       *string
	ReportedBy *uuid.UUID
	ReportedAt time.Time
}

// BrandTransition is one change of a brand's status.
type BrandTransition struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	FromStatus *BrandStatus
	ToStatus   BrandStatus
	Reason     *string
	ActorID    *uuid.UUID
	RecordedAt time.Time
}

// BrandContact is a person who answers for a brand.
type BrandContact struct {
	Name        string
	Email       string
	Phone       *string
	ConfirmedAt *time.Time
}

// Contact is nil before there is a name and an address.
func (b Brand) Contact() *BrandContact {
	if b.ContactName == nil || b.ContactEmail == nil {
		return nil
	}
	return &BrandContact{Name: *b.ContactName, Email: *b.ContactEmail, Phone: b.ContactPhone, ConfirmedAt: b.ContactConfirmedAt}
}
