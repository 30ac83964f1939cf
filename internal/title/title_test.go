package title_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/title"
)

func TestTitlesAreKeptByLanguage(t *testing.T) {
	t.Parallel()
	var refused problem.List
	language, texts := title.Check(&refused, "titles", []title.Title{{"zh-CN", " 双十一 "}, {"en", "Singles' Day"}})
	if language != "zh-CN" || texts["zh-CN"].Title != "双十一" || texts["en"].Title != "Singles' Day" || refused != nil {
		t.Errorf("%s %v %v", language, texts, refused)
	}
}

func TestTitlesAreRefused(t *testing.T) {
	t.Parallel()
	for want, titles := range map[string][]title.Title{
		"titles: give a title in at least one language":    nil,
		"titles: give titles in at most 10 languages":      make([]title.Title, 11),
		"titles.1.language: name each language once":       {{"en", "A"}, {"en", "B"}},
		"titles.0.title: must not be empty":                {{"en", " "}},
		"titles.0.title: must not hold control characters": {{"en", "a\nb"}},
	} {
		var refused problem.List
		title.Check(&refused, "titles", titles)
		if refused.Error() != want {
			t.Errorf("%q, want %q", refused.Error(), want)
		}
	}
}
