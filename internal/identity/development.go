package identity

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/tradewind-commerce/tradewind/internal/keyfile"
)

// Who issues development tokens, and to whom.
const (
	DevelopmentIssuer   = "tradewind-development"
	DevelopmentAudience = "tradewind"
)

const keyFile = "signing-key.pem"

// Development signs and checks tokens with a key of its own, kept in the data
// folder for nobody else to read. Other issuers' accounts are not its to name.
type Development struct {
	key ed25519.PrivateKey
	now func() time.Time
}

// OpenDevelopment reads the signing key in the data folder, and makes one
// where there is none.
func OpenDevelopment(dataDir string, now func() time.Time) (*Development, error) {
	if dataDir == "" {
		return nil, errors.New("the key that signs tokens needs a data folder: name one (--data-dir, DATA_DIR)")
	}
	text, err := keyfile.Open(dataDir, keyFile, makeKey)
	if err != nil {
		return nil, fmt.Errorf("the key that signs tokens: %w", err)
	}
	key, err := readKey(filepath.Join(dataDir, keyFile), text)
	if err != nil {
		return nil, fmt.Errorf("the key that signs tokens: %w", err)
	}
	return &Development{key: key, now: now}, nil
}

// Sign makes a token for a person whom this key names.
func (d *Development) Sign(subject, name string, validFor time.Duration) (string, error) {
	now := d.now()
	token, err := jwt.NewBuilder().Issuer(DevelopmentIssuer).Audience([]string{DevelopmentAudience}).
		Subject(subject).Claim("name", name).IssuedAt(now).Expiration(now.Add(validFor)).Build()
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.EdDSA(), d.key))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return string(signed), nil
}

// Verifier checks what Sign made.
func (d *Development) Verifier() *Verifier {
	return newVerifier(d, DevelopmentIssuer, DevelopmentAudience, d.now)
}

func (d *Development) find(_ context.Context, _ string, alg jwa.SignatureAlgorithm) (crypto.PublicKey, error) {
	if alg != jwa.EdDSA() {
		return nil, refuse("it is not signed by the development key")
	}
	return d.key.Public(), nil
}

func readKey(path string, text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key: remove it and get a new one", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s holds no Ed25519 key: remove it and get a new one", path)
	}
	return key, nil
}

func makeKey() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
