package identity_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func standing() time.Time { return start }

const issuer, audience = "https://id.example", "shop-api"

// provider is an OIDC issuer: keys it signs with, and those it publishes.
type provider struct {
	url     string
	fetched atomic.Int32
	mutex   sync.Mutex
	status  int
	public  []json.RawMessage
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.fetched.Add(1)
		p.mutex.Lock()
		defer p.mutex.Unlock()
		w.WriteHeader(p.status)
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": p.public})
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// publish adds a key to the set; fields change how it is described.
func (p *provider) publish(t *testing.T, kid string, key any, fields map[string]any) {
	t.Helper()
	public, err := jwk.Import(key)
	must(t, err)
	must(t, public.Set(jwk.KeyIDKey, kid))
	for name, value := range fields {
		must(t, public.Set(name, value))
	}
	text, err := json.Marshal(public)
	must(t, err)
	p.publishJSON(text)
}

func (p *provider) publishJSON(key []byte) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.public = append(p.public, key)
}

func (p *provider) answer(status int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.status = status
}

func (p *provider) verifier(t *testing.T, now func() time.Time) *identity.Verifier {
	t.Helper()
	v, err := identity.OpenIssuer(t.Context(), identity.IssuerOptions{
		Issuer: issuer, Audience: audience, Keys: p.url, Now: now, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	return v
}

// claims of a good token, with changes; a nil value takes one away.
func claims(change map[string]any) map[string]any {
	c := map[string]any{
		"iss": issuer, "aud": audience, "sub": "person-1", "name": "Ada Lind", "email": "ada@example.com",
		"iat": start.Unix(), "exp": start.Add(time.Hour).Unix(),
	}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// sign makes a compact JWS, whatever the header says.
func sign(t *testing.T, alg jwa.SignatureAlgorithm, key any, header, payload map[string]any) string {
	t.Helper()
	h := jws.NewHeaders()
	for name, value := range header {
		must(t, h.Set(name, value))
	}
	body, err := json.Marshal(payload)
	must(t, err)
	signed, err := jws.Sign(body, jws.WithKey(alg, key, jws.WithProtectedHeaders(h)))
	must(t, err)
	return string(signed)
}

// raw joins a token by hand, for what no library signs.
func raw(t *testing.T, header, payload map[string]any, mac func(string) []byte) string {
	t.Helper()
	part := func(v map[string]any) string {
		text, err := json.Marshal(v)
		must(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(header) + "." + part(payload)
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac(signed))
}

func hs256(secret []byte) func(string) []byte {
	return func(signed string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(signed))
		return h.Sum(nil)
	}
}

func TestTokensOfAnIssuer(t *testing.T) {
	t.Parallel()
	rsaKey, ecKey, edKey := newRSA(t, 2048), newEC(t), newEd(t)
	p := newProvider(t)
	p.publish(t, "rsa", rsaKey.Public(), map[string]any{"alg": "RS256", "use": "sig"})
	p.publish(t, "ec", ecKey.Public(), nil)
	p.publish(t, "ed", edKey.Public(), nil)
	v := p.verifier(t, standing)

	for name, token := range map[string]string{
		"RS256": sign(t, jwa.RS256(), rsaKey, kid("rsa"), claims(nil)),
		"ES256": sign(t, jwa.ES256(), ecKey, kid("ec"), claims(nil)),
		"EdDSA": sign(t, jwa.EdDSA(), edKey, kid("ed"), claims(nil)),
		"one of several audiences": sign(t, jwa.RS256(), rsaKey, kid("rsa"),
			claims(map[string]any{"aud": []string{"other", audience}})),
		"within the skew of clocks": sign(t, jwa.RS256(), rsaKey, kid("rsa"),
			claims(map[string]any{"iat": start.Add(20 * time.Second).Unix(), "exp": start.Add(-20 * time.Second).Unix()})),
	} {
		t.Run("accepts "+name, func(t *testing.T) {
			t.Parallel()
			c, err := v.Verify(t.Context(), token)
			must(t, err)
			if c.Issuer != issuer || c.Subject != "person-1" || *c.Name != "Ada Lind" || *c.Email != "ada@example.com" {
				t.Errorf("%+v", c)
			}
		})
	}
	t.Run("leaves out a name of no use", func(t *testing.T) {
		t.Parallel()
		for _, bad := range []any{"a\x00b", strings.Repeat("x", 300), "  ", 7, nil} {
			c, err := v.Verify(t.Context(), sign(t, jwa.RS256(), rsaKey, kid("rsa"), claims(map[string]any{"name": bad, "email": bad})))
			must(t, err)
			if c.Name != nil || c.Email != nil {
				t.Errorf("%q: %+v", bad, c)
			}
		}
	})
}

func TestTokensThatAreNotGood(t *testing.T) {
	t.Parallel()
	rsaKey, weak, secret := newRSA(t, 2048), newRSA(t, 1024), []byte("a shared secret of thirty-two bytes")
	p := newProvider(t)
	p.publish(t, "rsa", rsaKey.Public(), map[string]any{"alg": "RS256"})
	p.publishJSON(fmt.Appendf(nil, `{"kty":"RSA","kid":"weak","e":"AQAB","n":%q}`,
		base64.RawURLEncoding.EncodeToString(weak.N.Bytes())))
	p.publishJSON([]byte(`{"kty":"FUTURE","kid":"unknown"}`))
	p.publish(t, "encryption", newRSA(t, 2048).Public(), map[string]any{"use": "enc"})
	p.publish(t, "secret", secret, nil)
	v := p.verifier(t, standing)

	good := func(change map[string]any) string {
		return sign(t, jwa.RS256(), rsaKey, kid("rsa"), claims(change))
	}
	whole := good(nil)
	parts := strings.Split(whole, ".")
	public, err := x509.MarshalPKIXPublicKey(rsaKey.Public())
	must(t, err)
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	silent := func(string) []byte { return nil }
	expected := map[string]string{
		"expired":                      good(map[string]any{"exp": start.Add(-time.Minute).Unix()}),
		"without an end":               good(map[string]any{"exp": nil}),
		"not yet valid":                good(map[string]any{"nbf": start.Add(time.Hour).Unix()}),
		"from the future":              good(map[string]any{"iat": start.Add(time.Hour).Unix()}),
		"for another audience":         good(map[string]any{"aud": "other"}),
		"for nobody":                   good(map[string]any{"aud": nil}),
		"of another issuer":            good(map[string]any{"iss": "https://evil.example"}),
		"of no issuer":                 good(map[string]any{"iss": nil}),
		"about nobody":                 good(map[string]any{"sub": nil}),
		"about an empty name":          good(map[string]any{"sub": ""}),
		"about a NUL":                  good(map[string]any{"sub": "a\x00b"}),
		"about too long a name":        good(map[string]any{"sub": strings.Repeat("a", 256)}),
		"about a number":               good(map[string]any{"sub": 7}),
		"signed with another key":      sign(t, jwa.RS256(), newRSA(t, 2048), kid("rsa"), claims(nil)),
		"of a key nobody knows":        sign(t, jwa.RS256(), rsaKey, kid("other"), claims(nil)),
		"of no key among several":      sign(t, jwa.RS256(), rsaKey, nil, claims(nil)),
		"of a weak key":                sign(t, jwa.RS256(), weak, kid("weak"), claims(nil)),
		"of a key to encrypt":          sign(t, jwa.RS256(), rsaKey, kid("encryption"), claims(nil)),
		"with an algorithm unlike":     sign(t, jwa.PS256(), rsaKey, kid("rsa"), claims(nil)),
		"with demands":                 sign(t, jwa.RS256(), rsaKey, map[string]any{"kid": "rsa", "crit": []string{"exp"}, "exp": 1}, claims(nil)),
		"unsigned":                     raw(t, map[string]any{"alg": "none", "kid": "rsa"}, claims(nil), silent),
		"unsigned, in capitals":        raw(t, map[string]any{"alg": "NoNe", "kid": "rsa"}, claims(nil), silent),
		"HS256 with the public key":    raw(t, map[string]any{"alg": "HS256", "kid": "rsa"}, claims(nil), hs256(publicPEM)),
		"HS256 with its DER":           raw(t, map[string]any{"alg": "HS256", "kid": "rsa"}, claims(nil), hs256(public)),
		"HS256 with a published key":   raw(t, map[string]any{"alg": "HS256", "kid": "secret"}, claims(nil), hs256(secret)),
		"of an algorithm of no name":   raw(t, map[string]any{"alg": 7, "kid": "rsa"}, claims(nil), silent),
		"without a signature":          parts[0] + "." + parts[1] + ".",
		"with another payload":         parts[0] + "." + strings.Split(good(map[string]any{"sub": "admin"}), ".")[1] + "." + parts[2],
		"of two parts":                 parts[0] + "." + parts[1],
		"of four parts":                whole + ".x",
		"in JSON form":                 `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"too large":                    good(map[string]any{"more": strings.Repeat("x", 9000)}),
		"garbage":                      "garbage",
		"garbage in three parts":       "a.b.c",
		"not UTF-8":                    "\xff.\xfe.\xfd",
		"with a payload not an object": sign(t, jwa.RS256(), rsaKey, kid("rsa"), nil),
		"of nothing":                   "..",
	}
	for name, token := range expected {
		t.Run("is refused "+name, func(t *testing.T) {
			t.Parallel()
			c, err := v.Verify(t.Context(), token)
			var denied *problem.Denied
			if !errors.As(err, &denied) || denied.SignedIn {
				t.Fatalf("%+v, %v", c, err)
			}
		})
	}
}

func TestKeysOfAnIssuer(t *testing.T) {
	t.Parallel()
	t.Run("that are new are fetched, at most every 10 s", func(t *testing.T) {
		t.Parallel()
		var now atomic.Pointer[time.Time]
		now.Store(&start)
		old, fresh := newEC(t), newEC(t)
		p := newProvider(t)
		p.publish(t, "old", old.Public(), nil)
		v := p.verifier(t, func() time.Time { return *now.Load() })
		for range 20 {
			if _, err := v.Verify(t.Context(), sign(t, jwa.ES256(), fresh, kid("new"), claims(nil))); err == nil {
				t.Fatal("a key that is not published was believed")
			}
		}
		if n := p.fetched.Load(); n != 2 {
			t.Errorf("the keys were fetched %d times, want at the start and once more", n)
		}

		p.publish(t, "new", fresh.Public(), nil)
		later := start.Add(11 * time.Second)
		now.Store(&later)
		_, err := v.Verify(t.Context(), sign(t, jwa.ES256(), fresh, kid("new"), claims(nil)))
		must(t, err)
	})
	t.Run("a set of one needs no name", func(t *testing.T) {
		t.Parallel()
		key := newEC(t)
		p := newProvider(t)
		p.publish(t, "only", key.Public(), nil)
		_, err := p.verifier(t, standing).Verify(t.Context(), sign(t, jwa.ES256(), key, nil, claims(nil)))
		must(t, err)
	})
	t.Run("that cannot be had are a fault, not a refusal, until they can", func(t *testing.T) {
		t.Parallel()
		var now atomic.Pointer[time.Time]
		now.Store(&start)
		key := newEC(t)
		p := newProvider(t)
		p.publish(t, "k", key.Public(), nil)
		p.answer(http.StatusInternalServerError)
		v := p.verifier(t, func() time.Time { return *now.Load() })
		token := sign(t, jwa.ES256(), key, kid("k"), claims(map[string]any{"exp": start.Add(time.Hour).Unix()}))
		_, err := v.Verify(t.Context(), token)
		var denied *problem.Denied
		if err == nil || errors.As(err, &denied) {
			t.Fatalf("want a fault, got %v", err)
		}

		p.answer(http.StatusOK)
		later := start.Add(11 * time.Second)
		now.Store(&later)
		_, err = v.Verify(t.Context(), token)
		must(t, err)
	})
	t.Run("are not read over an open line", func(t *testing.T) {
		t.Parallel()
		for _, url := range []string{"http://id.example/keys", "ftp://id.example", "id.example", "https://", ""} {
			_, err := identity.OpenIssuer(t.Context(), identity.IssuerOptions{Keys: url})
			if err == nil || !strings.Contains(err.Error(), "--oidc-jwks-url") {
				t.Errorf("%q: %v", url, err)
			}
		}
	})
}

func TestDevelopmentKey(t *testing.T) {
	t.Parallel()
	t.Run("is made once, for its owner alone, however many begin", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "below")
		tokens := make(chan string, 8)
		for range cap(tokens) {
			go func() {
				d, err := identity.OpenDevelopment(dir, standing)
				if err != nil {
					t.Error(err)
					tokens <- ""
					return
				}
				token, err := d.Sign("shopper", "Demo shopper", time.Hour)
				if err != nil {
					t.Error(err)
				}
				tokens <- token
			}()
		}
		first := <-tokens
		for range cap(tokens) - 1 {
			if other := <-tokens; other != first {
				t.Error("two keys were made")
			}
		}
		files, err := os.ReadDir(dir)
		must(t, err)
		if len(files) != 1 {
			t.Errorf("left behind: %v", files)
		}
		info, err := files[0].Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("its mode is %o", info.Mode().Perm())
		}
	})
	t.Run("signs what it checks, and nothing else passes", func(t *testing.T) {
		t.Parallel()
		d, err := identity.OpenDevelopment(t.TempDir(), standing)
		must(t, err)
		other, err := identity.OpenDevelopment(t.TempDir(), standing)
		must(t, err)
		good, err := d.Sign("operator", "Demo operator", time.Hour)
		must(t, err)
		c, err := d.Verifier().Verify(t.Context(), good)
		must(t, err)
		if c.Issuer != identity.DevelopmentIssuer || c.Subject != "operator" {
			t.Errorf("%+v", c)
		}
		forged, err := other.Sign("operator", "Demo operator", time.Hour)
		must(t, err)
		expired, err := d.Sign("operator", "Demo operator", -time.Hour)
		must(t, err)
		foreign := sign(t, jwa.RS256(), newRSA(t, 2048), nil, claims(map[string]any{"iss": identity.DevelopmentIssuer}))
		for _, bad := range []string{forged, expired, foreign, good[:len(good)-4] + "AAAA"} {
			var denied *problem.Denied
			if _, err := d.Verifier().Verify(t.Context(), bad); !errors.As(err, &denied) {
				t.Errorf("%s: %v", bad, err)
			}
		}
	})
	t.Run("that others may read, or that is none, is refused", func(t *testing.T) {
		t.Parallel()
		for name, spoil := range map[string]func(string) error{
			"chmod 600":    func(path string) error { return os.Chmod(path, 0o644) },
			"holds no key": func(path string) error { return os.WriteFile(path, []byte("hello"), 0o600) },
		} {
			dir := t.TempDir()
			_, err := identity.OpenDevelopment(dir, standing)
			must(t, err)
			must(t, spoil(filepath.Join(dir, "signing-key.pem")))
			_, err = identity.OpenDevelopment(dir, standing)
			if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func kid(name string) map[string]any { return map[string]any{"kid": name} }

func newRSA(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	must(t, err)
	return key
}

func newEC(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

func newEd(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	return key
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
