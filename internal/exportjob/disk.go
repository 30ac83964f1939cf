package exportjob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// disk keeps files through a loss of power.
type disk struct {
	// sync is that of the system, but for tests.
	sync func(*os.File) error
}

// folder makes one for nobody else to read, where there is none.
func (d disk) folder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(path)
	if err := d.folder(above); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.Open(above)
	if err != nil {
		return err
	}
	return d.keep(f)
}

// rename gives a file below root another name. Where it is in folders that are
// as new, these are kept, too.
func (d disk) rename(root *os.Root, from, to string) error {
	if err := root.Rename(from, to); err != nil {
		return err
	}
	for at := to; at != "."; {
		at = filepath.Dir(at)
		f, err := root.Open(at)
		if err != nil {
			return err
		}
		if err := d.keep(f); err != nil {
			return err
		}
	}
	return nil
}

// keep closes a file whose bytes, or a folder whose names, stay from now on.
func (d disk) keep(f *os.File) error { return errors.Join(d.sync(f), f.Close()) }
