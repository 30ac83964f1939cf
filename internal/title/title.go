// Package title checks the names that shoppers read, in several languages.
package title

import (
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	languagesMax = 10
	titleMax     = 120
)

// Title is a name in one language.
type Title struct {
	Language string
	Title    string
}

// Check gives titles as they are kept, the language of the first as the
// default, and collects what is wrong with them.
func Check(refused *problem.List, field string, titles []Title) (language string, texts models.Texts[models.TitleText]) {
	switch n := len(titles); {
	case n == 0:
		refused.Add(field, problem.Required, "give a title in at least one language")
		return "", nil
	case n > languagesMax:
		refused.Add(field, problem.TooLong, "give titles in at most "+strconv.Itoa(languagesMax)+" languages")
		return "", nil
	}
	texts = models.Texts[models.TitleText]{}
	for i, t := range titles {
		at := field + "." + strconv.Itoa(i)
		if _, twice := texts[t.Language]; twice || t.Language == "" {
			refused.Add(at+".language", problem.Invalid, "name each language once")
		}
		texts[t.Language] = models.TitleText{Title: refused.Line(at+".title", t.Title, 1, titleMax)}
	}
	return titles[0].Language, texts
}
