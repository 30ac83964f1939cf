// Package house holds the tests about the tree itself: rules that neither the
// compiler nor the linters can state, and documents that must stay true.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the module's folder, seen from this package.
const root = "../.."

// walk visits the tree's files by their slash-separated path from the root.
// Folders that git or the go command leave out are not entered.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(full string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != "." && path != ".ci" && (name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		visit(filepath.ToSlash(path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read returns a file of the tree by its path from the root.
func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// source is one Go file, whatever its build tags.
type source struct {
	path string
	file *ast.File
	set  *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) isGenerated() bool { return ast.IsGenerated(s.file) }

// at tells where a node stands, for a failure somebody must find.
func (s source) at(node ast.Node) string {
	position := s.set.Position(node.Pos())
	position.Filename = s.path
	return position.String()
}

// imported returns the name by which the file knows a package, or "".
func (s source) imported(importPath string) string {
	for _, spec := range s.file.Imports {
		if strings.Trim(spec.Path.Value, `"`) != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return importPath[strings.LastIndex(importPath, "/")+1:]
	}
	return ""
}

// goFiles parses every Go file of the tree that keep wants.
func goFiles(t *testing.T, keep func(path string) bool) []source {
	t.Helper()
	set := token.NewFileSet()
	var sources []source
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") || !keep(path) {
			return
		}
		file, err := parser.ParseFile(set, filepath.Join(root, path), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source{path: path, file: file, set: set})
	})
	return sources
}
