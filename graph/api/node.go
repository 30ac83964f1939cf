// Package api holds the shapes of the API that are not rows: inputs and
// payloads, generated from the schema.
package api

// Node is something with an id that `node` finds again.
type Node interface{ GlobalID() string }
