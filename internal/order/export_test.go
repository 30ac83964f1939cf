package order

// UseNumbers gives orders these numbers.
func UseNumbers(s *Service, next func() string) { s.number = next }
