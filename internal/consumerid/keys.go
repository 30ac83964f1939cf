package consumerid

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/keyfile"
)

const (
	keyBytes = 32
	// reference names the key of persons' references among the others.
	reference = "reference"
	keyFile   = "identity-keys"
)

// Keys seal who buys, and make the reference by which a person is known. The
// zero value has none.
type Keys struct {
	// current seals; all of them open.
	current string
	sealing map[string]cipher.AEAD
	refer   []byte
}

// ErrNoKeys tells that identity numbers cannot be kept.
var ErrNoKeys = errors.New("there are no keys for identity numbers: set IDENTITY_KEYS to reference:KEY,ID:KEY[,ID:KEY…], each KEY 32 random bytes in base64")

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// ParseKeys reads keys as a configuration gives them: the key of persons'
// references, called reference, and sealing keys, of which the first one seals
// and the others open what was sealed before. Errors never hold a key.
func ParseKeys(texts []string) (*Keys, error) {
	k := &Keys{sealing: map[string]cipher.AEAD{}}
	for i, text := range texts {
		id, encoded, ok := strings.Cut(strings.TrimSpace(text), ":")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		switch {
		case !ok || !keyID.MatchString(id):
			return nil, fmt.Errorf("identity key %d is not of the form ID:KEY", i+1)
		case err != nil || len(raw) != keyBytes:
			return nil, fmt.Errorf("identity key %q is not %d bytes in base64", id, keyBytes)
		case id == reference && k.refer != nil, k.sealing[id] != nil:
			return nil, fmt.Errorf("identity key %q is given twice", id)
		case id == reference:
			k.refer = raw
			continue
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, err
		}
		if k.sealing[id], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
		if k.current == "" {
			k.current = id
		}
	}
	if k.refer == nil || k.current == "" {
		return nil, errors.New("identity keys need one called reference and at least one other, which seals")
	}
	return k, nil
}

// OpenKeys reads the keys of development in the data folder, and makes them
// where there are none.
func OpenKeys(dataDir string) (*Keys, error) {
	text, err := keyfile.Open(dataDir, keyFile, func() ([]byte, error) {
		return []byte(reference + ":" + randomKey() + "\nfirst:" + randomKey() + "\n"), nil
	})
	if err != nil {
		return nil, fmt.Errorf("the keys of identity numbers: %w", err)
	}
	return ParseKeys(strings.Fields(string(text)))
}

func randomKey() string {
	raw := make([]byte, keyBytes)
	_, _ = rand.Read(raw) // never fails
	return base64.StdEncoding.EncodeToString(raw)
}

// there tells whether there are keys at all.
func (k *Keys) there() bool { return k != nil && k.current != "" }

func (k *Keys) mac(purpose, text string) []byte {
	h := hmac.New(sha256.New, k.refer)
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write([]byte(text))
	return h.Sum(nil)
}

// Person is the reference of whom a number belongs to: the same for the same
// number, and of no use without the key.
func (k *Keys) Person(n Number) []byte { return k.mac("CN resident identity number", n.digits) }

// name is the reference of a name, by which two are compared.
func (k *Keys) name(name string) []byte { return k.mac("name", comparableName(name)) }

// fingerprint tells whether a key of references is the one that was used before.
func (k *Keys) fingerprint() []byte { return k.mac("fingerprint", "") }

// identity is what is sealed.
type identity struct {
	Name   string `json:"name"`
	Number string `json:"number"`
}

// The form of what is sealed: this version, the length of the key's id, the id,
// the nonce, and the ciphertext. All before the nonce, and the person, are
// authenticated: it opens for that person alone.
const version = 1

func (k *Keys) seal(of identity, person []byte) ([]byte, error) {
	plain, err := json.Marshal(of)
	if err != nil {
		return nil, err
	}
	aead := k.sealing[k.current]
	head := append([]byte{version, byte(len(k.current))}, k.current...)
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(append(append([]byte(nil), head...), nonce...), nonce, plain, append(head, person...)), nil
}

func (k *Keys) open(sealed, person []byte) (of identity, err error) {
	id, body, err := k.head(sealed)
	if err != nil {
		return of, err
	}
	aead := k.sealing[id]
	if aead == nil {
		return of, fmt.Errorf("identity key %q is not among those that were given", id)
	}
	if len(body) < aead.NonceSize() {
		return of, errBroken
	}
	head := sealed[:len(sealed)-len(body)]
	plain, err := aead.Open(nil, body[:aead.NonceSize()], body[aead.NonceSize():], append(append([]byte(nil), head...), person...))
	if err != nil {
		return of, errBroken
	}
	return of, json.Unmarshal(plain, &of)
}

var errBroken = errors.New("what is sealed of an identity does not open: it was changed, or belongs to somebody else")

// head splits what is sealed into the id of its key and the rest.
func (k *Keys) head(sealed []byte) (id string, body []byte, err error) {
	if len(sealed) < 2 || sealed[0] != version || len(sealed) < 2+int(sealed[1]) {
		return "", nil, errBroken
	}
	n := 2 + int(sealed[1])
	return string(sealed[2:n]), sealed[n:], nil
}

// stale tells whether another key seals now.
func (k *Keys) stale(sealed []byte) bool {
	id, _, err := k.head(sealed)
	return err != nil || id != k.current
}
