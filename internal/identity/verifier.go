package identity

import (
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/maypok86/otter/v2"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

const (
	// maxToken is the largest token in bytes that is looked at.
	maxToken = 8 << 10
	// skew is how far the issuer's clock may be from ours.
	skew = 30 * time.Second
)

// algorithms are those whose key for checking cannot sign. A token chooses
// among them only as far as the issuer's key fits.
var algorithms = []jwa.SignatureAlgorithm{
	jwa.RS256(), jwa.RS384(), jwa.RS512(), jwa.PS256(), jwa.PS384(), jwa.PS512(),
	jwa.ES256(), jwa.ES384(), jwa.ES512(), jwa.EdDSA(),
}

// keys finds the issuer's key that a token names.
type keys interface {
	// find reports a refusal where the issuer has no such key.
	find(ctx context.Context, kid string, alg jwa.SignatureAlgorithm) (crypto.PublicKey, error)
}

// Verifier checks tokens of one issuer. One that was good is not checked again
// while it is remembered: a signature costs more than many a request.
type Verifier struct {
	keys             keys
	issuer, audience string
	now              func() time.Time
	good             *otter.Cache[[sha256.Size]byte, checked]
}

// checked is a good token: what it says, and for how long.
type checked struct {
	claims Claims
	until  time.Time
}

func newVerifier(keys keys, issuer, audience string, now func() time.Time) *Verifier {
	good := otter.Must(&otter.Options[[sha256.Size]byte, checked]{MaximumSize: remember})
	return &Verifier{keys: keys, issuer: issuer, audience: audience, now: now, good: good}
}

// Verify checks a token and gives what it says. It reports problem.Denied for
// one that is not good, anything else where it could not be checked. A token
// whose key the issuer has withdrawn may pass for as long as the key itself
// would be kept.
func (v *Verifier) Verify(ctx context.Context, token string) (Claims, error) {
	digest := sha256.Sum256([]byte(token))
	if known, ok := v.good.GetIfPresent(digest); ok && v.now().Before(known.until) {
		return known.claims, nil
	}
	claims, until, err := v.check(ctx, token)
	if err != nil {
		return Claims{}, err
	}
	if withdrawn := v.now().Add(minRefresh); withdrawn.Before(until) {
		until = withdrawn
	}
	v.good.Set(digest, checked{claims, until})
	return claims, nil
}

// check also gives the time from which the token is no longer good.
func (v *Verifier) check(ctx context.Context, token string) (c Claims, until time.Time, err error) {
	alg, kid, err := header(token)
	if err != nil {
		return c, until, err
	}
	key, err := v.keys.find(ctx, kid, alg)
	if err != nil {
		return c, until, err
	}
	parsed, err := jwt.ParseString(token, jwt.WithKey(alg, key), jwt.WithContext(ctx),
		jwt.WithIssuer(v.issuer), jwt.WithAudience(v.audience),
		jwt.WithRequiredClaim(jwt.ExpirationKey), jwt.WithRequiredClaim(jwt.SubjectKey),
		jwt.WithClock(jwt.ClockFunc(v.now)), jwt.WithAcceptableSkew(skew))
	if err != nil {
		return c, until, refuse(err.Error())
	}
	expires, _ := parsed.Expiration()
	c, err = claimsOf(parsed)
	return c, expires.Add(skew), err
}

// header reads which key a token claims to be signed with.
func header(token string) (alg jwa.SignatureAlgorithm, kid string, err error) {
	if len(token) > maxToken {
		return alg, "", refuse("it is too large")
	}
	if strings.Count(token, ".") != 2 { // compact form: one header, protected
		return alg, "", refuse("it is not a signed JWT")
	}
	message, err := jws.ParseString(token, jws.WithCompact())
	if err != nil || len(message.Signatures()) != 1 {
		return alg, "", refuse("it is not a signed JWT")
	}
	h := message.Signatures()[0].ProtectedHeaders()
	if critical, ok := h.Critical(); ok && len(critical) > 0 {
		return alg, "", refuse("it demands extensions")
	}
	alg, _ = h.Algorithm()
	if !slices.Contains(algorithms, alg) {
		return alg, "", refuse("its algorithm is not accepted")
	}
	kid, _ = h.KeyID()
	return alg, kid, nil
}

// refuse says for the log why a token is not good; the caller is not told.
func refuse(reason string) error {
	return fmt.Errorf("%s: %w", reason, &problem.Denied{})
}
