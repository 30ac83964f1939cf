package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// account is the user PostgreSQL runs as. It refuses to run as root, so
// there it is another one; else nil, which is ourselves.
type account struct {
	name     string
	uid, gid uint32
}

// accountFor answers the owner of an existing cluster, or "postgres", or
// "nobody". For an ordinary user it is nil.
func accountFor(l layout) (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nil is ourselves, with methods of its own
	}
	if info, err := os.Stat(l.data); err == nil {
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 0 {
			name := strconv.Itoa(int(owner.Uid))
			if u, err := user.LookupId(name); err == nil {
				name = u.Username
			}
			return &account{name: name, uid: owner.Uid, gid: owner.Gid}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		if a, err := lookup(name); err == nil {
			return a, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root and there is neither a user postgres nor nobody: " +
		"create one, start as an ordinary user, or set DATABASE_URL")
}

func lookup(name string) (*account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
}

func (a *account) String() string {
	if a != nil {
		return a.name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Getuid())
}

// as makes cmd run as the account, in dir, with a clean environment.
func (a *account) as(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for us; we then stop it in order
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// own hands dir and what lies in it to the account.
func (a *account) own(dir string) error {
	if a == nil {
		return nil
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if info.Sys().(*syscall.Stat_t).Uid == a.uid {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(a.uid), int(a.gid))
	})
}

// openPath makes sure that the account can reach dir. It opens dir itself
// for passing through; a closed folder above it is not ours to open.
func (a *account) openPath(dir string) error {
	if a == nil {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		if !a.mayPass(info) {
			if at != dir {
				return fmt.Errorf("PostgreSQL runs as the user %s, who may not pass through %s (mode %04o): "+
					"choose a data folder elsewhere (--data-dir, DATA_DIR) or start as an ordinary user",
					a.name, at, info.Mode().Perm())
			}
			if err := os.Chmod(at, info.Mode().Perm()|0o011); err != nil {
				return err
			}
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

func (a *account) mayPass(info fs.FileInfo) bool {
	owner := info.Sys().(*syscall.Stat_t)
	switch {
	case owner.Uid == a.uid:
		return info.Mode()&0o100 != 0
	case owner.Gid == a.gid:
		return info.Mode()&0o010 != 0
	}
	return info.Mode()&0o001 != 0
}

// emptyFolder makes dir anew for the account alone. A folder that somebody
// else put there is refused: it may be a trap.
func (a *account) emptyFolder(dir string) error {
	if info, err := os.Lstat(dir); err == nil {
		owner := info.Sys().(*syscall.Stat_t).Uid
		trusted := []uint32{uint32(os.Getuid())}
		if a != nil {
			trusted = append(trusted, a.uid)
		}
		if !info.IsDir() || !slices.Contains(trusted, owner) {
			return fmt.Errorf("%s belongs to somebody else", dir)
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return a.own(dir)
}

// environment passes on what programs need to start, and nothing that would
// change PostgreSQL's mind (PGDATA, PGPORT, LC_ALL, …).
func environment() []string {
	env := []string{
		"TZ=UTC", // spares initdb the search for the system's zone
		// Without these glibc returns and re-requests the heap's end several
		// times per statement.
		"MALLOC_TRIM_THRESHOLD_=134217728",
		"MALLOC_TOP_PAD_=1048576",
	}
	for _, key := range []string{"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"} {
		if v, ok := os.LookupEnv(key); ok {
			env = append(env, key+"="+v)
		}
	}
	return env
}
