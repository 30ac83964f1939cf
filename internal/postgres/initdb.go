package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// initialise makes a new cluster. It is built beside its place and moved
// there when it is whole and on disk, so that an interrupted first start
// leaves nothing half-made.
func initialise(ctx context.Context, bin Installation, l layout, as *account, o Options) error {
	o.Progress("making a new PostgreSQL cluster")
	fresh := l.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return l.unwritable(err)
	}
	var out []byte
	var err error
	for _, locale := range locales(bin.Major) {
		if out, err = initdb(ctx, bin, fresh, l, as, o, locale); err == nil {
			break
		}
		if !bytes.Contains(out, []byte("locale")) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("make a PostgreSQL cluster in %s with %s: %w\n%s", l.root, bin.Bin, err, lastLines(out))
	}
	if err := appendFile(filepath.Join(fresh, "postgresql.conf"), includeSettings); err != nil {
		return l.unwritable(err)
	}
	if !o.Scratch {
		out, err := as.run(ctx, l.root, filepath.Join(bin.Bin, "initdb"), "--sync-only", "-D", fresh)
		if err != nil {
			return fmt.Errorf("write the new cluster to disk: %w\n%s", err, lastLines(out))
		}
	}
	if err := os.Rename(fresh, l.data); err != nil {
		return l.unwritable(err)
	}
	if o.Scratch {
		return nil
	}
	return syncFolder(l.root)
}

func initdb(ctx context.Context, bin Installation, fresh string, l layout, as *account, o Options, locale []string) ([]byte, error) {
	args := []string{
		"-D", fresh, "-U", Superuser, "--encoding=UTF8",
		// Whoever can reach the socket may connect; its folder is closed to
		// all but the account that owns the data.
		"--auth=trust", "--no-sync", "--no-instructions",
	}
	if !o.Scratch {
		args = append(args, "--data-checksums")
	}
	return as.run(ctx, l.root, filepath.Join(bin.Bin, "initdb"), append(args, locale...)...)
}

// locales are tried in turn: texts sort by code point, the same on every
// machine, and letters of all scripts are known as such.
func locales(major int) [][]string {
	if major >= 17 {
		return [][]string{{"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"}}
	}
	return [][]string{
		{"--locale=C.UTF-8", "--lc-messages=C"},
		{"--locale=C", "--lc-ctype=en_US.UTF-8"},
		{"--locale=C"},
	}
}

// run runs a program of PostgreSQL to its end, or to ours.
func (a *account) run(ctx context.Context, dir, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	a.as(cmd, dir)
	endWithParent(cmd, syscall.SIGKILL)
	runtime.LockOSThread() // see child.start
	defer runtime.UnlockOSThread()
	return cmd.CombinedOutput()
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// lastLines is the end of a program's output, where its reason is.
func lastLines(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}
