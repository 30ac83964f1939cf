package order

import (
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// UseNumbers gives orders these numbers.
func UseNumbers(s *Service, next func() string) { s.number = next }

// Hold has orders of a variant queue until it is let go; waiting tells how many do.
func Hold(s *Service, warehouse models.Key, variant uuid.UUID) (letGo func(), waiting func() int) {
	return hold(s.writes, level{warehouse.BrandID, variant, warehouse.ID})
}

// HoldLooks has shoppers of a storefront queue to look at it.
func HoldLooks(s *Service, storefront models.Key) (letGo func(), waiting func() int) {
	return hold(s.looks, shelf{storefront, "(s.visible)"})
}

func hold[K comparable, W any](r *rush[K, W], thing K) (letGo func(), waiting func() int) {
	r.mutex.Lock()
	r.queues[thing] = nil
	r.mutex.Unlock()
	return func() { r.leave([]K{thing}) }, func() int {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		return len(r.queues[thing])
	}
}
