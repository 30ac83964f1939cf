package search

import (
	"strings"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
)

// Query makes the tsquery of what somebody typed: every word must be found,
// the last one and SKUs by their beginning. It is not ok where nothing in the
// text can be looked for.
func Query(text string) (tsquery string, ok bool) {
	w := parse(text)
	if len(w.tiers) == 0 {
		return "", false
	}
	return w.all, true
}

// Tiers are tsqueries that share no hit and together find what Query finds,
// the best first.
func Tiers(text string) []string { return parse(text).tiers }

// wanted is what somebody typed, as queries.
type wanted struct {
	// all finds everything that matches.
	all string
	// tiers find parts of it, the best first: a SKU, all words in titles, all
	// in titles with the last one begun, the rest. They share no hit, so that
	// the rank of a hit is known from the index alone.
	tiers []string
}

func parse(text string) wanted {
	folded := fold(text)
	var chunks [][]term
	var codes []string
	stopped := onlyStopWords(folded)
	fields := strings.Fields(folded)
	for i, field := range fields {
		if terms := termsOf(field, i == len(fields)-1, stopped); len(terms) > 0 {
			chunks, codes = append(chunks, terms), append(codes, code(field))
		}
	}
	if len(chunks) == 0 {
		return wanted{}
	}
	var whole, begun, all []string
	for i, terms := range chunks {
		var words []string
		for _, t := range terms {
			whole = append(whole, t.render(inTitle, false))
			begun = append(begun, t.render(inTitle, true))
			words = append(words, t.render("", true))
		}
		either := strings.Join(words, " & ")
		if utf8.RuneCountInString(codes[i]) >= shortest {
			either += " | " + quote(isSKU+codes[i]) + ":*"
		}
		all = append(all, "("+either+")")
	}
	sku := quote(isSKU + code(folded))
	titles, typed, found := strings.Join(whole, " & "), strings.Join(begun, " & "), strings.Join(all, " & ")
	w := wanted{all: found + " | " + typed + " | " + sku, tiers: []string{sku, titles + " & !" + sku}}
	if typed != titles {
		w.tiers = append(w.tiers, typed+" & !("+titles+" | "+sku+")")
	}
	w.tiers = append(w.tiers, found+" & !("+typed+" | "+sku+")")
	return w
}

// shortest is what a beginning needs to be looked for, in characters.
const shortest = 2

// term is a part of the query: lexemes that all must be there, or a word that
// begins as typed.
type term struct {
	lexemes []string
	begun   string
}

func termsOf(field string, last, stopped bool) []term {
	var terms []term
	list := parts(field)
	for i, p := range list {
		if p.cjk {
			lexemes, double := grams(p.text)
			if len(double) > 0 {
				lexemes = double
			}
			terms = append(terms, term{lexemes: lexemes})
			continue
		}
		if !stopped && english.IsStopWord(p.text) {
			continue
		}
		t := term{lexemes: []string{stem(p.text)}}
		if last && i == len(list)-1 && utf8.RuneCountInString(p.text) >= shortest {
			t.begun = p.text
		}
		terms = append(terms, t)
	}
	return terms
}

// onlyStopWords tells queries such as "the who": there, they count.
func onlyStopWords(folded string) bool {
	for _, p := range parts(folded) {
		if p.cjk || !english.IsStopWord(p.text) {
			return false
		}
	}
	return true
}

func (t term) render(mark string, prefix bool) string {
	quoted := make([]string, len(t.lexemes))
	for i, l := range t.lexemes {
		quoted[i] = quote(mark + l)
	}
	all := strings.Join(quoted, " & ")
	if prefix && t.begun != "" {
		return "(" + all + " | " + quote(mark+t.begun) + ":*)"
	}
	return all
}
