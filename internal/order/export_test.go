package order

import (
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// UseNumbers gives orders these numbers.
func UseNumbers(s *Service, next func() string) { s.number = next }

// Hold has orders of a variant queue until it is let go; waiting tells how many do.
func Hold(s *Service, warehouse models.Key, variant uuid.UUID) (letGo func(), waiting func() int) {
	l := level{warehouse.BrandID, variant, warehouse.ID}
	s.writes.mutex.Lock()
	s.writes.queues[l] = nil
	s.writes.mutex.Unlock()
	return func() { s.writes.leave([]level{l}) }, func() int {
		s.writes.mutex.Lock()
		defer s.writes.mutex.Unlock()
		return len(s.writes.queues[l])
	}
}
