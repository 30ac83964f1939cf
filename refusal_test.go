package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestSecondStartOnOneFolder(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{}, "--no-demo")
	second := servertest.Run(t, servertest.Options{Dir: s.Dir}, "--addr=127.0.0.1:0")
	failsWith(t, second, s.Dir, "in use", "--data-dir")
	if len(permissions(t, s.As(s.Token(t, "--role=shopper")))) == 0 {
		t.Error("the first one was disturbed")
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	o := servertest.Options{Dir: filepath.Join(dbtest.Folder(t), "data")}
	failsWith(t, servertest.Run(t, o, "--addr", l.Addr().String()), l.Addr().String(), "taken", "--addr")
	if _, err := os.Stat(o.Dir); err == nil {
		t.Error("PostgreSQL was started before the port was tried")
	}
}

func TestFolderOfAnotherMajorVersion(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Dir: dbtest.Folder(t)}
	data := filepath.Join(o.Dir, "postgres", "data")
	must(t, os.MkdirAll(data, 0o700))
	must(t, os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("12\n"), 0o600))
	failsWith(t, servertest.Run(t, o, "--addr=127.0.0.1:0"), "PostgreSQL 12", "pg_upgrade")
	if text, err := os.ReadFile(filepath.Join(data, "PG_VERSION")); err != nil || string(text) != "12\n" {
		t.Errorf("the data was touched: %q, %v", text, err)
	}
}

func TestUnwritableFolder(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Dir: dbtest.Folder(t)}
	if os.Getuid() == 0 {
		o.As = "nobody" // and the folder is root's
	} else {
		must(t, os.Chmod(o.Dir, 0o555))
	}
	failsWith(t, servertest.Run(t, o, "--addr=127.0.0.1:0"), o.Dir, "permission denied", "--data-dir")
}

func TestDatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: "postgres://nobody@127.0.0.1:1/nothing", Dir: dbtest.Folder(t)}
	failsWith(t, servertest.Run(t, o, "--addr=127.0.0.1:0"), "127.0.0.1:1")
	o.Database = "not a URL"
	failsWith(t, servertest.Run(t, o, "--addr=127.0.0.1:0"), "database URL")
}

func TestSchemaThatIsBehind(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.EmptyDSN(t)}
	failsWith(t, servertest.Run(t, o, "--addr=127.0.0.1:0", "--no-migrate"), "migrate up")
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--nonsense"}, {"nonsense"}, {"serve", "--max-depth=many"}, {"token"},
		{"token", "--role=king"}, {"--oidc-issuer=https://id.example"}} {
		if r := servertest.Run(t, servertest.Options{Database: "none"}, args...); r.Code != 2 || r.Out != "" || r.Err == "" {
			t.Errorf("%q: %+v", args, r)
		}
	}
}

// Without PostgreSQL and without a network there is nothing but the message.
func TestNoPostgreSQLAnywhere(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		return // internal/postgres tests the same without another root folder
	}
	root, err := servertest.Root()
	must(t, err)
	jail := dbtest.Folder(t)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(jail, "tradewind"), ".")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // no libraries in there
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range map[string]string{
		"etc/passwd": "root:x:0:0::/:/bin/false\npostgres:x:70:70::/:/bin/false\n", "etc/group": "root:x:0:\npostgres:x:70:\n",
	} {
		must(t, os.MkdirAll(filepath.Join(jail, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(jail, name), []byte(text), 0o644))
	}
	must(t, os.MkdirAll(filepath.Join(jail, "tmp"), 0o777))
	cmd := exec.CommandContext(t.Context(), "/tradewind", "--addr=127.0.0.1:0", "--data-dir=/data")
	cmd.Env = []string{"PATH=/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: jail}
	cmd.Dir = "/"
	failsWith(t, servertest.RunCommand(t, cmd), "PostgreSQL 15 or newer", "apt install postgresql", "PATH", "DATABASE_URL")
}
