package brand

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const referenceMax = 500

// Submission hands in the reference of a document.
type Submission struct {
	BrandID   uuid.UUID
	Kind      models.DocumentKind
	Reference string
}

// Validate gives the submission in the form that is kept, or all that is wrong with it.
func (d Submission) Validate() (Submission, error) {
	var refused problem.List
	if !slices.Contains(models.DocumentKinds, d.Kind) {
		refused.Add("input.kind", problem.Invalid, "is not a kind of document we know")
	}
	d.Reference = refused.Line("input.reference", d.Reference, 1, referenceMax)
	return d, refused.Err()
}

// SubmitDocument hands in a document's reference. It replaces one of the same
// kind under a new id, so that a verdict never falls on what its reviewer has
// not seen.
func (s *Service) SubmitDocument(ctx context.Context, d Submission) (*models.BrandDocument, error) {
	if err := auth.RequireFor(ctx, auth.BrandWrite, d.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	d, err := d.Validate()
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a document id: %w", err)
	}
	document := &models.BrandDocument{
		BrandID: d.BrandID, ID: id, Kind: d.Kind, Reference: d.Reference, Verdict: models.VerdictPending,
		SubmittedAt: s.now(),
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := lockLivingTx(tx, d.BrandID, "input.brandId"); err != nil {
			return err
		}
		err := tx.Where("brand_id = ? and kind = ?", d.BrandID, d.Kind).Delete(&models.BrandDocument{}).Error
		if err != nil {
			return fmt.Errorf("replace the document: %w", err)
		}
		if err := tx.Create(document).Error; err != nil {
			return fmt.Errorf("write the document: %w", err)
		}
		return nil
	})
	return answer(document, err)
}

// Verdict is a reviewer's word on a document.
type Verdict struct {
	Document models.Key
	Verdict  models.DocumentVerdict
	Note     *string
}

// Validate gives the verdict in the form that is kept, or all that is wrong with it.
func (v Verdict) Validate() (Verdict, error) {
	var refused problem.List
	v.Note = note(&refused, "input.note", v.Note)
	switch v.Verdict {
	case models.VerdictAccepted:
	case models.VerdictRefused:
		if v.Note == nil && len(refused) == 0 {
			refused.Add("input.note", problem.Required, "say what is wrong with the document")
		}
	case models.VerdictPending:
		refused.Add("input.verdict", problem.Invalid, "must be ACCEPTED or REFUSED")
	default:
		refused.Add("input.verdict", problem.Invalid, "must be ACCEPTED or REFUSED")
	}
	return v, refused.Err()
}

// ReviewDocument judges a document; a later verdict replaces an earlier one.
func (s *Service) ReviewDocument(ctx context.Context, v Verdict) (*models.BrandDocument, error) {
	const field = "input.documentId"
	if err := auth.RequireFor(ctx, auth.BrandReview, v.Document.BrandID, field); err != nil {
		return nil, err
	}
	v, err := v.Validate()
	if err != nil {
		return nil, err
	}
	var document models.BrandDocument
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := lockLivingTx(tx, v.Document.BrandID, field); err != nil {
			return err
		}
		now := s.now()
		done := tx.Model(&document).Clauses(clause.Returning{}).
			Where("brand_id = ? and id = ?", v.Document.BrandID, v.Document.ID).
			UpdateColumns(map[string]any{
				"verdict": v.Verdict, "note": v.Note, "reviewed_by": auth.From(ctx).AccountID(), "reviewed_at": now,
			})
		if done.Error != nil {
			return fmt.Errorf("write the verdict: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			return problem.At(field, problem.NotFound, "there is no such document, or it has been replaced")
		}
		return nil
	})
	return answer(&document, err)
}

// DocumentsByKeys reads those of the documents that the caller may see, in any order.
func (s *Service) DocumentsByKeys(ctx context.Context, keys []models.Key) ([]*models.BrandDocument, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return s.documents(ctx, "(brand_documents.brand_id, brand_documents.id) in ?", models.Pairs(keys))
}

// Documents reads the documents of brands that the caller may see, by kind.
func (s *Service) Documents(ctx context.Context, brands []uuid.UUID) ([]*models.BrandDocument, error) {
	if len(brands) == 0 {
		return nil, nil
	}
	return s.documents(ctx, "brand_documents.brand_id in ?", brands)
}

func (s *Service) documents(ctx context.Context, condition string, args ...any) ([]*models.BrandDocument, error) {
	scope, scoped := auth.Where(auth.From(ctx), "brand_documents", "", s.now())
	var documents []*models.BrandDocument
	err := s.db.WithContext(ctx).Where(condition, args...).Where(scope, scoped...).Order("kind, id").Find(&documents).Error
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return documents, nil
}
