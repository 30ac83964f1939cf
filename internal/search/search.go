// Package search makes the words that products are found by, and finds
// products. The application makes the words, not PostgreSQL's dictionaries:
// so Chinese is found without one, and texts and queries are always cut the
// same way.
package search
