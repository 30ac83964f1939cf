package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestTokenCommand(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.DSN(t), Dir: dbtest.Folder(t)}
	db := dbtest.Open(t, o.Database, database.Options{})
	for _, slug := range []string{"acme", "zeta"} {
		fixture.Brand(t, db.Gorm, slug)
	}
	fixture.Brand(t, db.Gorm, "aaa", func(b *models.Brand) { b.Status = models.BrandApplied })
	s := servertest.Start(t, o)

	for _, c := range []struct {
		role, holds, lacks string
		args               []string
		brand              string
	}{
		{role: "operator", holds: "BRAND_REVIEW"},
		{role: "reporting", holds: "REPORT_READ", lacks: "BRAND_WRITE"},
		{role: "shopper", holds: "ORDER_PLACE", lacks: "BRAND_READ"},
		{role: "merchant", holds: "BRAND_OWN", lacks: "BRAND_REVIEW", brand: "acme"},
		{role: "merchant", holds: "BRAND_OWN", lacks: "BRAND_REVIEW", args: []string{"--brand=zeta"}, brand: "zeta"},
	} {
		t.Run(c.role+strings.Join(c.args, ""), func(t *testing.T) {
			t.Parallel()
			r := servertest.Run(t, o, append([]string{"token", "--role", c.role}, c.args...)...)
			if r.Code != 0 || r.Err != "" || strings.Count(r.Out, "\n") != 1 || strings.Count(r.Out, ".") != 2 {
				t.Fatalf("not a token alone: %+v", r)
			}
			client := s.As(strings.TrimSpace(r.Out))
			held := permissions(t, client)
			if !slices.Contains(held, c.holds) || slices.Contains(held, c.lacks) {
				t.Errorf("it may %v", held)
			}
			var got struct {
				Viewer struct {
					Account struct {
						Memberships []struct{ Brand struct{ Slug string } }
					}
				}
			}
			client.Do(t, `{ viewer { account { memberships { brand { slug } } } } }`, nil, &got)
			switch m := got.Viewer.Account.Memberships; {
			case c.brand == "" && len(m) > 0, c.brand != "" && (len(m) != 1 || m[0].Brand.Slug != c.brand):
				t.Errorf("it works for %+v", m)
			}
		})
	}
	t.Run("names as many accounts as are wanted", func(t *testing.T) {
		t.Parallel()
		ids := map[string]bool{}
		for _, subject := range []string{"ada", "bea", "ada"} {
			var got struct {
				Viewer struct{ Account struct{ ID string } }
			}
			s.As(s.Token(t, "--role=shopper", "--subject", subject)).Do(t, `{ viewer { account { id } } }`, nil, &got)
			ids[got.Viewer.Account.ID] = true
		}
		if len(ids) != 2 {
			t.Errorf("%d accounts for two names", len(ids))
		}
	})
	t.Run("refuses a brand that is not there", func(t *testing.T) {
		t.Parallel()
		failsWith(t, servertest.Run(t, o, "token", "--role=merchant", "--brand=nobody"), "nobody")
		empty := servertest.Options{Database: dbtest.DSN(t)}
		failsWith(t, servertest.Run(t, empty, "token", "--role=merchant"), "no active brand", "--brand")
	})
	t.Run("has none where tokens come from an issuer", func(t *testing.T) {
		t.Parallel()
		with := o
		with.Env = []string{"OIDC_ISSUER=https://id.example"}
		failsWith(t, servertest.Run(t, with, "token", "--role=shopper"), "https://id.example")
	})
}

