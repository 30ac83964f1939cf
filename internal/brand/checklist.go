package brand

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// usualDocuments are what a reviewer asks of a brand from a country without a
// checklist of its own.
var usualDocuments = []models.DocumentKind{models.DocBusinessRegistration, models.DocTaxID, models.DocOwnerIdentity}

// checklists are the documents asked for by country of origin. A US business
// is found by its registration and tax number alone; in China a marketplace
// answers for what it lets be sold under a name.
var checklists = map[string][]models.DocumentKind{
	"US": {models.DocBusinessRegistration, models.DocTaxID},
	"CN": {models.DocBusinessRegistration, models.DocTaxID, models.DocOwnerIdentity, models.DocTrademark},
}

// Checklist gives the documents that a brand of the country must show.
func Checklist(country string) []models.DocumentKind {
	if list, ok := checklists[country]; ok {
		return list
	}
	return usualDocuments
}

var documentNames = map[models.DocumentKind]string{
	models.DocBusinessRegistration: "business registration",
	models.DocTaxID:                "tax number",
	models.DocOwnerIdentity:        "proof of the owner's identity",
	models.DocTrademark:            "trademark",
}

// Blockers tells what stands in the way of each brand's approval, for those of
// which the caller may know.
func (s *Service) Blockers(ctx context.Context, brands []*models.Brand) (map[uuid.UUID][]*models.Blocker, error) {
	actor := auth.From(ctx)
	var known []*models.Brand
	for _, b := range brands {
		if actor.HoldsFor(auth.BrandRead, b.ID) {
			known = append(known, b)
		}
	}
	return blockersTx(s.db.WithContext(ctx), known)
}

func blockersTx(tx *gorm.DB, brands []*models.Brand) (map[uuid.UUID][]*models.Blocker, error) {
	blockers := make(map[uuid.UUID][]*models.Blocker, len(brands))
	if len(brands) == 0 {
		return blockers, nil
	}
	ids := make([]uuid.UUID, len(brands))
	for i, b := range brands {
		ids[i] = b.ID
	}
	var documents []models.BrandDocument
	if err := tx.Select("brand_id", "id", "kind", "verdict").Where("brand_id in ?", ids).Find(&documents).Error; err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	var paid []uuid.UUID
	if err := tx.Model(&models.PayoutAccount{}).Where("brand_id in ?", ids).Pluck("brand_id", &paid).Error; err != nil {
		return nil, fmt.Errorf("read payout accounts: %w", err)
	}
	verdicts := map[uuid.UUID]map[models.DocumentKind]models.DocumentVerdict{}
	for _, d := range documents {
		if verdicts[d.BrandID] == nil {
			verdicts[d.BrandID] = map[models.DocumentKind]models.DocumentVerdict{}
		}
		verdicts[d.BrandID][d.Kind] = d.Verdict
	}
	hasPayout := map[uuid.UUID]bool{}
	for _, id := range paid {
		hasPayout[id] = true
	}
	for _, b := range brands {
		blockers[b.ID] = Approval{
			Country: b.Country, HasContact: b.Contact() != nil, Confirmed: b.ContactConfirmedAt != nil,
			HasPayout: hasPayout[b.ID], Verdicts: verdicts[b.ID],
		}.Blockers()
	}
	return blockers, nil
}

// Approval are the facts of a brand that its approval hangs on.
type Approval struct {
	Country string
	// HasContact and Confirmed tell of the contact.
	HasContact, Confirmed bool
	HasPayout             bool
	Verdicts              map[models.DocumentKind]models.DocumentVerdict
}

// Blockers tells what stands in the way of the approval.
func (a Approval) Blockers() []*models.Blocker {
	list := []*models.Blocker{}
	add := func(code, message string) { list = append(list, &models.Blocker{Code: code, Message: message}) }
	switch {
	case !a.HasContact:
		add("CONTACT_MISSING", "the contact is missing")
	case !a.Confirmed:
		add("CONTACT_UNCONFIRMED", "the contact has not been confirmed")
	}
	if !a.HasPayout {
		add("PAYOUT_ACCOUNT_MISSING", "the payout account is missing")
	}
	for _, kind := range Checklist(a.Country) {
		name := documentNames[kind]
		switch a.Verdicts[kind] {
		case models.VerdictAccepted:
		case models.VerdictPending:
			add(string(kind)+"_PENDING", "the "+name+" waits for a reviewer")
		case models.VerdictRefused:
			add(string(kind)+"_REFUSED", "the "+name+" was refused: hand in another")
		default:
			add(string(kind)+"_MISSING", "the "+name+" is missing")
		}
	}
	return list
}
