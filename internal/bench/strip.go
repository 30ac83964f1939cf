package bench

import (
	"strings"

	"gorm.io/gorm"
)

// Strip drops all keys, foreign keys and indexes and gives the statements that
// make them again, in order. Roll-ups make theirs themselves.
func Strip(tx *gorm.DB) ([]string, error) {
	var found []struct{ Drop, Make string }
	err := tx.Raw(`
select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
  format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid)) as make
from pg_constraint
join pg_class on pg_class.oid = conrelid and relkind = 'r'
where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'x', 'f') and conrelid::regclass::text not like 'goose%'
order by contype = 'f' desc, conrelid::regclass::text, conname`).Scan(&found).Error
	if err != nil {
		return nil, err
	}
	var foreign, makes []string
	for _, f := range found {
		if err := tx.Exec(f.Drop).Error; err != nil {
			return nil, err
		}
		if strings.Contains(f.Make, " FOREIGN KEY ") {
			foreign = append(foreign, f.Make)
		} else {
			makes = append(makes, f.Make)
		}
	}
	found = nil
	err = tx.Raw(`
select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as make
from pg_index
join pg_class on pg_class.oid = indrelid
where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'goose%'
order by indexrelid::regclass::text`).Scan(&found).Error
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if err := tx.Exec(f.Drop).Error; err != nil {
			return nil, err
		}
		makes = append(makes, f.Make)
	}
	return append(makes, foreign...), nil
}
