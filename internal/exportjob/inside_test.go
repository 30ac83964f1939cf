package exportjob

import "os"

// Sync has s call f where it would have the disk keep a file.
func (s *Service) Sync(f func(*os.File) error) { s.disk.sync = f }
