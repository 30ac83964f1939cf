package graph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/tradewind-commerce/tradewind/graph/generated"
)

// SDL is the schema that is served, as one document with its descriptions.
func SDL() string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).
		FormatSchema(Schema())
	return b.String()
}

// Schema is the schema that is served.
func Schema() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() }
