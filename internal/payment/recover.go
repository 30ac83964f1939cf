package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// recoverSize is how many payments one round of recovery takes at most.
	recoverSize = 50
	// lease is how long a payment is left to whoever took it up.
	lease = time.Minute
)

// Recover takes up the payments that are due: those that nobody started, whose
// outcome is unknown, that have expired, and those with a capture, a void or a
// refund that has not been done. It asks the provider for each and goes on
// from there, and tells how many it took up. Several instances may recover at
// once; call it every few seconds.
func (s *Service) Recover(ctx context.Context) (int, error) { return s.recover(ctx, s.now()) }

// RecoverAll takes up all payments of which something is open, those that are
// not due yet, too, each once.
func (s *Service) RecoverAll(ctx context.Context) (all int, err error) {
	begun := s.now()
	if err := s.db.WithContext(ctx).Exec("update payments set ask_at = ? where ask_at > ?", begun, begun).Error; err != nil {
		return 0, fmt.Errorf("make payments due: %w", err)
	}
	for {
		n, err := s.recover(ctx, begun)
		if all += n; err != nil || n == 0 {
			return all, err
		}
	}
}

// recover is a round over what was due at a time.
func (s *Service) recover(ctx context.Context, by time.Time) (int, error) {
	var due []*models.Payment
	now := s.now()
	err := s.db.WithContext(ctx).Raw(`
update payments
set ask_at = ?, asks = asks + 1
where id in (
  select id
  from payments
  where ask_at <= ?
  order by ask_at
  limit ?
  for update skip locked
)
returning *`, now.Add(lease), by, recoverSize).Scan(&due).Error
	if err != nil {
		return 0, fmt.Errorf("take up payments: %w", err)
	}
	for _, p := range due {
		if _, err := s.drive(ctx, p, true); err != nil {
			if ctx.Err() != nil {
				return len(due), ctx.Err()
			}
			s.log.WarnContext(ctx, "a payment could not be brought on", "payment", p.ID, "asks", p.Asks, "error", err)
			if err := s.later(ctx, p); err != nil {
				return len(due), err
			}
		}
	}
	return len(due), nil
}

// later puts a payment off, unless its state has changed in the meantime.
func (s *Service) later(ctx context.Context, p *models.Payment) error {
	return s.db.WithContext(ctx).Exec("update payments set ask_at = ? where id = ? and version = ?", nextAsk(p, s.now()), p.ID, p.Version).Error
}
