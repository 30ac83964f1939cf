package database

import "strings"

// unscopedTable returns the first tenant table that sql reads or writes
// without narrowing it by brand_id, or "". It is a reading of the words, not
// a parser: every mention of a tenant table wants one condition on brand_id
// (after where, on or using), an insert wants it among its columns. A join to
// the brands themselves spends one and narrows nothing, unless their id is
// given.
func unscopedTable(sql string, tables map[string]bool) string {
	words := split(sql)
	if len(words) == 0 || !guarded[words[0]] {
		return ""
	}
	var (
		depth      []scope // one per open parenthesis
		at         scope
		first      string
		mentions   int
		conditions int
		hubs       int // mentions of brands
		hub        string
	)
	for i, w := range words {
		switch w {
		case "(":
			depth = append(depth, at)
			continue
		case ")":
			if n := len(depth); n > 0 {
				at, depth = depth[n-1], depth[:n-1]
			}
			continue
		}
		if next, ok := clauses[w]; ok && !(w == "from" && word(words, i-1) == "distinct") {
			at = next
			continue
		}
		switch {
		case w == "brand_id" && at == inCondition:
			conditions++
		case w == "brands" && names(words, i, at):
			hubs++
			if hub = w; word(words, i+1) == "as" {
				hub = word(words, i+2)
			}
		case w == "id" && at == inCondition && hub != "" && word(words, i-2) == hub && (word(words, i+1) == "$" || word(words, i+1) == "("):
			conditions++
		case tables[whole(w)] && names(words, i, at):
			if word(words, i-1) == "into" {
				if insertsBrand(words[i+1:]) {
					continue
				}
				return w
			}
			mentions++
			if first == "" {
				first = w
			}
		}
	}
	if mentions > 0 && mentions+hubs > conditions {
		return first
	}
	return ""
}

// whole names the table of a partition, which ends with a number.
func whole(table string) string {
	if i := strings.LastIndexByte(table, '_'); i > 0 && i < len(table)-1 && strings.Trim(table[i+1:], "0123456789") == "" {
		return table[:i]
	}
	return table
}

type scope int

const (
	elsewhere scope = iota
	inTables
	inCondition
)

var guarded = map[string]bool{
	"select": true, "insert": true, "update": true, "delete": true, "merge": true,
	"with": true, "(": true, "copy": true, "table": true, "explain": true,
}

// clauses maps the word that opens a clause to what the clause holds.
var clauses = map[string]scope{
	"from": inTables, "join": inTables, "update": inTables, "table": inTables, "copy": inTables,
	"where": inCondition, "on": inCondition, "using": inCondition,
	"select": elsewhere, "set": elsewhere, "group": elsewhere, "order": elsewhere, "having": elsewhere,
	"returning": elsewhere, "values": elsewhere, "limit": elsewhere, "window": elsewhere,
	"insert": elsewhere, "delete": elsewhere, "with": elsewhere, "union": elsewhere,
}

// names reports whether the word at i stands where a table is named.
func names(words []string, i int, at scope) bool {
	switch word(words, i-1) {
	case "into", "using":
		return true
	case "from", "join", "update", "only", "lateral", "table", "copy", "(", ",":
		return at == inTables
	case ".": // schema.table
		return i > 2 && names(words, i-2, at)
	}
	return false
}

// insertsBrand looks for brand_id in the column list after `insert into t`.
func insertsBrand(words []string) bool {
	for i, w := range words {
		switch {
		case w == "brand_id":
			return true
		case w == ")" || w == "values" || w == "select" || i > 0 && words[0] != "(" && words[0] != "as":
			return false
		}
	}
	return false
}

func word(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}

// split cuts sql into lower-case words and single punctuation marks, leaving
// out comments, numbers and the insides of literals. A parameter is "$".
func split(sql string) []string {
	var words []string
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c == '-' && strings.HasPrefix(sql[i:], "--"):
			i = after(sql, i, "\n")
		case c == '/' && strings.HasPrefix(sql[i:], "/*"):
			i = after(sql, i+2, "*/")
		case c == '\'':
			i = after(sql, i+1, "'")
		case c == '"':
			end := after(sql, i+1, `"`)
			words = append(words, strings.Trim(sql[i:end], `"`))
			i = end
		case letter(c):
			end := i + 1
			for end < len(sql) && (letter(sql[end]) || digit(sql[end]) || sql[end] == '$') {
				end++
			}
			words = append(words, strings.ToLower(sql[i:end]))
			i = end
		case c == '$' || digit(c):
			if c == '$' {
				words = append(words, "$")
			}
			for i++; i < len(sql) && digit(sql[i]); i++ {
			}
		case c == '(' || c == ')' || c == ',' || c == '.':
			words = append(words, string(c))
			i++
		default:
			i++
		}
	}
	return words
}

func letter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// after returns the index just past the next mark, or the end.
func after(s string, from int, mark string) int {
	if i := strings.Index(s[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(s)
}
