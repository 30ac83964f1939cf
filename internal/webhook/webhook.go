// Package webhook signs what providers send, and tells who sent it and when.
// For sandboxes it sends, too.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Header holds the time and the signature: t=1767600000,v1=<hex>.
const Header = "Tradewind-Signature"

// Tolerance is how far the time of a signature may lie from now.
const Tolerance = 5 * time.Minute

// What is wrong with an event.
var (
	// ErrSignature: it was not sent by who knows the secret.
	ErrSignature = errors.New("the signature is not good")
	// ErrStale: it is older or newer than Tolerance, or sent again by others.
	ErrStale = errors.New("the signature is too old, or of the future")
	// ErrForm: it cannot be read.
	ErrForm = errors.New("the event cannot be read")
	// ErrUnknown: what it tells of is not known, or not yet. Sent again later it may be.
	ErrUnknown = errors.New("what the event tells of is not known")
	// ErrIgnored: it is good, and nothing follows from it. It need not be sent again.
	ErrIgnored = errors.New("nothing follows from this event")
)

// Sign gives the header of a body: an HMAC-SHA256 of the time, a point and the body.
func Sign(secret []byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + hex.EncodeToString(sum(secret, t, body))
}

// Verify reports ErrSignature or ErrStale where a body was not signed by this
// secret a moment ago. Without a secret nothing is good.
func Verify(secret []byte, header string, body []byte, now time.Time) error {
	first, second, _ := strings.Cut(header, ",")
	t, timed := strings.CutPrefix(strings.TrimSpace(first), "t=")
	text, signed := strings.CutPrefix(strings.TrimSpace(second), "v1=")
	given, err := hex.DecodeString(text)
	if !timed || !signed || err != nil || len(secret) == 0 || !hmac.Equal(given, sum(secret, t, body)) {
		return ErrSignature
	}
	seconds, err := strconv.ParseInt(t, 10, 64)
	if err != nil {
		return ErrSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > Tolerance || age < -Tolerance {
		return ErrStale
	}
	return nil
}

func sum(secret []byte, t string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
