package auth

import (
	"time"

	"github.com/google/uuid"
)

// Scope says which rows of a table a caller sees: those that any of its grants gives.
type Scope []Grant

// Grant gives rows to whoever holds its permission, to everybody where it names none.
type Grant struct {
	Permission Permission
	Rows       Rows
	// Column is compared with what Rows says; empty for AllRows.
	Column string
	// Text is what Rows TextIs compares with.
	Text string
}

// Rows says which rows a grant gives.
type Rows int

// Which rows a grant gives.
const (
	// AllRows: every row, to holders for all brands.
	AllRows Rows = iota
	// OfBrands: the column is a brand for which the permission is held.
	OfBrands
	// OfAccount: the column is the caller's account, which must hold the
	// permission where one is named.
	OfAccount
	// Past: the column is a time that has come.
	Past
	// IsTrue: the column is true.
	IsTrue
	// IsNull: the column is null.
	IsNull
	// TextIs: the column is Text.
	TextIs
	// Everybody: every row, to everybody.
	Everybody
)

// Scopes of the tables that hold rows of the API. Rows of other tables are
// reached through a row of these only; a variant's product must be seen, too.
var Scopes = map[string]Scope{
	"accounts":   {{Rows: OfAccount, Column: "id"}, {Permission: BrandReview, Rows: AllRows}},
	"brands":     {{Rows: TextIs, Column: "status", Text: "ACTIVE"}, {BrandRead, OfBrands, "id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"categories": {{Rows: Everybody}},

	"storefronts":      {{Rows: IsTrue, Column: "visible"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"products":         {{Rows: Past, Column: "visible_from"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"variants":         {{Rows: IsNull, Column: "archived_at"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"delivery_options": {{Rows: IsNull, Column: "archived_at"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"listings":         {{Rows: Past, Column: "visible_from"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},

	"memberships":         {{Rows: OfAccount, Column: "account_id"}, {BrandPrivateRead, OfBrands, "brand_id", ""}, {Permission: BrandPrivateRead, Rows: AllRows}},
	"brand_documents":     {{BrandPrivateRead, OfBrands, "brand_id", ""}, {Permission: BrandPrivateRead, Rows: AllRows}},
	"warehouses":          {{StockRead, OfBrands, "brand_id", ""}, {Permission: StockRead, Rows: AllRows}},
	"promotions":          {{BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"orders":              {{Rows: OfAccount, Column: "shopper_id"}, {OrderRead, OfBrands, "brand_id", ""}, {Permission: OrderRead, Rows: AllRows}},
	"purchases":           {{Rows: OfAccount, Column: "shopper_id"}, {Permission: OrderRead, Rows: AllRows}},
	"payments":            {{Rows: OfAccount, Column: "shopper_id"}, {Permission: OrderRead, Rows: AllRows}},
	"payouts":             {{BalanceRead, OfBrands, "brand_id", ""}, {Permission: BalanceRead, Rows: AllRows}},
	"ledger_entries":      {{BalanceRead, OfBrands, "brand_id", ""}, {Permission: BalanceRead, Rows: AllRows}},
	"ledger_transactions": {{BalanceRead, OfBrands, "brand_id", ""}, {Permission: BalanceRead, Rows: AllRows}},
	// The plans of all brands are everybody's who may read one.
	"commission_plans": {{Rows: IsNull, Column: "for_brand_id"}, {BalanceRead, OfBrands, "for_brand_id", ""}, {Permission: BalanceRead, Rows: AllRows}},
	"sales_facts":      {{ReportRead, OfBrands, "brand_id", ""}, {Permission: ReportRead, Rows: AllRows}},
	"programmes":       {{Permission: ProgrammeRead, Rows: AllRows}},
	"report_exports":   {{ReportRead, OfAccount, "account_id", ""}},
	"report_schedules": {{ReportRead, OfAccount, "account_id", ""}},
}

// Where renders the scope of a table for a caller as a condition with ?
// placeholders. Columns are prefixed with the alias, which is the table's own
// name where empty.
func Where(a *Actor, table, alias string, now time.Time) (condition string, args []any) {
	var w whereText
	Write(&w, a, table, alias, now)
	return string(w.text), w.args
}

// Writer takes a condition in pieces. Among writes that what stands before it
// is one of a list.
type Writer interface {
	Text(string)
	Value(any)
	Among(any)
}

// Write is Where for one who writes a larger statement.
func Write(w Writer, a *Actor, table, alias string, now time.Time) {
	if alias == "" {
		alias = table
	}
	scope := Scopes[table]
	for _, g := range scope {
		if g.Rows == Everybody || g.Rows == AllRows && a.HoldsEverywhere(g.Permission) {
			w.Text("true")
			return
		}
	}
	between := "("
	for _, g := range scope {
		var brands []uuid.UUID
		switch g.Rows {
		case OfBrands:
			if brands = a.BrandsWith(g.Permission); len(brands) == 0 {
				continue
			}
		case OfAccount:
			if a.AccountID() == nil || g.Permission != "" && !a.Holds(g.Permission) {
				continue
			}
		case AllRows, Everybody:
			continue
		case Past, IsTrue, IsNull, TextIs:
		}
		w.Text(between)
		between = " or "
		w.Text(alias)
		w.Text(".")
		w.Text(g.Column)
		g.compare(w, a, brands, now)
	}
	if between == "(" {
		w.Text("false")
		return
	}
	w.Text(")")
}

// compare writes what a grant asks of its column.
func (g Grant) compare(w Writer, a *Actor, brands []uuid.UUID, now time.Time) {
	switch g.Rows {
	case OfBrands:
		w.Among(brands)
	case OfAccount:
		w.Text(" = ")
		w.Value(*a.AccountID())
	case Past:
		w.Text(" <= ")
		w.Value(now)
	case IsNull:
		w.Text(" is null")
	case TextIs:
		w.Text(" = '")
		w.Text(g.Text)
		w.Text("'")
	case AllRows, IsTrue, Everybody:
	}
}

// whereText is a condition with ? placeholders.
type whereText struct {
	text []byte
	args []any
}

func (w *whereText) Text(s string) { w.text = append(w.text, s...) }

func (w *whereText) Value(v any) {
	w.text, w.args = append(w.text, '?'), append(w.args, v)
}

func (w *whereText) Among(list any) {
	w.Text(" in ")
	w.Value(list)
}
