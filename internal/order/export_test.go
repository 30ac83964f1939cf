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
	s.rush.mutex.Lock()
	s.rush.queues[l] = nil
	s.rush.mutex.Unlock()
	return func() { s.rush.leave([]level{l}) }, func() int {
		s.rush.mutex.Lock()
		defer s.rush.mutex.Unlock()
		return len(s.rush.queues[l])
	}
}
