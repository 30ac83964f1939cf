package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// longestSocket is what every system accepts: 107 bytes on Linux, 103 on
// macOS and the BSDs.
const longestSocket = 103

// layout names the files of one cluster. All lie in <data-dir>/postgres.
type layout struct {
	dataDir  string // the product's folder
	root     string // dataDir/postgres
	data     string // PostgreSQL's own folder
	lock     string // held by the process that runs the cluster
	guests   string // shared by those that use it for a while
	log      string // what PostgreSQL says
	binaries string // downloaded PostgreSQL
}

func newLayout(dataDir string) (layout, error) {
	if dataDir == "" {
		return layout{}, errors.New("postgres: no data folder given")
	}
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return layout{}, fmt.Errorf("find the data folder: %w", err)
	}
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	root := filepath.Join(dir, "postgres")
	return layout{
		dataDir:  dir,
		root:     root,
		data:     filepath.Join(root, "data"),
		lock:     filepath.Join(root, "lock"),
		guests:   filepath.Join(root, "guests"),
		log:      filepath.Join(root, "postgres.log"),
		binaries: filepath.Join(root, "binaries"),
	}, nil
}

// DefaultDataDir is where data lives unless said otherwise: /var/lib/tradewind
// for root, else a folder below $XDG_DATA_HOME.
func DefaultDataDir() (string, error) {
	if os.Getuid() == 0 {
		return "/var/lib/tradewind", nil
	}
	// A relative value is to be ignored, says the XDG specification.
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tradewind"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the data folder: %w; name one (--data-dir, DATA_DIR)", err)
	}
	return filepath.Join(home, ".local", "share", "tradewind"), nil
}

// prepare makes the folders and settles as whom PostgreSQL runs.
func prepare(o Options) (layout, *account, error) {
	l, err := newLayout(o.DataDir)
	if err != nil {
		return l, nil, err
	}
	if err := makeFolders(l.dataDir); err != nil {
		return l, nil, l.unwritable(err)
	}
	// The folder exists now, so that a symlink in its path can be followed.
	if l, err = newLayout(l.dataDir); err != nil {
		return l, nil, err
	}
	as, err := accountFor(l)
	if err != nil {
		return l, nil, err
	}
	if err := as.openPath(l.dataDir); err != nil {
		return l, nil, err
	}
	if err := os.Mkdir(l.root, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return l, nil, l.unwritable(err)
	}
	if err := as.own(l.root); err != nil {
		return l, nil, l.unwritable(err)
	}
	if l.initialised() {
		if err := as.own(l.data); err != nil {
			return l, nil, l.unwritable(err)
		}
	}
	return l, as, nil
}

// makeFolders makes dir and what is missing above it, open for others to
// pass through whatever the umask.
func makeFolders(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a folder", dir)
		}
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeFolders(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		if errors.Is(err, os.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o755)
}

func (l layout) initialised() bool {
	_, err := os.Stat(filepath.Join(l.data, "PG_VERSION"))
	return err == nil
}

// unwritable explains a failure to write the data folder.
func (l layout) unwritable(err error) error {
	return fmt.Errorf("the data folder %s cannot be used: %w; make it writable or choose another one (--data-dir, DATA_DIR)",
		l.dataDir, err)
}

// makeSocketDir makes an empty folder for the socket, reachable for the
// account alone, at a path short enough for a socket address. Its name is
// settled by the data folder, so that killed runs leave no litter.
func makeSocketDir(l layout, as *account) (string, error) {
	sum := sha256.Sum256([]byte(l.dataDir))
	name := "tradewind-" + hex.EncodeToString(sum[:6])
	var tried []string
	for _, base := range runtimeBases() {
		dir := filepath.Join(base, name)
		if len(filepath.Join(dir, ".s.PGSQL."+port)) > longestSocket {
			tried = append(tried, dir+": path too long for a socket")
			continue
		}
		if err := as.emptyFolder(dir); err != nil {
			tried = append(tried, err.Error())
			continue
		}
		return dir, nil
	}
	return "", fmt.Errorf("no folder for PostgreSQL's socket: %s", strings.Join(tried, "; "))
}

func runtimeBases() []string {
	var bases []string
	if os.Getuid() == 0 {
		bases = append(bases, "/run", "/var/run")
	} else if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		bases = append(bases, dir)
	}
	return append(bases, os.TempDir(), "/tmp")
}
