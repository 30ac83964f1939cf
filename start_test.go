package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func TestStartsWithNothingSetUp(t *testing.T) {
	t.Parallel()
	for _, as := range servertest.Users() {
		t.Run("as "+nameOf(as), func(t *testing.T) {
			t.Parallel()
			s := servertest.Start(t, servertest.Options{As: as}, "--no-demo")
			postmaster := servertest.Postmaster(t, s.Dir)
			if ownerOf(t, fmt.Sprintf("/proc/%d", postmaster)) == 0 {
				t.Error("PostgreSQL runs as root")
			}
			var listens string
			must(t, private(t, s.Dir).QueryRow(t.Context(), "show listen_addresses").Scan(&listens))
			if listens != "" {
				t.Errorf("PostgreSQL listens on %s", listens)
			}
			info, err := os.Stat(filepath.Join(s.Dir, "signing-key.pem"))
			must(t, err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("the signing key has mode %o", info.Mode().Perm())
			}
			if len(permissions(t, s.As(""))) != 0 {
				t.Error("a visitor holds permissions")
			}
			s.Stop(t)
			servertest.Gone(t, "PostgreSQL", postmaster)
		})
	}
}

func TestKilledServerLosesNoCommit(t *testing.T) {
	t.Parallel()
	for _, as := range servertest.Users() {
		t.Run("started by "+nameOf(as), func(t *testing.T) {
			t.Parallel()
			o := servertest.Options{As: as, Dir: servertest.Folder(t, as)}
			s := servertest.Start(t, o, "--no-demo")
			postmaster := servertest.Postmaster(t, o.Dir)
			confirmed, broken := signUp(t, s)
			s.Signal(t, syscall.SIGKILL)
			<-broken
			servertest.Gone(t, "PostgreSQL", postmaster)

			again := servertest.Start(t, o, "--no-demo")
			accounts := count(t, private(t, o.Dir), "select count(*) from accounts")
			// The last one may have been written and not yet answered.
			if n := confirmed.Load(); accounts < n || accounts > n+1 {
				t.Errorf("%d accounts, %d were confirmed", accounts, n)
			}
			again.Stop(t)
		})
	}
}

func TestPrivatePostgreSQLThatIsKilled(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Dir: dbtest.Folder(t)}
	s := servertest.Start(t, o, "--no-demo")
	confirmed, broken := signUp(t, s)
	must(t, syscall.Kill(servertest.Postmaster(t, o.Dir), syscall.SIGKILL))
	if code := s.Wait(t); code != 1 {
		t.Errorf("exit code %d", code)
	}
	says(t, s.Log(), "tradewind: the private PostgreSQL ended", "postgres.log")
	<-broken

	again := servertest.Start(t, o, "--no-demo")
	if n := count(t, private(t, o.Dir), "select count(*) from accounts"); n < confirmed.Load() {
		t.Errorf("%d accounts, %d were confirmed", n, confirmed.Load())
	}
	again.Stop(t)
}

// signUp has new people call, each of whom is an account that is committed
// before the answer. It returns once some are in; broken is closed when the
// server answers no more.
func signUp(t *testing.T, s *servertest.Server) (confirmed *atomic.Int64, broken chan struct{}) {
	t.Helper()
	d := signer(t, s.Dir)
	confirmed, broken = &atomic.Int64{}, make(chan struct{})
	go func() {
		defer close(broken)
		for {
			token, err := d.Sign(strconv.FormatInt(confirmed.Load(), 10), "Ada", time.Hour)
			if err != nil {
				return
			}
			request, _ := http.NewRequest(http.MethodPost, s.URL+"/graphql", strings.NewReader(`{"query":"{ viewer { permissions } }"}`))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+token)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusOK {
				return
			}
			confirmed.Add(1)
		}
	}()
	if !servertest.Within(time.Minute, func() bool { return confirmed.Load() >= 20 }) {
		t.Fatal("nobody could sign in")
	}
	return confirmed, broken
}

var lockedBy = regexp.MustCompile(`process (\d+) `)

func TestKilledGoRunLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	root, err := servertest.Root()
	must(t, err)
	o := servertest.Options{Dir: dbtest.Folder(t)}
	cmd := exec.CommandContext(t.Context(), "go", "run", ".", "--no-demo")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "DATA_DIR="+o.Dir, "DATABASE_URL=", "ADDR=127.0.0.1:0")
	s := servertest.BeginCommand(t, o, cmd)
	s.Await(t)
	holder, err := os.ReadFile(filepath.Join(o.Dir, "postgres", "lock"))
	must(t, err)
	match := lockedBy.FindSubmatch(holder)
	if match == nil {
		t.Fatalf("the lock says %q", holder)
	}
	server, err := strconv.Atoi(string(match[1]))
	must(t, err)
	if server == s.Pid {
		t.Fatal("the go tool ran nothing of its own")
	}
	postmaster := servertest.Postmaster(t, o.Dir)
	s.Signal(t, syscall.SIGKILL)
	servertest.Gone(t, "the server", server)
	servertest.Gone(t, "PostgreSQL", postmaster)
}

