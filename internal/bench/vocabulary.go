package bench

import (
	"math/rand/v2"
	"strings"
)

// vocabulary are invented words, the frequent ones first.
type vocabulary struct{ english, chinese []string }

// newVocabulary keeps away from words that are to be found a known number of times.
func newVocabulary(chance *rand.Rand, taken []Word) vocabulary {
	onsets, vowels := strings.Fields("b br c ch d f fl g gr h k l m n p pl r s st t th tr v w"), strings.Fields("a e i o u ai ea ou")
	seen, avoided := map[string]bool{}, map[rune]bool{}
	for _, word := range taken {
		seen[word.English] = true
		for _, r := range word.Chinese {
			avoided[r] = true
		}
	}
	character := func() string {
		for {
			// The frequent characters lie anywhere: these are as good.
			r := rune(0x4e00 + int(5000*chance.Float64()*chance.Float64()))
			if !avoided[r] {
				return string(r)
			}
		}
	}
	var v vocabulary
	for len(v.english) < 5000 {
		var b strings.Builder
		for range 2 + chance.IntN(2) {
			b.WriteString(onsets[chance.IntN(len(onsets))] + vowels[chance.IntN(len(vowels))])
		}
		if word := b.String(); !seen[word] {
			seen[word], v.english = true, append(v.english, word)
		}
	}
	for len(v.chinese) < 4000 {
		v.chinese = append(v.chinese, character()+character())
	}
	return v
}

// some draws words: a few are everywhere, as in any language.
func some(chance *rand.Rand, from []string, n int) []string {
	words := make([]string, n)
	for i := range words {
		f := chance.Float64()
		words[i] = from[int(float64(len(from))*f*f*f)]
	}
	return words
}
