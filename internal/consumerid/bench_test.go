package consumerid

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// What it costs to check a number, to know the person, and to seal and open.
func BenchmarkIdentity(b *testing.B) {
	keys, err := ParseKeys([]string{
		"reference:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "first:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
	})
	if err != nil {
		b.Fatal(err)
	}
	today := time.Date(2026, 6, 18, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		var refused problem.List
		n := Parse(&refused, "input.number", "11010519491231002X", today)
		person := keys.Person(n)
		sealed, err := keys.seal(identity{"李娜", n.Plain()}, person)
		if err != nil || len(refused) > 0 {
			b.Fatal(err, refused)
		}
		if _, err := keys.open(sealed, person); err != nil {
			b.Fatal(err)
		}
	}
}
