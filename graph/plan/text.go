package plan

import "strings"

// words reads a field of the texts in the language that the row is shown in:
// see models.Texts.In. Fallback is the row's own language, %s in which is its
// alias.
func words(field, fallback string) Field {
	return computed(func(alias string) func(*statement) { return wordsOf(alias, field, fallback) })
}

// optionalWords is words, with null in place of an empty text.
func optionalWords(field, fallback string) Field {
	return computed(func(alias string) func(*statement) {
		words := wordsOf(alias, field, fallback)
		return func(s *statement) {
			s.text("nullif(")
			words(s)
			s.text(", '')")
		}
	})
}

func wordsOf(alias, field, fallback string) func(*statement) {
	return wordsIn(alias+".texts", own(alias, fallback), field)
}

// wordsIn reads them from an expression of texts, whose own language is given.
func wordsIn(texts, own, field string) func(*statement) {
	asked := texts + " -> cast(? as text), "
	rest := texts + " -> " + own + ", " + texts + " -> 'en', jsonb_path_query_first(" + texts + ", '$.*')) ->> '" + field + "', '')"
	return func(s *statement) {
		s.text("coalesce(coalesce(")
		for _, language := range s.market.Languages {
			s.add(asked, language)
		}
		s.text(rest)
	}
}

// own is the expression of a row's own language.
func own(alias, fallback string) string { return strings.ReplaceAll(fallback, "%s", alias) }

// language tells in which language words are.
func language(fallback string) Field {
	return computed(func(alias string) func(*statement) {
		texts, own := alias+".texts", own(alias, fallback)
		asked := "case when " + texts + " -> cast(? as text) is not null then cast(? as text) end, "
		rest := "case when " + texts + " -> " + own + " is not null then " + own + " end, case when " + texts +
			" -> 'en' is not null then 'en' end, jsonb_path_query_first(" + texts + ", '$.keyvalue()') ->> 'key', '')"
		return func(s *statement) {
			s.text("coalesce(")
			for _, language := range s.market.Languages {
				s.add(asked, language, language)
			}
			s.text(rest)
		}
	})
}

// translated reads a field of the texts in the first language that has it:
// see models.Texts.Field.
func translated(field, fallback string, optional bool) Field {
	return computed(func(alias string) func(*statement) {
		texts := alias + ".texts"
		asked := "nullif(" + texts + " -> cast(? as text) ->> '" + field + "', ''), "
		rest := "nullif(" + texts + " -> " + own(alias, fallback) + " ->> '" + field + "', ''), nullif(" +
			texts + " -> 'en' ->> '" + field + "', ''), jsonb_path_query_first(" + texts + ", '$.* ? (@." + field + ` != "")') ->> '` + field + "'"
		if !optional {
			rest += ", ''"
		}
		rest += ")"
		return func(s *statement) {
			s.text("coalesce(")
			for _, language := range s.market.Languages {
				s.add(asked, language)
			}
			s.text(rest)
		}
	})
}