func TestSIGTERMLetsRunningRequestsFinish(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	s := servertest.Start(t, servertest.Options{Database: dsn})
	conn := dial(t, dsn)
	_, err := conn.Exec(t.Context(), "begin; lock table accounts")
	must(t, err)
	token := sign(t, signer(t, s.Dir), "slow")
	answered := make(chan int, 1)
	go func() { answered <- s.As(token).Post(t, askViewer, nil).Status }()
	waits := func() bool {
		return count(t, dial(t, dsn), "select count(*) from pg_locks where not granted and relation = 'accounts'::regclass") > 0
	}
	if !servertest.Within(30*time.Second, waits) {
		t.Fatal("the request does not wait for the table")
	}

	s.Signal(t, syscall.SIGTERM)
	refuses := func() bool {
		response, err := http.Get(s.URL + "/healthz")
		if err == nil {
			_ = response.Body.Close()
		}
		return err != nil
	}
	if !servertest.Within(30*time.Second, refuses) {
		t.Error("a server that stops takes new requests")
	}
	if s.Ended() {
		t.Fatal("it did not wait for the running request")
	}
	_, err = conn.Exec(t.Context(), "commit")
	must(t, err)
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the running request got %d", status)
	}
	if code := s.Wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestARequestThatOutlastsTheDrainTimeout(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	s := servertest.Start(t, servertest.Options{Database: dsn}, "--drain-timeout=100ms")
	conn := dial(t, dsn)
	_, err := conn.Exec(t.Context(), "begin; lock table accounts")
	must(t, err)
	request, _ := http.NewRequest(http.MethodGet, s.URL+"/graphql?query={viewer{permissions}}", nil)
	request.Header.Set("Authorization", "Bearer "+sign(t, signer(t, s.Dir), "slow"))
	var waiting sync.WaitGroup
	waiting.Go(func() {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			t.Errorf("it was answered: %d", response.StatusCode)
		}
	})
	waits := func() bool {
		return count(t, dial(t, dsn), "select count(*) from pg_locks where not granted and relation = 'accounts'::regclass") > 0
	}
	if !servertest.Within(30*time.Second, waits) {
		t.Fatal("the request does not wait for the table")
	}
	s.Signal(t, syscall.SIGTERM)
	if code := s.Wait(t); code != 1 {
		t.Errorf("exit code %d", code)
	}
	says(t, s.Log(), "drain timeout")
	waiting.Wait()
}

func TestInstancesThatStartAtOnceOnOneDatabase(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.EmptyDSN(t), Dir: dbtest.Folder(t)}
	servers := make([]*servertest.Server, 3)
	for i := range servers {
		servers[i] = servertest.Begin(t, o, "--addr=127.0.0.1:0")
	}
	for _, s := range servers {
		s.Await(t)
	}
	conn := dial(t, o.Database)
	twice := "select count(*) - count(distinct version_id) from goose_db_version"
	if n := count(t, conn, twice); n != 0 {
		t.Errorf("%d migrations ran twice", n)
	}
	// They share the data folder, hence the key: a token is good at each.
	token := servers[0].Token(t, "--role=operator")
	for _, s := range servers {
		if len(permissions(t, s.As(token))) == 0 {
			t.Error("one does not know the operator")
		}
		s.Stop(t)
	}
}

func TestLivesBeforeItIsReady(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	conn := dial(t, dsn)
	_, err := conn.Exec(t.Context(), "begin; lock table goose_db_version")
	must(t, err)
	addr := freePort(t)
	s := servertest.Begin(t, servertest.Options{Database: dsn}, "--addr="+addr)
	status := func(path string) int {
		response, err := http.Get("http://" + addr + path)
		if err != nil {
			return 0
		}
		defer response.Body.Close()
		return response.StatusCode
	}
	if !servertest.Within(time.Minute, func() bool { return status("/healthz") == http.StatusOK }) {
		t.Fatal("a server that migrates does not live")
	}
	if got := status("/readyz"); got != http.StatusServiceUnavailable {
		t.Errorf("a server that migrates is ready: %d", got)
	}
	// Other requests wait for it.
	answered := make(chan int, 1)
	go func() { answered <- status("/schema.graphql") }()
	_, err = conn.Exec(t.Context(), "commit")
	must(t, err)
	s.Await(t)
	if got := <-answered; got != http.StatusOK {
		t.Errorf("the request that waited got %d", got)
	}
	if got := status("/readyz"); got != http.StatusOK {
		t.Errorf("it serves and is not ready: %d", got)
	}

	_, err = dial(t, dsn).Exec(t.Context(), "delete from goose_db_version where version_id = (select max(version_id) from goose_db_version)")
	must(t, err)
	if got := status("/readyz"); got != http.StatusServiceUnavailable {
		t.Errorf("ready without the last migration: %d", got)
	}
	if got := status("/healthz"); got != http.StatusOK {
		t.Errorf("it died of it: %d", got)
	}
}
