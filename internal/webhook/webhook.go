// Package webhook takes what providers send: signed, recent, and small.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Header holds the time and the signature: t=1767600000,v1=<hex>.
const Header = "Tradewind-Signature"

// Tolerance is how far the time of a signature may lie from now.
const Tolerance = 5 * time.Minute

// MaxBody is how many bytes an event has at most.
const MaxBody = 64 << 10

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

// Handler hands the body and the headers of each request to take, and answers
// by what that reports: 200 for what was taken, now or before, 401 for a bad
// signature, 400 for what cannot be read, 404 for what is not known, and 500,
// after which senders try again, for faults. Bodies and signatures are not logged.
func Handler(log *slog.Logger, take func(r *http.Request, body []byte) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		if err != nil {
			http.Error(w, "the event is too large", http.StatusRequestEntityTooLarge)
			return
		}
		err = take(r, body)
		if err == nil {
			w.WriteHeader(http.StatusOK)
			return
		}
		status, told := http.StatusInternalServerError, errors.New("try again")
		for known, code := range map[error]int{
			ErrSignature: http.StatusUnauthorized, ErrStale: http.StatusUnauthorized, ErrForm: http.StatusBadRequest, ErrUnknown: http.StatusNotFound,
		} {
			if errors.Is(err, known) {
				status, told = code, known
			}
		}
		if status == http.StatusInternalServerError {
			log.ErrorContext(r.Context(), "event failed", "path", r.URL.Path, "error", err)
		} else {
			log.WarnContext(r.Context(), "event refused", "path", r.URL.Path, "reason", told.Error())
		}
		http.Error(w, told.Error(), status)
	})
}
