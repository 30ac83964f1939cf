package auth

import (
	"strings"
	"time"
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
	// OfAccount: the column is the caller's account.
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

	"storefronts": {{Rows: IsTrue, Column: "visible"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"products":    {{Rows: Past, Column: "visible_from"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"variants":    {{Rows: IsNull, Column: "archived_at"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},
	"listings":    {{Rows: Past, Column: "visible_from"}, {BrandRead, OfBrands, "brand_id", ""}, {Permission: BrandRead, Rows: AllRows}},

	"memberships":     {{Rows: OfAccount, Column: "account_id"}, {BrandPrivateRead, OfBrands, "brand_id", ""}, {Permission: BrandPrivateRead, Rows: AllRows}},
	"brand_documents": {{BrandPrivateRead, OfBrands, "brand_id", ""}, {Permission: BrandPrivateRead, Rows: AllRows}},
	"warehouses":      {{StockRead, OfBrands, "brand_id", ""}, {Permission: StockRead, Rows: AllRows}},
	"orders":          {{Rows: OfAccount, Column: "shopper_id"}, {OrderRead, OfBrands, "brand_id", ""}, {Permission: OrderRead, Rows: AllRows}},
	"sales_facts":     {{ReportRead, OfBrands, "brand_id", ""}, {Permission: ReportRead, Rows: AllRows}},
}

// Where renders the scope of a table for a caller as a condition with ?
// placeholders. Columns are prefixed with the alias, which is the table's own
// name where empty.
func Where(a *Actor, table, alias string, now time.Time) (condition string, args []any) {
	if alias == "" {
		alias = table
	}
	var either []string
	for _, g := range Scopes[table] {
		column := alias + "." + g.Column
		switch g.Rows {
		case Everybody:
			return "true", nil
		case AllRows:
			if a.HoldsEverywhere(g.Permission) {
				return "true", nil
			}
		case OfBrands:
			if brands := a.BrandsWith(g.Permission); len(brands) > 0 {
				either, args = append(either, column+" in ?"), append(args, brands)
			}
		case OfAccount:
			if id := a.AccountID(); id != nil {
				either, args = append(either, column+" = ?"), append(args, *id)
			}
		case Past:
			either, args = append(either, column+" <= ?"), append(args, now)
		case IsTrue:
			either = append(either, column)
		case IsNull:
			either = append(either, column+" is null")
		case TextIs:
			either, args = append(either, column+" = ?"), append(args, g.Text)
		}
	}
	if len(either) == 0 {
		return "false", nil
	}
	return "(" + strings.Join(either, " or ") + ")", args
}
