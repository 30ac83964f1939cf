package identity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
)

const (
	// Keys are fetched anew within these, as the issuer's answer says.
	minRefresh = 5 * time.Minute
	maxRefresh = time.Hour
	// again is the shortest time between two fetches because a token names a
	// key that is not known: made-up names must not become load on the issuer.
	again = 10 * time.Second

	fetchTimeout = 10 * time.Second
	// patience is how long a start waits for the first keys.
	patience = 3 * time.Second
	minRSA   = 2048 // bits
)

// IssuerOptions say whose tokens are accepted.
type IssuerOptions struct {
	// Issuer and Audience must be the token's iss and be among its aud.
	Issuer, Audience string
	// Keys is the URL of the issuer's JWKS. https, or http on this machine.
	Keys string
	Now  func() time.Time
	Log  *slog.Logger
}

// OpenIssuer checks tokens of an OIDC issuer. Its keys are kept and refreshed
// until ctx ends. An issuer that cannot be reached now is asked again later.
func OpenIssuer(ctx context.Context, o IssuerOptions) (*Verifier, error) {
	if err := checkURL(o.Keys); err != nil {
		return nil, err
	}
	cache, err := jwk.NewCache(ctx, httprc.NewClient())
	if err != nil {
		return nil, err
	}
	first, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = cache.Register(first, o.Keys, jwk.WithHTTPClient(&http.Client{Timeout: fetchTimeout}),
		jwk.WithIgnoreParseError(true), // one key of a kind we do not know must not hide the others
		jwk.WithMinInterval(minRefresh), jwk.WithMaxInterval(maxRefresh))
	if err != nil && !errors.Is(err, httprc.ErrNotReady()) {
		return nil, fmt.Errorf("watch the issuer's keys: %w", err)
	}
	if err != nil {
		o.Log.ErrorContext(ctx, "the issuer's keys could not be read; nobody can sign in until they are", "url", o.Keys, "error", err)
	}
	return newVerifier(&issuerKeys{cache: cache, url: o.Keys, now: o.Now}, o.Issuer, o.Audience, o.Now), nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && local(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("the issuer's keys must come over https (--oidc-jwks-url): %q", text)
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type issuerKeys struct {
	cache *jwk.Cache
	url   string
	now   func() time.Time

	mutex sync.Mutex
	asked time.Time // when an unknown key was last asked for
}

func (k *issuerKeys) find(ctx context.Context, kid string, alg jwa.SignatureAlgorithm) (crypto.PublicKey, error) {
	set, err := k.cache.Lookup(ctx, k.url)
	if err == nil {
		if key := choose(set, kid, alg); key != nil {
			return key, nil
		}
	}
	// The issuer may have changed its keys a moment ago.
	set, err = k.refresh(ctx)
	if err != nil {
		return nil, fmt.Errorf("the issuer's keys are not known: %w", err)
	}
	if key := choose(set, kid, alg); key != nil {
		return key, nil
	}
	return nil, refuse("the issuer has no such key")
}

// refresh fetches the keys anew, unless that was done a moment ago. Callers
// that meet wait for one fetch.
func (k *issuerKeys) refresh(ctx context.Context) (jwk.Set, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if now := k.now(); now.Sub(k.asked) >= again {
		k.asked = now
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		return k.cache.Refresh(ctx, k.url)
	}
	return k.cache.Lookup(ctx, k.url)
}

// choose gives the key of that name, or the only key where the token names
// none. It must be public, made for signatures and fit the algorithm.
func choose(set jwk.Set, kid string, alg jwa.SignatureAlgorithm) crypto.PublicKey {
	if kid == "" && set.Len() != 1 {
		return nil
	}
	for i := range set.Len() {
		key, _ := set.Key(i)
		if id, _ := key.KeyID(); kid != "" && id != kid {
			continue
		}
		if use, ok := key.KeyUsage(); ok && use != "sig" {
			continue
		}
		if own, ok := key.Algorithm(); ok && own.String() != alg.String() {
			continue
		}
		var public any
		if err := jwk.Export(key, &public); err == nil && fits(public, alg) {
			return public
		}
	}
	return nil
}

func fits(key any, alg jwa.SignatureAlgorithm) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return (alg.String()[:2] == "RS" || alg.String()[:2] == "PS") && key.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		bits := map[jwa.SignatureAlgorithm]int{jwa.ES256(): 256, jwa.ES384(): 384, jwa.ES512(): 521}
		return key.Params().BitSize == bits[alg]
	case ed25519.PublicKey:
		return alg == jwa.EdDSA()
	}
	return false
}
