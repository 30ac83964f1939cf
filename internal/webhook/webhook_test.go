package webhook_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/webhook"
)

var now = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)

func TestVerify(t *testing.T) {
	t.Parallel()
	secret, body := []byte("secret"), []byte(`{"id":"1"}`)
	good := webhook.Sign(secret, now, body)
	for name, c := range map[string]struct {
		secret, header, body string
		at                   time.Time
		want                 error
	}{
		"good":             {"secret", good, string(body), now, nil},
		"a little late":    {"secret", good, string(body), now.Add(webhook.Tolerance), nil},
		"replayed":         {"secret", good, string(body), now.Add(webhook.Tolerance + time.Second), webhook.ErrStale},
		"of the future":    {"secret", good, string(body), now.Add(-webhook.Tolerance - time.Second), webhook.ErrStale},
		"another body":     {"secret", good, string(body) + " ", now, webhook.ErrSignature},
		"another secret":   {"Secret", good, string(body), now, webhook.ErrSignature},
		"another time":     {"secret", strings.Replace(good, "t=1", "t=2", 1), string(body), now, webhook.ErrSignature},
		"no signature":     {"secret", "", string(body), now, webhook.ErrSignature},
		"half a signature": {"secret", good[:len(good)-2], string(body), now, webhook.ErrSignature},
		"no hex":           {"secret", "t=1,v1=xyz", string(body), now, webhook.ErrSignature},
		"no secret":        {"", webhook.Sign(nil, now, body), string(body), now, webhook.ErrSignature},
	} {
		if err := webhook.Verify([]byte(c.secret), c.header, []byte(c.body), c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
