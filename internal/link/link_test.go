package link_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/link"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	signer, err := link.New(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	token := signer.Sign("download", []byte("payload"), now.Add(time.Minute))
	if payload, err := signer.Open("download", token, now); err != nil || string(payload) != "payload" {
		t.Fatal(payload, err)
	}
	bad := func(what, purpose, token string, at time.Time) {
		t.Helper()
		if _, err := signer.Open(purpose, token, at); !errors.Is(err, link.ErrBad) {
			t.Errorf("%s: %v", what, err)
		}
	}
	bad("expired", "download", token, now.Add(time.Minute))
	bad("for something else", "chart", token, now)
	bad("empty", "download", "", now)
	bad("no base64", "download", token+"=", now)
	for i := range token {
		altered := []byte(token)
		altered[i] ^= 1
		bad("altered", "download", string(altered), now)
		bad("cut", "download", token[:i], now)
	}
	other, err := link.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	bad("of another key", "download", other.Sign("download", []byte("payload"), now.Add(time.Hour)), now)
	if a := signer.Secret("x", []byte("1")); a != signer.Secret("x", []byte("1")) || a == signer.Secret("x", []byte("2")) || a == other.Secret("x", []byte("1")) {
		t.Error("secrets are not of their own")
	}
}

func TestKeyIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, err := link.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	two, err := link.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if _, err := two.Open("p", one.Sign("p", nil, now.Add(time.Hour)), now); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"", "short", base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		if _, err := link.New(key); err == nil {
			t.Errorf("%q is taken", key)
		}
	}
}
