// Package plan answers a whole read with one SQL statement.
//
// An operation's selection is compiled once: into the columns and joins that a
// statement needs, and into a tree of emitters that write the answer's JSON
// from the values as PostgreSQL sent them. A list is an array of records
// within its parent's record, to any depth, so that the statement gives one
// row whatever it reads. Where all it reads is one list, its rows are the
// records: they cost PostgreSQL less than an array.
//
// What is read how is declared once for each type, in the files named after
// them. Row scopes and permissions come from the tables of package auth, lists
// and their order from the domain packages: the same that resolvers use. What
// cannot be planned, and whatever would not be answered without an error, is
// left to the resolvers as a whole.
package plan
