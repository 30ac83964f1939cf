package identity_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/identity"
)

func BenchmarkVerify(b *testing.B) {
	d, err := identity.OpenDevelopment(b.TempDir(), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	token, err := d.Sign("shopper", "Demo shopper", time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	v := d.Verifier()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
