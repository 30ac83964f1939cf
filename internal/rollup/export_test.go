package rollup

import "gorm.io/gorm"

// SumAtOnce changes how many facts a rebuild sums in one go.
func (s *Service) SumAtOnce(facts int) { s.factsAtOnce = facts }

// Stretches tells into how many stretches of time a rebuild divides the facts.
func (s *Service) Stretches(db *gorm.DB) (int, error) {
	all, _, err := s.divide(db)
	return len(all), err
}

// Apart is how a rebuild writes.
var Apart = apart
