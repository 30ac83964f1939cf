package promotion

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of codes.
const (
	// CodesAtOnce bounds the codes of one call.
	CodesAtOnce = 1000
	// CodesEach bounds the codes of a promotion.
	CodesEach = 100_000
)

var codeForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{2,39}$`)

// checkCodes gives codes in the form in which they are kept.
func checkCodes(refused *problem.List, codes []string) []string {
	if len(codes) > CodesAtOnce {
		refused.Add("input.codes", problem.TooLong, fmt.Sprintf("give at most %d codes at once", CodesAtOnce))
		return nil
	}
	normal := make([]string, len(codes))
	seen := map[string]bool{}
	for i, code := range codes {
		code = Normal(code)
		if at := "input.codes." + strconv.Itoa(i); !codeForm.MatchString(code) {
			refused.Add(at, problem.Invalid, "must be 3 to 40 letters, digits, hyphens and underscores")
		} else if seen[code] {
			refused.Add(at, problem.Taken, "name each code once")
		}
		normal[i], seen[code] = code, true
	}
	return normal
}

// AddCodes adds codes to a promotion, each for so many purchases, nil for any
// number. Codes are unique in their brand; capitals and spaces around make no
// difference.
func (s *Service) AddCodes(ctx context.Context, key models.Key, codes []string, useLimit *int64) (*models.Promotion, error) {
	var refused problem.List
	codes = checkCodes(&refused, codes)
	if len(codes) == 0 && refused == nil {
		refused.Add("input.codes", problem.Required, "give at least one code")
	}
	if useLimit != nil {
		refused.Number("input.useLimit", *useLimit, 1, usesMax)
	}
	return s.changeCodes(ctx, key, refused, func(tx *gorm.DB, p *models.Promotion) error {
		if p.Trigger != models.TriggerCode {
			return problem.At("input.promotionId", problem.Conflict, "an automatic promotion has no codes")
		}
		return addCodes(tx, p, codes, useLimit, s.now())
	})
}

// RemoveCodes takes codes from a promotion; what was bought with them stays.
func (s *Service) RemoveCodes(ctx context.Context, key models.Key, codes []string) (*models.Promotion, error) {
	var refused problem.List
	codes = checkCodes(&refused, codes)
	if len(codes) == 0 && refused == nil {
		refused.Add("input.codes", problem.Required, "give at least one code")
	}
	return s.changeCodes(ctx, key, refused, func(tx *gorm.DB, p *models.Promotion) error {
		var refused problem.List
		for i, code := range codes {
			done := tx.Where("brand_id = ? and code = ? and promotion_id = ?", p.BrandID, code, p.ID).Delete(&models.PromotionCode{})
			if done.Error != nil {
				return fmt.Errorf("remove codes: %w", done.Error)
			}
			if done.RowsAffected == 0 {
				refused.Add("input.codes."+strconv.Itoa(i), problem.NotFound, "the promotion has no such code")
			}
		}
		return refused.Err()
	})
}

func (s *Service) changeCodes(
	ctx context.Context, key models.Key, refused problem.List, change func(*gorm.DB, *models.Promotion) error,
) (*models.Promotion, error) {
	if err := auth.RequireFor(ctx, auth.PromotionWrite, key.BrandID, "input.promotionId"); err != nil {
		return nil, err
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var p *models.Promotion
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if p, err = lock(tx, key); err != nil {
			return err
		}
		return change(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

func addCodes(tx *gorm.DB, p *models.Promotion, codes []string, useLimit *int64, now time.Time) error {
	if len(codes) == 0 {
		return nil
	}
	var there int64
	if err := tx.Model(&models.PromotionCode{}).Where("brand_id = ? and promotion_id = ?", p.BrandID, p.ID).Count(&there).Error; err != nil {
		return reading("codes", err)
	}
	if there+int64(len(codes)) > CodesEach {
		return problem.At("input.codes", problem.NotAllowed, fmt.Sprintf("a promotion has at most %d codes", CodesEach))
	}
	var taken []string
	err := tx.Model(&models.PromotionCode{}).Where("brand_id = ? and code in ?", p.BrandID, codes).Pluck("code", &taken).Error
	if err != nil {
		return reading("codes", err)
	}
	rows := make([]models.PromotionCode, len(codes))
	var refused problem.List
	for i, code := range codes {
		rows[i] = models.PromotionCode{BrandID: p.BrandID, Code: code, PromotionID: p.ID, UseLimit: useLimit, CreatedAt: now}
		for _, t := range taken {
			if t == code {
				refused.Add("input.codes."+strconv.Itoa(i), problem.Taken, "the brand has this code already")
			}
		}
	}
	if err := refused.Err(); err != nil {
		return err
	}
	err = tx.CreateInBatches(rows, 500).Error
	if database.Violates(err, "promotion_codes_pk") {
		return problem.At("input.codes", problem.Taken, "the brand has one of these codes already")
	}
	if err != nil {
		return fmt.Errorf("write codes: %w", err)
	}
	return nil
}
