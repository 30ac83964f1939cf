package dbtest

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Contents tells of every table how many rows it has and a digest of them:
// two that are equal were taken of a database that nothing has changed.
func Contents(t testing.TB, db *database.DB) map[string]string {
	t.Helper()
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	rows, err := db.Pool.Query(ctx, "select tablename::text from pg_tables where schemaname = 'public'")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	contents := make(map[string]string, len(tables))
	for _, table := range tables {
		var n int64
		var digest string
		err := db.Pool.QueryRow(ctx, "select count(*), coalesce(md5(string_agg(md5(x::text), '' order by md5(x::text))), '') from "+ident(table)+" x").
			Scan(&n, &digest)
		if err != nil {
			t.Fatalf("read %s: %v", table, err)
		}
		contents[table] = fmt.Sprintf("%d rows %s", n, digest)
	}
	return contents
}
