// Package link makes links that speak for themselves: whoever has one may use
// it until it expires. Nobody can make or alter one without the key.
package link

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/keyfile"
)

const (
	keyBytes = 32
	keyFile  = "link.key"
	macBytes = 16
)

// Signer makes tokens, and reads them.
type Signer struct{ key []byte }

// New takes a key of 32 bytes in base64.
func New(key string) (*Signer, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
	if err != nil || len(raw) != keyBytes {
		return nil, fmt.Errorf("the key of links is not %d bytes in base64", keyBytes)
	}
	return &Signer{raw}, nil
}

// Open takes the key in the data folder, and makes one where there is none.
func Open(dir string) (*Signer, error) {
	text, err := keyfile.Open(dir, keyFile, func() ([]byte, error) {
		key := make([]byte, keyBytes)
		_, _ = rand.Read(key) // never fails
		return []byte(base64.StdEncoding.EncodeToString(key) + "\n"), nil
	})
	if err != nil {
		return nil, err
	}
	return New(string(text))
}

// ErrBad is what a token is that has expired, was altered, or is for something else.
var ErrBad = errors.New("the link is not good")

var encoding = base64.RawURLEncoding.Strict()

// Sign makes a token of a payload that is good for a purpose until a time, to
// the second.
func (s *Signer) Sign(purpose string, payload []byte, expires time.Time) string {
	token := binary.BigEndian.AppendUint64(nil, uint64(expires.Unix()))
	token = append(token, payload...)
	return encoding.EncodeToString(append(token, s.sum(purpose, token)...))
}

// Open gives the payload of a token that was signed for the purpose and has
// not expired, or reports ErrBad.
func (s *Signer) Open(purpose, token string, now time.Time) ([]byte, error) {
	raw, err := encoding.DecodeString(token)
	if err != nil || len(raw) < 8+macBytes {
		return nil, ErrBad
	}
	body, mac := raw[:len(raw)-macBytes], raw[len(raw)-macBytes:]
	if !hmac.Equal(mac, s.sum(purpose, body)) || now.Unix() >= int64(binary.BigEndian.Uint64(body)) {
		return nil, ErrBad
	}
	return body[8:], nil
}

// Secret derives a secret of its own for a purpose, which is the same each time.
func (s *Signer) Secret(purpose string, of []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.whole("secret of "+purpose, of))
}

func (s *Signer) sum(purpose string, body []byte) []byte { return s.whole(purpose, body)[:macBytes] }

func (s *Signer) whole(purpose string, body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(purpose))))
	mac.Write([]byte(purpose))
	mac.Write(body)
	return mac.Sum(nil)
}
