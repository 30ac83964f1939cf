package search

import (
	"maps"
	"slices"
	"strings"

	"github.com/kljensen/snowball/english"

	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// maxWords bounds what one product brings into the index beside its SKUs.
	maxWords = 200
	// maxText bounds how much of a description is read, in bytes.
	maxText = 20_000
)

// Marks of lexemes that are more than a word somewhere in the texts. No word
// holds a colon.
const (
	inTitle = "t:"
	isSKU   = "s:"
)

// Tokens makes what a product is found by: its titles, SKUs, tags, vendor,
// type, categories and descriptions in all languages. Where that is too much,
// the ends of the descriptions go first. Archived variants do not count.
func Tokens(p *models.Product, variants []*models.Variant, categoryNames []string) models.Vector {
	l := lexemes{seen: map[string]bool{}, limit: maxWords}
	for _, v := range variants {
		if v.SKU != nil && v.ArchivedAt == nil {
			l.sku(*v.SKU)
		}
	}
	languages := slices.Sorted(maps.Keys(p.Texts))
	for _, language := range languages {
		l.title(p.Texts[language].Title)
	}
	for _, text := range slices.Concat(optional(p.Vendor), optional(p.ProductType), categoryNames, p.Tags) {
		l.text(text, true)
	}
	l.limit = maxWords / 2
	for _, v := range variants {
		if v.SKU != nil && v.ArchivedAt == nil {
			l.text(*v.SKU, true)
		}
	}
	// Every language gets its share of what room is left.
	room := max(maxWords-l.words, 0)
	for i, language := range languages {
		l.limit = l.words + room/(len(languages)-i)
		before := l.words
		l.text(plain(cut(p.Texts[language].Description, maxText)), false)
		room -= l.words - before
	}
	return models.Vector(l.b.String())
}

// lexemes writes a tsvector literal.
type lexemes struct {
	b     strings.Builder
	seen  map[string]bool
	words int
	limit int // of words
}

func (l *lexemes) add(lexeme string) {
	if l.seen[lexeme] {
		return
	}
	l.seen[lexeme] = true
	if l.b.Len() > 0 {
		l.b.WriteByte(' ')
	}
	l.b.WriteString(quote(lexeme))
}

func (l *lexemes) word(word string) {
	if l.words < l.limit && !l.seen[word] {
		l.words++
		l.add(word)
	}
}

func (l *lexemes) sku(sku string) {
	if c := code(sku); c != "" {
		l.add(isSKU + c)
	}
}

// title adds words also as they are written, for those who are still typing.
func (l *lexemes) title(text string) {
	for _, p := range parts(fold(text)) {
		forms := []string{p.text}
		if p.cjk {
			single, double := grams(p.text)
			forms = slices.Concat(double, single)
		} else if s := stem(p.text); s != p.text {
			forms = append(forms, s)
		}
		for _, f := range forms {
			l.word(f)
			l.word(inTitle + f)
		}
	}
}

// text adds words by their stems, and pairs of Chinese characters; single
// characters where the text is short, as tags are.
func (l *lexemes) text(text string, short bool) {
	for _, p := range parts(fold(text)) {
		switch {
		case p.cjk:
			single, double := grams(p.text)
			for _, d := range double {
				l.word(d)
			}
			for _, s := range single {
				if short {
					l.word(s)
				}
			}
		case short || !english.IsStopWord(p.text):
			l.word(stem(p.text))
		}
	}
}

var quotes = strings.NewReplacer(`'`, `''`, `\`, `\\`)

// quote makes a lexeme of tsvector and tsquery literals.
func quote(lexeme string) string { return "'" + quotes.Replace(lexeme) + "'" }

func optional(s *string) []string {
	if s == nil {
		return nil
	}
	return []string{*s}
}

// cut ends a text after so many bytes; what is left of a character is no letter.
func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
