package search

import (
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// longest is where words are cut, in characters, in texts and queries alike.
const longest = 40

// part is a stretch of text as it is looked for: a word, or a run of Chinese
// or Japanese or Korean writing, which does not part its words.
type part struct {
	text string
	cjk  bool
}

// Letters that are not a plain letter with a mark, and so survive folding.
var letters = strings.NewReplacer(
	"æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "ı", "i", "’", "'", "ʼ", "'")

// fold makes texts equal that people write for each other: letter case,
// diacritics, full-width forms.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		// Voicing marks tell kana apart as letters do.
		if unicode.Is(unicode.Mn, r) && r != '\u3099' && r != '\u309A' {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return letters.Replace(norm.NFC.String(b.String()))
}

func isCJK(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー' || r == '々'
}

// parts cuts a folded text where writing, letters and digits change, so that
// "500ml" and "500 ml" are the same.
func parts(folded string) []part {
	var (
		all  []part
		word []rune
		kind int
	)
	flush := func() {
		if len(word) > 0 {
			text := string(word)
			if kind == kindLetter {
				text = bare(text)
			}
			if r := []rune(text); len(r) > longest && kind != kindCJK {
				text = string(r[:longest])
			}
			if text != "" {
				all = append(all, part{text: text, cjk: kind == kindCJK})
			}
		}
		word = word[:0]
	}
	for _, r := range folded {
		k := kindOf(r)
		if r == '\'' && kind == kindLetter && len(word) > 0 {
			k = kindLetter
		}
		if k != kind {
			flush()
			kind = k
		}
		if k != kindNone {
			word = append(word, r)
		}
	}
	flush()
	return all
}

const (
	kindNone = iota
	kindLetter
	kindDigit
	kindCJK
)

func kindOf(r rune) int {
	switch {
	case isCJK(r):
		return kindCJK
	case unicode.IsLetter(r):
		return kindLetter
	case unicode.IsDigit(r):
		return kindDigit
	}
	return kindNone
}

// bare takes apostrophes off a word: farmer's and farmers' are farmer and farmers.
func bare(word string) string {
	word = strings.TrimRight(word, "'")
	word = strings.TrimSuffix(word, "'s")
	return strings.ReplaceAll(word, "'", "")
}

// stem gives the form that a word shares with its plural and its inflections.
func stem(word string) string { return english.Stem(word, false) }

// grams are the one- and two-character pieces of a run of Chinese writing.
func grams(run string) (single, double []string) {
	r := []rune(run)
	for i := range r {
		single = append(single, string(r[i]))
		if i > 0 {
			double = append(double, string(r[i-1:i+1]))
		}
	}
	return single, double
}

// code is a SKU without what people leave out or change: case, spaces, hyphens.
func code(s string) string {
	var b strings.Builder
	for _, r := range fold(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain is the text of a description, which may hold HTML.
func plain(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	hidden := false
	tokens := html.NewTokenizer(strings.NewReader(s))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if !hidden {
				b.WriteString(html.UnescapeString(string(tokens.Raw())))
			}
		case html.StartTagToken, html.EndTagToken:
			name, _ := tokens.TagName()
			switch string(name) {
			case "script", "style":
				hidden = !hidden
			case "b", "i", "em", "strong", "a", "span", "u", "sup", "sub", "small", "font":
				continue // words go on across these
			}
			b.WriteByte(' ')
		case html.SelfClosingTagToken, html.CommentToken, html.DoctypeToken:
			b.WriteByte(' ')
		}
	}
}
