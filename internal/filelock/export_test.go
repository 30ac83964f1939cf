package filelock

// Descriptor of the file.
func (l *Lock) Descriptor() int { return l.fd }
