package startpage

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed examples/*.graphql
var exampleFiles embed.FS

// Example is an operation to start from.
type Example struct {
	Title     string `json:"title"`
	Role      string `json:"role"`
	Query     string `json:"query"`
	Variables string `json:"variables"`
}

// Examples are in the order in which one would try them. Each is a file whose
// first comments are its title, its role and its variables.
func Examples() ([]Example, error) {
	names, err := fs.Glob(exampleFiles, "examples/*.graphql")
	if err != nil {
		return nil, err
	}
	all := make([]Example, len(names))
	for i, name := range names {
		text, err := exampleFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		e := &all[i]
		e.Query = string(text)
		for mark, value := range map[string]*string{"title": &e.Title, "role": &e.Role, "variables": &e.Variables} {
			e.Query, *value = take(e.Query, "# "+mark+": ")
		}
	}
	return all, nil
}

// take removes the line that begins with mark and gives the rest of it.
func take(text, mark string) (without, value string) {
	before, after, found := strings.Cut(text, mark)
	if !found {
		return text, ""
	}
	value, after, _ = strings.Cut(after, "\n")
	return before + after, value
}
