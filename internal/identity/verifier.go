package identity

import (
	"context"
	"crypto"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"

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

// Verifier checks tokens of one issuer.
type Verifier struct {
	keys             keys
	issuer, audience string
	now              func() time.Time
}

// Verify checks a token and gives what it says. It reports problem.Denied for
// one that is not good, anything else where it could not be checked.
func (v *Verifier) Verify(ctx context.Context, token string) (Claims, error) {
	alg, kid, err := header(token)
	if err != nil {
		return Claims{}, err
	}
	key, err := v.keys.find(ctx, kid, alg)
	if err != nil {
		return Claims{}, err
	}
	parsed, err := jwt.ParseString(token, jwt.WithKey(alg, key), jwt.WithContext(ctx),
		jwt.WithIssuer(v.issuer), jwt.WithAudience(v.audience),
		jwt.WithRequiredClaim(jwt.ExpirationKey), jwt.WithRequiredClaim(jwt.SubjectKey),
		jwt.WithClock(jwt.ClockFunc(v.now)), jwt.WithAcceptableSkew(skew))
	if err != nil {
		return Claims{}, refuse(err.Error())
	}
	return claimsOf(parsed)
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
