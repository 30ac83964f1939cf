package brand

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// Move is a step from one status to the next.
type Move string

// Moves of a brand.
const (
	StartReview Move = "start the review of"
	Approve     Move = "approve"
	Reject      Move = "reject"
	Suspend     Move = "suspend"
	Reinstate   Move = "reinstate"
	Close       Move = "close"
)

// rule says what a move asks and where it leads.
type rule struct {
	from       []models.BrandStatus
	to         models.BrandStatus
	permission auth.Permission
	// reason must be given.
	reason bool
	event  string
}

// rules are all moves there are. A brand becomes ACTIVE only when nothing stands in its way.
var rules = map[Move]rule{
	StartReview: {from: []models.BrandStatus{models.BrandApplied}, to: models.BrandInReview,
		permission: auth.BrandReview, event: "brand.review_started"},
	Approve: {from: []models.BrandStatus{models.BrandInReview}, to: models.BrandActive,
		permission: auth.BrandReview, event: "brand.approved"},
	Reject: {from: []models.BrandStatus{models.BrandApplied, models.BrandInReview}, to: models.BrandRejected,
		permission: auth.BrandReview, reason: true, event: "brand.rejected"},
	Suspend: {from: []models.BrandStatus{models.BrandActive}, to: models.BrandSuspended,
		permission: auth.BrandReview, reason: true, event: "brand.suspended"},
	Reinstate: {from: []models.BrandStatus{models.BrandSuspended}, to: models.BrandActive,
		permission: auth.BrandReview, event: "brand.reinstated"},
	Close: {from: []models.BrandStatus{models.BrandActive, models.BrandSuspended}, to: models.BrandClosed,
		permission: auth.BrandOwn, reason: true, event: "brand.closed"},
}

// statusChange is what events tell of a move.
type statusChange struct {
	From   *models.BrandStatus `json:"from"`
	To     models.BrandStatus  `json:"to"`
	Reason *string             `json:"reason,omitempty"`
}

// Move takes a brand to its next status and records why. Two callers who make
// the same move at once: one makes it, the other learns that it is made.
func (s *Service) Move(ctx context.Context, move Move, id uuid.UUID, reason *string) (*models.Brand, error) {
	r, ok := rules[move]
	if !ok {
		return nil, fmt.Errorf("no such move: %q", move)
	}
	if err := auth.RequireFor(ctx, r.permission, id, "input.brandId"); err != nil {
		return nil, err
	}
	var refused problem.List
	reason = note(&refused, "input.reason", reason)
	if r.reason && reason == nil && len(refused) == 0 {
		refused.Add("input.reason", problem.Required, "say why: the brand is told")
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var b *models.Brand
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if b, err = lockTx(tx, id, "input.brandId"); err != nil {
			return err
		}
		return s.moveTx(tx, auth.From(ctx), b, move, reason)
	})
	return answer(b, err)
}

func (s *Service) moveTx(tx *gorm.DB, actor *auth.Actor, b *models.Brand, move Move, reason *string) error {
	r := rules[move]
	if !slices.Contains(r.from, b.Status) {
		return problem.At("input.brandId", problem.Conflict, fmt.Sprintf("cannot %s a brand that is %s", move, b.Status))
	}
	if r.to == models.BrandActive {
		if err := completeTx(tx, b); err != nil {
			return err
		}
	}
	from, now := b.Status, s.now()
	b.Status, b.StatusReason = r.to, nil
	if r.reason {
		b.StatusReason = reason
	}
	if b.JoinedAt == nil && r.to == models.BrandActive {
		b.JoinedAt = &now
	}
	if err := s.keepTx(tx, b, "status", "status_reason", "joined_at"); err != nil {
		return err
	}
	if err := s.recordTx(tx, actor, b, &from, reason); err != nil {
		return err
	}
	if r.to == models.BrandClosed {
		if err := storefront.CloseAllTx(tx, b.ID, now); err != nil {
			return err
		}
	}
	if err := visibility.BrandTx(tx, b.ID); err != nil {
		return err
	}
	return outbox.AddTx(tx, b.ID, r.event, "Brand", b.ID, statusChange{&from, b.Status, reason}, now)
}

// completeTx refuses a brand that lacks what an ACTIVE one must have, naming each thing.
func completeTx(tx *gorm.DB, b *models.Brand) error {
	blockers, err := blockersTx(tx, []*models.Brand{b})
	if err != nil {
		return err
	}
	var refused problem.List
	for _, blocker := range blockers[b.ID] {
		refused.Add("input.brandId", problem.Incomplete, blocker.Message)
	}
	return refused.Err()
}

// recordTx adds the brand's status of now to the history of its moves.
func (s *Service) recordTx(tx *gorm.DB, actor *auth.Actor, b *models.Brand, from *models.BrandStatus, reason *string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	transition := models.BrandTransition{
		BrandID: b.ID, ID: id, FromStatus: from, ToStatus: b.Status, Reason: reason, ActorID: actor.AccountID(),
		RecordedAt: s.now(),
	}
	if err := tx.Create(&transition).Error; err != nil {
		return fmt.Errorf("record the %s brand: %w", strings.ToLower(string(b.Status)), err)
	}
	return nil
}