func TestCommandsJoinTheRunningDatabaseOrRunItThemselves(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Dir: dbtest.Folder(t)}
	before := servertest.Run(t, o, "token", "--role=operator")
	if before.Code != 0 || before.Err != "" {
		t.Fatalf("without a server: %+v", before)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "postgres", "data", "postmaster.pid")); err == nil {
		t.Error("the command left its PostgreSQL running")
	}

	s := servertest.Start(t, o, "--no-demo")
	if !slices.Contains(permissions(t, s.As(strings.TrimSpace(before.Out))), "BRAND_REVIEW") {
		t.Error("the server does not know a token made before it ran")
	}
	postmaster := servertest.Postmaster(t, o.Dir)
	if !slices.Contains(permissions(t, s.As(s.Token(t, "--role=operator"))), "BRAND_REVIEW") {
		t.Error("the server does not know a token made beside it")
	}
	if r := servertest.Run(t, o, "check"); r.Code != 0 {
		t.Errorf("check beside a server: %+v", r)
	}
	if now := servertest.Postmaster(t, o.Dir); now != postmaster {
		t.Error("a command ended the server's PostgreSQL")
	}
	s.Stop(t)
}

func TestTokensThatAreNotGoodWriteNothing(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	s := servertest.Start(t, servertest.Options{Database: dsn})
	conn := dial(t, dsn)
	good := signer(t, s.Dir)
	expired, err := good.Sign("ada", "Ada", -time.Hour)
	must(t, err)
	public := publicPEM(t, s.Dir)
	hs256, err := jwt.NewBuilder().Issuer("tradewind-development").Audience([]string{"tradewind"}).Subject("operator").
		Expiration(time.Now().Add(time.Hour)).Build()
	must(t, err)
	confused, err := jwt.Sign(hs256, jwt.WithKey(jwa.HS256(), public))
	must(t, err)
	unsigned, err := jwt.Sign(hs256, jwt.WithInsecureNoSignature())
	must(t, err)

	for name, token := range map[string]string{
		"expired": expired, "forged": sign(t, signer(t, dbtest.Folder(t)), "ada"), "HS256 by the public key": string(confused),
		"unsigned": string(unsigned), "garbage": "garbage", "oversized": strings.Repeat("x", 20_000),
	} {
		for _, query := range []string{askViewer, `mutation { brandApply(input: {name: "x", country: "US", industry: FOOD, size: MICRO, contact: {name: "x", email: "x@example.com"}}) { brand { id } } }`, "{"} {
			answer := s.As(token).Post(t, query, nil)
			if answer.Status != http.StatusUnauthorized || answer.Code() != "UNAUTHENTICATED" || string(answer.Data) != "null" {
				t.Errorf("%s: %d %s", name, answer.Status, answer.Raw)
			}
		}
	}
	if n := count(t, conn, "select (select count(*) from accounts) + (select count(*) from brands)"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func publicPEM(t *testing.T, dir string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "signing-key.pem"))
	must(t, err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	must(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.(ed25519.PrivateKey).Public())
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
}

func TestServerAcceptsTokensOfAnIssuer(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, err := jwk.Import(public)
	must(t, err)
	must(t, key.Set(jwk.KeyIDKey, "k"))
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{key}})
	}))
	t.Cleanup(keys.Close)
	dsn := dbtest.DSN(t)
	fixture.Account(t, dbtest.Open(t, dsn, database.Options{}).Gorm, "Bea") // not empty: no demonstration data
	s := servertest.Start(t, servertest.Options{Database: dsn, Env: []string{"OIDC_JWKS_URL=" + keys.URL}},
		"--oidc-issuer=https://id.example", "--oidc-audience=shop-api", "--demo")

	token, err := jwt.NewBuilder().Issuer("https://id.example").Audience([]string{"shop-api"}).Subject("ada").
		Claim("name", "Ada").Expiration(time.Now().Add(time.Hour)).Build()
	must(t, err)
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.EdDSA(), private))
	must(t, err)
	if held := permissions(t, s.As(string(signed))); !slices.Contains(held, "ORDER_PLACE") {
		t.Errorf("who signed in may %v", held)
	}
	if strings.Contains(s.Out(), "eyJ") {
		t.Error("tokens are shown that nobody accepts")
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "signing-key.pem")); err == nil {
		t.Error("a development key was made")
	}
	if code := s.As(sign(t, signer(t, s.Dir), "operator")).Post(t, askViewer, nil).Code(); code != "UNAUTHENTICATED" {
		t.Errorf("a development token gets %q", code)
	}
}
