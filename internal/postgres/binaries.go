package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Installation is one PostgreSQL found on the machine.
type Installation struct {
	Bin     string // folder of initdb and postgres
	Version string // as it names itself: "15.20"
	Major   int
}

// places are where packages put PostgreSQL, beside PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // Red Hat and kin
	"/usr/libexec/postgresql*",                           // Alpine
	"/usr/lib/postgresql*/bin",                           // SUSE
	"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew, Apple silicon
	"/usr/local/opt/postgresql@*/bin",                    // Homebrew, Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew, Linux
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/Library/PostgreSQL/*/bin",                          // EDB installer
	"/usr/local/pgsql/bin",                               // built from source
}

// Installations lists the PostgreSQL servers of this machine, the highest
// version first, those of the usual places before those of PATH.
func Installations(ctx context.Context) ([]Installation, error) {
	return search(ctx, places, filepath.SplitList(os.Getenv("PATH")))
}

func search(ctx context.Context, patterns, path []string) ([]Installation, error) {
	var folders []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		folders = append(folders, matches...)
	}
	folders = append(folders, path...)

	var found []Installation
	seen := map[string]bool{}
	for _, dir := range folders {
		resolved, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil || seen[resolved] || !runnable(resolved) || !runnable(filepath.Join(filepath.Dir(resolved), "initdb")) {
			continue
		}
		seen[resolved] = true
		if in, err := inspect(ctx, filepath.Dir(resolved)); err == nil {
			found = append(found, in)
		}
	}
	newestFirst(found)
	return found, nil
}

func runnable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^\s]*)`)

// inspect asks the server in bin for its version.
func inspect(ctx context.Context, bin string) (Installation, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version")
	cmd.Env = environment()
	out, err := cmd.Output()
	if err != nil {
		return Installation{}, fmt.Errorf("ask %s for its version: %w", bin, err)
	}
	m := versionText.FindSubmatch(out)
	if m == nil {
		return Installation{}, fmt.Errorf("%s names no version: %q", bin, out)
	}
	major, err := strconv.Atoi(string(m[2]))
	return Installation{Bin: bin, Version: string(m[1]), Major: major}, err
}

func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		var x, y int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i])
		}
		if i < len(bs) {
			y, _ = strconv.Atoi(bs[i])
		}
		if x != y {
			return x - y
		}
	}
	return 0
}

// choose picks the PostgreSQL for the cluster: that of its own major, or for
// a new one the highest, or a download where there is none recent enough.
func choose(ctx context.Context, l layout, as *account, o Options) (Installation, error) {
	found, err := o.find(ctx)
	if err != nil {
		return Installation{}, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if in, err := inspect(ctx, filepath.Join(l.binaries, "bin")); err == nil {
		found = append(found, in)
	}
	newestFirst(found)
	if l.initialised() {
		return ofMajor(l, found)
	}
	if len(found) > 0 && found[0].Major >= OldestMajor {
		return found[0], nil
	}
	o.Progress("downloading PostgreSQL")
	in, err := o.download(ctx, l, as)
	if err != nil {
		return Installation{}, &NotFoundError{Found: versions(found), Err: err}
	}
	return in, nil
}

// ofMajor picks the installation that can read the cluster's data.
func ofMajor(l layout, found []Installation) (Installation, error) {
	text, err := os.ReadFile(filepath.Join(l.data, "PG_VERSION"))
	if err != nil {
		return Installation{}, l.unwritable(err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return Installation{}, fmt.Errorf("read the version of the data in %s: %w", l.data, err)
	}
	for _, in := range found {
		if in.Major == major {
			return in, nil
		}
	}
	return Installation{}, &VersionError{Folder: l.data, Major: major, Found: versions(found)}
}

func newestFirst(list []Installation) {
	slices.SortStableFunc(list, func(a, b Installation) int { return compareVersions(b.Version, a.Version) })
}

func versions(list []Installation) []string {
	var all []string
	for _, in := range list {
		all = append(all, in.Version)
	}
	return all
}

// VersionError is a cluster whose PostgreSQL major this machine lacks.
type VersionError struct {
	Folder string
	Major  int      // what the data was made by
	Found  []string // what is installed
}

func (e *VersionError) Error() string {
	here := "this machine has none"
	if len(e.Found) > 0 {
		here = "this machine has " + strings.Join(e.Found, ", ")
	}
	return fmt.Sprintf("the data in %s was made by PostgreSQL %d, and %s: install PostgreSQL %d, "+
		"or move the data over with pg_upgrade or pg_dump, or choose another folder (--data-dir, DATA_DIR)",
		e.Folder, e.Major, here, e.Major)
}

// NotFoundError is a machine without a usable PostgreSQL.
type NotFoundError struct {
	Found []string // what is installed, and too old
	Err   error    // why none could be downloaded
}

func (e *NotFoundError) Error() string {
	old := ""
	if len(e.Found) > 0 {
		old = " (only " + strings.Join(e.Found, ", ") + ")"
	}
	return fmt.Sprintf("no PostgreSQL %d or newer on this machine%s, and downloading one failed (%v): "+
		"install it (Debian: apt install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql@17), "+
		"put the folder of its programs on PATH, or set DATABASE_URL to a database that runs elsewhere", OldestMajor, old, e.Err)
}

func (e *NotFoundError) Unwrap() error { return e.Err }
