// Package docs carries the guides into the program, which serves them.
package docs

import "embed"

// Guides are the files of guides/, in Markdown.
//
//go:embed guides/*.md
var Guides embed.FS
