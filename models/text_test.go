package models_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/models"
)

// The text answered is that of the first language that has one: those wanted
// in order, the default, English, then the first by name.
func TestTextsFallBack(t *testing.T) {
	t.Parallel()
	languages := []string{"de", "en", "fr", "ja", "zh", "zh-CN"}
	rapid.Check(t, func(t *rapid.T) {
		texts := models.Texts[string]{}
		for _, l := range rapid.SliceOfDistinct(rapid.SampledFrom(languages), rapid.ID[string]).Draw(t, "written") {
			texts[l] = "text in " + l
		}
		wanted := rapid.SliceOf(rapid.SampledFrom(languages)).Draw(t, "wanted")
		fallback := rapid.SampledFrom(languages).Draw(t, "default")
		before := slices.Clone(wanted)

		text, language := texts.In(fallback, wanted...)

		order := slices.Concat(wanted, []string{fallback, "en"}, languages)
		i := slices.IndexFunc(order, func(l string) bool { return texts[l] != "" })
		want := ""
		if i >= 0 {
			want = order[i]
		}
		if language != want || text != texts[want] {
			t.Fatalf("%q in %q, want %q", text, language, want)
		}
		if !slices.Equal(wanted, before) {
			t.Fatalf("the wanted languages became %q", wanted)
		}
	})
}
