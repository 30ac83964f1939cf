// Package keyfile keeps secrets of development in the data folder, for nobody
// else to read.
package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Open reads a file that only its owner may read, and makes it with what
// content gives where there is none.
func Open(dir, name string, content func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(dir, name)
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = write(dir, path, content); err == nil {
			text, err = read(path)
		}
	}
	return text, err
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others may read %s (mode %04o): chmod 600 it, or remove it and get a new one", path, info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// write makes a whole file or none. Where another process was faster, its file
// stays.
func write(dir, path string, content func() ([]byte, error)) error {
	text, err := content()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".") // of mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
