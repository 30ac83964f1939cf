// Package reconcile proves that what is stored twice agrees: orders with their
// lines, charges, payments, facts and stock, facts with their roll-ups, and what the public sees with
// what it follows from.
package reconcile

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// maxRows is how many differing rows are told for one invariant.
const maxRows = 20

//go:embed sql/*.sql
var files embed.FS

// Invariant is something that always holds.
type Invariant struct {
	// Name is stable, for programs: lines_make_the_order.
	Name string
	// Promise is a sentence for people.
	Promise string
	query   string
}

// Difference is a row that breaks an invariant.
type Difference struct {
	BrandID *uuid.UUID
	Subject string
	Detail  string
}

// Finding is the outcome of one invariant.
type Finding struct {
	Invariant
	// Count of all differing rows; Differences holds the first of them.
	Count       int64
	Differences []Difference
}

// Invariants lists them in the order in which they are checked.
func Invariants() []Invariant {
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		panic(err)
	}
	all := make([]Invariant, 0, len(names))
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		all = append(all, parse(name, string(text)))
	}
	for _, a := range rollup.Agreements() {
		all = append(all, Invariant{Name: a.Name, Promise: a.Promise, query: a.Query})
	}
	return all
}

// parse takes the leading comment lines as the promise.
func parse(file, text string) Invariant {
	var promise []string
	rest := text
	for strings.HasPrefix(rest, "-- ") {
		line, after, _ := strings.Cut(rest, "\n")
		promise, rest = append(promise, strings.TrimPrefix(line, "-- ")), after
	}
	name := strings.TrimSuffix(strings.TrimPrefix(file, "sql/"), ".sql")
	_, name, _ = strings.Cut(name, "_")
	return Invariant{Name: name, Promise: strings.Join(promise, " "), query: rest}
}

// Check runs every invariant on one snapshot and hands each finding to tell
// as soon as it is there. It reports whether all hold.
func Check(ctx context.Context, db *gorm.DB, tell func(Finding)) (agree bool, err error) {
	agree = true
	ctx = database.AcrossBrands(ctx, database.Reconciliation)
	err = db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := database.PlanByValues(tx); err != nil {
			return err
		}
		for _, invariant := range Invariants() {
			finding, err := check(tx, invariant)
			if err != nil {
				return fmt.Errorf("check %s: %w", invariant.Name, err)
			}
			agree = agree && finding.Count == 0
			tell(finding)
		}
		return nil
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return agree, err
}

func check(tx *gorm.DB, invariant Invariant) (Finding, error) {
	var rows []struct {
		Difference
		Total int64
	}
	query := "select d.*, count(*) over () as total from (" + invariant.query + ") d order by subject, detail limit " + fmt.Sprint(maxRows)
	args := []any{}
	if strings.Contains(query, "@zero") {
		zero, three := currenciesByDigits()
		args = append(args, map[string]any{"zero": zero, "three": three})
	}
	if err := tx.Raw(query, args...).Scan(&rows).Error; err != nil {
		return Finding{}, err
	}
	f := Finding{Invariant: invariant}
	for _, row := range rows {
		f.Count, f.Differences = row.Total, append(f.Differences, row.Difference)
	}
	return f, nil
}
