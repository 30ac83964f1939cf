package identity_test

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
)

// A token that was good is believed without its key, until it expires or the
// key would have been fetched anew.
func TestGoodTokensAreRemembered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ validFor, good, bad time.Duration }{
		"until they expire, with the skew of clocks": {time.Minute, 89 * time.Second, 90 * time.Second},
		"for five minutes at most":                   {time.Hour, 5*time.Minute - time.Second, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var now atomic.Pointer[time.Time]
			now.Store(&start)
			key := newEC(t)
			p := newProvider(t)
			p.publish(t, "k", key.Public(), nil)
			v := p.verifier(t, func() time.Time { return *now.Load() })
			token := sign(t, jwa.ES256(), key, kid("k"), claims(map[string]any{"exp": start.Add(c.validFor).Unix()}))
			first, err := v.Verify(t.Context(), token)
			must(t, err)
			p.withdraw()
			// An unknown key has the issuer's keys fetched.
			if _, err := v.Verify(t.Context(), sign(t, jwa.ES256(), newEC(t), kid("other"), claims(nil))); err == nil {
				t.Fatal("a key that is not published was believed")
			}
			pass := func(d time.Duration) {
				at := start.Add(d)
				now.Store(&at)
			}
			pass(c.good)
			again, err := v.Verify(t.Context(), token)
			must(t, err)
			if again.Subject != first.Subject || again.Issuer != first.Issuer || *again.Email != *first.Email {
				t.Errorf("%+v, at first %+v", again, first)
			}
			if _, err := v.Verify(t.Context(), token+"A"); err == nil {
				t.Error("another token was believed")
			}
			pass(c.bad)
			if _, err := v.Verify(t.Context(), token); err == nil {
				t.Error("it is still believed")
			}
		})
	}
}

// withdraw takes all keys from the set.
func (p *provider) withdraw() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.public = []json.RawMessage{}
}
