package storefront

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// Move is a step from one status to the next.
type Move string

// Moves of a storefront.
const (
	Open  Move = "open"
	Pause Move = "pause"
	Close Move = "close"
)

// rule says from where a move leads where.
type rule struct {
	from  []models.StorefrontStatus
	to    models.StorefrontStatus
	event string
}

// rules are all moves there are. Opening needs an ACTIVE brand besides.
var rules = map[Move]rule{
	Open: {[]models.StorefrontStatus{models.StorefrontDraft, models.StorefrontPaused}, models.StorefrontOpen,
		"storefront.opened"},
	Pause: {[]models.StorefrontStatus{models.StorefrontOpen}, models.StorefrontPaused, "storefront.paused"},
	Close: {[]models.StorefrontStatus{models.StorefrontDraft, models.StorefrontOpen, models.StorefrontPaused},
		models.StorefrontClosed, "storefront.closed"},
}

// statusChange is what events tell of a move.
type statusChange struct {
	From *models.StorefrontStatus `json:"from"`
	To   models.StorefrontStatus  `json:"to"`
}

// Move takes a storefront to its next status. Two callers who make the same
// move at once: one makes it, the other learns that it is made.
func (s *Service) Move(ctx context.Context, move Move, key models.Key) (*models.Storefront, error) {
	const field = "input.storefrontId"
	r, ok := rules[move]
	if !ok {
		return nil, fmt.Errorf("no such move: %q", move)
	}
	if err := auth.RequireFor(ctx, auth.StorefrontWrite, key.BrandID, field); err != nil {
		return nil, err
	}
	var shop *models.Storefront
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		locked, b, err := lockTx(tx, key, field)
		if err != nil {
			return err
		}
		shop = locked
		if !slices.Contains(r.from, shop.Status) {
			return problem.At(field, problem.Conflict, fmt.Sprintf("cannot %s a storefront that is %s", move, shop.Status))
		}
		if r.to == models.StorefrontOpen && b.Status != models.BrandActive {
			return problem.At(field, problem.Conflict, "only storefronts of an ACTIVE brand open: this one is "+string(b.Status))
		}
		if err := moveTx(tx, shop, r, s.now()); err != nil {
			return err
		}
		if err := visibility.BrandTx(tx, shop.BrandID); err != nil {
			return err
		}
		shop.Visible = b.Status == models.BrandActive && shop.Status != models.StorefrontClosed
		return nil
	})
	if err != nil {
		return nil, err
	}
	return shop, nil
}

// moveTx writes the new status of a locked storefront. Where the primary of a
// country closes, the oldest that is left takes its place.
func moveTx(tx *gorm.DB, shop *models.Storefront, r rule, now time.Time) error {
	from, wasPrimary := shop.Status, shop.IsPrimary
	shop.Status = r.to
	if r.to == models.StorefrontOpen && shop.OpenedAt == nil {
		shop.OpenedAt = &now
	}
	if r.to == models.StorefrontClosed {
		shop.ClosedAt, shop.IsPrimary = &now, false
	}
	if err := keepTx(tx, shop, now, "status", "opened_at", "closed_at", "is_primary"); err != nil {
		return err
	}
	if wasPrimary && !shop.IsPrimary {
		if err := promoteTx(tx, shop, now); err != nil {
			return err
		}
	}
	return outbox.AddTx(tx, shop.BrandID, r.event, "Storefront", shop.ID, statusChange{&from, shop.Status}, now)
}

func promoteTx(tx *gorm.DB, closed *models.Storefront, now time.Time) error {
	err := tx.Exec(`
update storefronts s
set is_primary = true, version = version + 1, updated_at = ?
where s.brand_id = ?
  and s.id = (
    select id
    from storefronts
    where brand_id = ? and country = ? and status <> 'CLOSED'
    order by created_at, id
    limit 1
  )`, now, closed.BrandID, closed.BrandID, closed.Country).Error
	if err != nil {
		return fmt.Errorf("choose another primary storefront: %w", err)
	}
	return nil
}

// CloseAllTx closes what a brand that ends has left open. The caller holds the
// brand's row and refreshes its visibility.
func CloseAllTx(tx *gorm.DB, brand uuid.UUID, now time.Time) error {
	var shops []*models.Storefront
	err := tx.Clauses(locking).Where("brand_id = ? and status <> ?", brand, models.StorefrontClosed).
		Order("id").Find(&shops).Error
	if err != nil {
		return fmt.Errorf("lock the brand's storefronts: %w", err)
	}
	for _, shop := range shops {
		// All of them close: nobody takes the place of a primary.
		shop.IsPrimary = false
		if err := moveTx(tx, shop, rules[Close], now); err != nil {
			return err
		}
	}
	return nil
}
