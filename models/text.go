package models

import (
	"maps"
	"slices"
)

// Texts are translations by BCP 47 language: "en", "zh-CN".
type Texts[T any] map[string]T

// In gives the text of the first language that has one. It tries the wanted
// languages in order, then the default, then English, then the one of the
// shortest name, as PostgreSQL keeps them, and tells which it took.
func (t Texts[T]) In(fallback string, wanted ...string) (text T, language string) {
	for _, languages := range [][]string{wanted, {fallback, "en"}} {
		for _, language := range languages {
			if text, ok := t[language]; ok {
				return text, language
			}
		}
	}
	for l := range t {
		if language == "" || len(l) < len(language) || len(l) == len(language) && l < language {
			language = l
		}
	}
	return t[language], language
}

// Field gives one field of the texts, in the first language that has it: a
// name may be translated where a description is not. The order is that of In.
func (t Texts[T]) Field(of func(T) string, fallback string, wanted ...string) string {
	said := make(Texts[string], len(t))
	for language, text := range t {
		if s := of(text); s != "" {
			said[language] = s
		}
	}
	s, _ := said.In(fallback, wanted...)
	return s
}

// ProductText is what a product says in one language.
type ProductText struct {
	Title          string `json:"title"`
	Description    string `json:"description,omitempty"`
	SEOTitle       string `json:"seoTitle,omitempty"`
	SEODescription string `json:"seoDescription,omitempty"`
}

// BrandText is what a brand tells of itself in one language.
type BrandText struct {
	Description string `json:"description"`
}

// StorefrontText is what a storefront says in one language.
type StorefrontText struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// CategoryText is a category's name in one language.
type CategoryText struct {
	Name string `json:"name"`
}

// LineText is what an ordered product was called when it was ordered.
type LineText struct {
	Title string `json:"title"`
}

// SEO is what a search engine should show.
type SEO struct {
	Title       string
	Description *string
}

// ProductTranslation is a product's texts in one language.
type ProductTranslation struct {
	Language       string
	Title          string
	Description    *string
	SEOTitle       *string
	SEODescription *string
}

// Translations gives all texts in order of their languages.
func (p Product) Translations() []*ProductTranslation {
	all := make([]*ProductTranslation, 0, len(p.Texts))
	for _, language := range slices.Sorted(maps.Keys(p.Texts)) {
		t := p.Texts[language]
		all = append(all, &ProductTranslation{
			Language: language, Title: t.Title,
			Description: Optional(t.Description), SEOTitle: Optional(t.SEOTitle), SEODescription: Optional(t.SEODescription),
		})
	}
	return all
}

// Optional is nil for an empty text.
func Optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Blocker is something that stands in the way, for programs and for people.
type Blocker struct {
	Code    string
	Message string
}
