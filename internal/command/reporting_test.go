package command

import (
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// psql reads %20 as a space and leaves a plus as it is; pgx reads both.
func TestViewsURL(t *testing.T) {
	t.Parallel()
	got, err := viewsURL("postgres://tradewind@/tradewind?host=/run/of%20it&port=5432")
	want := "postgres://tradewind@/tradewind?host=%2Frun%2Fof%20it&options=-crole%3Dreporting%20-csearch_path%3Dreporting&port=5432"
	if err != nil || got != want {
		t.Fatalf("%s, %v, want %s", got, err, want)
	}
	c, err := pgconn.ParseConfig(got)
	if err != nil || c.Host != "/run/of it" || c.RuntimeParams["options"] != "-crole=reporting -csearch_path=reporting" {
		t.Fatalf("%+v, %v", c, err)
	}
}
