package plan

import "strings"

// words reads a field of the texts in the language that the row is shown in:
// see models.Texts.In. Fallback is the row's own language, %s in which is its
// alias.
func words(field, fallback string) Field {
	return computed(func(s *statement, alias string) { s.words(alias, field, fallback) })
}

// optionalWords is words, with null in place of an empty text.
func optionalWords(field, fallback string) Field {
	return computed(func(s *statement, alias string) {
		s.text("nullif(")
		s.words(alias, field, fallback)
		s.text(", '')")
	})
}

func (s *statement) words(alias, field, fallback string) {
	s.text("coalesce(coalesce(")
	for _, language := range s.market.Languages {
		s.add(alias+".texts -> cast(? as text), ", language)
	}
	s.text(alias + ".texts -> " + strings.ReplaceAll(fallback, "%s", alias) + ", " + alias +
		".texts -> 'en', jsonb_path_query_first(" + alias + ".texts, '$.*')) ->> '" + field + "', '')")
}

// language tells in which language words are.
func language(fallback string) Field {
	return computed(func(s *statement, alias string) {
		s.text("coalesce(")
		for _, language := range s.market.Languages {
			s.add("case when "+alias+".texts -> cast(? as text) is not null then cast(? as text) end, ", language, language)
		}
		own := strings.ReplaceAll(fallback, "%s", alias)
		s.text("case when " + alias + ".texts -> " + own + " is not null then " + own + " end, case when " + alias +
			".texts -> 'en' is not null then 'en' end, jsonb_path_query_first(" + alias + ".texts, '$.keyvalue()') ->> 'key', '')")
	})
}

// translated reads a field of the texts in the first language that has it:
// see models.Texts.Field.
func translated(field, fallback string, optional bool) Field {
	return computed(func(s *statement, alias string) {
		s.text("coalesce(")
		for _, language := range s.market.Languages {
			s.add("nullif("+alias+".texts -> cast(? as text) ->> '"+field+"', ''), ", language)
		}
		s.text("nullif(" + alias + ".texts -> " + strings.ReplaceAll(fallback, "%s", alias) + " ->> '" + field + "', ''), nullif(" +
			alias + ".texts -> 'en' ->> '" + field + "', ''), jsonb_path_query_first(" + alias + ".texts, '$.* ? (@." + field +
			` != "")') ->> '` + field + "'")
		if !optional {
			s.text(", ''")
		}
		s.text(")")
	})
}
