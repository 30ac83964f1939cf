package report

// Forgetful has a service remember no months, and read them each time.
func Forgetful(s *Service) *Service {
	s.known.sheets.most = -2 // tables that nobody has counted have -1 rows
	return s
}

// CountAtOnce changes how many orders are counted by their ids in one stretch.
func (s *Service) CountAtOnce(orders int64) { s.ordersAtOnce = orders }
