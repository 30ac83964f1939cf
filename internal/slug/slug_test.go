package slug_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/slug"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Prairie Gold Honey": "prairie-gold-honey", "  Crème & Brûlée! ": "creme-and-brulee", "O'Hara’s": "oharas",
		"Łódź Straße": "lodz-strasse", "蜂蜜": "", "No. 7": "no-7", "ﬁne": "fine", "abcdefghijkl mnopqrstuvwxyz": "abcdefghijkl",
		"abcdefghijklmnopqrstuvwxyz": "abcdefghijklmnopqrst", "---": "", "abcdefghijklmnopqrst uvw": "abcdefghijklmnopqrst",
	} {
		if got := slug.Of(text, 20); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWhateverTheNameTheSlugIsOneOrEmpty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := slug.Of(rapid.String().Draw(t, "name"), 30)
		var l problem.List
		l.Slug("slug", got, 1, 30)
		if got != "" && l.Err() != nil {
			t.Fatalf("%q: %v", got, l.Err())
		}
	})
}
