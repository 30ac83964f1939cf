package dbtest

import (
	"testing"

	"gorm.io/gorm"
)

// References fails where a row refers to one that is not there: a foreign key
// that is made anew looks at all rows, whoever has written them.
func References(t testing.TB, db *gorm.DB) {
	t.Helper()
	err := db.Exec(`
do $$
declare
  r record;
begin
  for r in select conrelid::regclass as t, conname as c, pg_get_constraintdef(oid) as d from pg_constraint where contype = 'f' loop
    execute format('alter table %s drop constraint %I', r.t, r.c);
    execute format('alter table %s add constraint %I %s', r.t, r.c, r.d);
  end loop;
end $$`).Error
	if err != nil {
		t.Error(err)
	}
}
