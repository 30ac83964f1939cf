// Package startpage is the page a newcomer sees first: what this is, example
// operations to run as each role, and the guides. It needs no internet.
package startpage

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

//go:embed page
var page embed.FS

// Role is somebody to run an example as. Token is empty for a visitor, and
// for everybody where the server gives no tokens away.
type Role struct {
	Role  string `json:"role"`
	About string `json:"about"`
	Token string `json:"token,omitempty"`
}

type guide struct {
	Title string `json:"title"`
	Path  string `json:"path"`
	body  []byte
}

// New serves the page at /, what it needs below /start/ and guides below
// /guides/. Guides are Markdown files, wherever they lie in the file system.
func New(roles []Role, guides fs.FS) (http.Handler, error) {
	examples, err := Examples()
	if err != nil {
		return nil, err
	}
	rendered, err := render(guides)
	if err != nil {
		return nil, err
	}
	start, err := json.Marshal(map[string]any{"roles": roles, "examples": examples, "guides": rendered})
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Get("/", file("index.html", "text/html; charset=utf-8"))
	r.Get("/start/style.css", file("style.css", "text/css; charset=utf-8"))
	r.Get("/start/app.js", file("app.js", "text/javascript; charset=utf-8"))
	r.Get("/start/icon.svg", file("icon.svg", "image/svg+xml"))
	r.Get("/start/start.json", content(start, "application/json"))
	for _, g := range rendered {
		r.Get(g.Path, content(g.body, "text/html; charset=utf-8"))
		// Guides link each other by their files.
		r.Get(g.Path+".md", content(g.body, "text/html; charset=utf-8"))
	}
	return r, nil
}

func file(name, kind string) http.HandlerFunc {
	body, err := page.ReadFile("page/" + name)
	if err != nil {
		panic(err) // embedded: it is there or the program does not build
	}
	return content(body, kind)
}

func content(body []byte, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(body)
	}
}

var frame = template.Must(template.New("guide").Parse(`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{{.Title}} · Tradewind</title>
  <link rel="icon" href="/start/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/start/style.css">
</head>
<body><article><p><a href="/">Tradewind</a></p>{{.Body}}</article></body>
</html>
`))

func render(guides fs.FS) ([]guide, error) {
	all := []guide{}
	// Headings have the ids that links within a guide name.
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	err := fs.WalkDir(guides, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		text, err := fs.ReadFile(guides, name)
		if err != nil {
			return err
		}
		var body, whole bytes.Buffer
		if err := markdown.Convert(text, &body); err != nil {
			return fmt.Errorf("render %s: %w", name, err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		g := guide{Title: strings.TrimPrefix(first, "# "), Path: "/guides/" + strings.TrimSuffix(path.Base(name), ".md")}
		// The guides are ours, part of the program.
		if err := frame.Execute(&whole, map[string]any{"Title": g.Title, "Body": template.HTML(body.String())}); err != nil { //nolint:gosec // see above
			return err
		}
		g.body = whole.Bytes()
		all = append(all, g)
		return nil
	})
	return all, err
}
