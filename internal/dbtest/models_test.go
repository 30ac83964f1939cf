package dbtest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/models"
)

// Tables without a model: lookups of unique names, the sandbox's books, the
// count of changes of rules, roll-ups, and the migrations' own.
var lookups = []string{
	"sandbox_payments", "sandbox_refunds", "sandbox_events",
	"brand_slugs", "storefront_slugs", "customs_revision", "goose_db_version",
	"sales_rollups", "sales_by_market_days", "sales_by_market_months", "sales_by_goods_days", "sales_by_goods_months",
	"sales_by_storefront_days", "sales_by_storefront_months", "sales_by_brand_months", "sales_by_product_months",
}

func parsed(t *testing.T, model any) *schema.Schema {
	t.Helper()
	s, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lines(t *testing.T, db *gorm.DB, sql string) []string {
	t.Helper()
	var rows []string
	if err := db.Raw(sql).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return rows
}

// family folds types that hold the same values.
func family(sqlType string) string {
	name, _, _ := strings.Cut(strings.ToLower(sqlType), "(")
	switch name {
	case "bigint", "integer", "int8", "int4", "int":
		return "integer"
	case "timestamptz", "timestamp with time zone":
		return "time"
	case "string", "text", "character varying":
		return "text"
	case "bytes", "bytea":
		return "bytes"
	case "bool", "boolean":
		return "bool"
	}
	return name
}

// Models and migrated tables have the same columns, of the same kind, nullable
// where the model has a pointer, and the same primary keys.
func TestModelsEqualTheMigratedSchema(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	want := []string{}
	for _, model := range models.Tables() {
		s := parsed(t, model)
		key := []string{}
		for _, f := range s.Fields {
			if f.DBName == "" {
				continue
			}
			kind := string(f.DataType)
			if strings.Contains(f.FieldType.String(), "uuid.UUID") {
				kind = "uuid"
			}
			null := "not null"
			if f.FieldType.Kind().String() == "ptr" {
				null = "null"
			}
			want = append(want, fmt.Sprintf("%s.%s %s %s", s.Table, f.DBName, family(kind), null))
			if f.PrimaryKey {
				key = append(key, f.DBName)
			}
		}
		want = append(want, fmt.Sprintf("%s key %s", s.Table, strings.Join(key, ", ")))
	}
	slices.Sort(want)
	got := []string{}
	for _, row := range lines(t, db, `
select c.relname || '.' || a.attname || '|' || format_type(a.atttypid, a.atttypmod) || '|' || case when a.attnotnull then 'not null' else 'null' end
from pg_attribute a
join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
where a.attnum > 0 and not a.attisdropped`) {
		part := strings.Split(row, "|")
		got = append(got, fmt.Sprintf("%s %s %s", part[0], family(part[1]), part[2]))
	}
	got = append(got, lines(t, db, `
select conrelid::regclass || ' key ' || string_agg(a.attname, ', ' order by k.ordinality)
from pg_constraint c
cross join unnest(c.conkey) with ordinality as k (attnum, ordinality)
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
where c.contype = 'p' and c.connamespace = 'public'::regnamespace
group by c.oid, conrelid`)...)
	// The database stamps the transaction itself.
	got = slices.DeleteFunc(got, func(line string) bool {
		table, _, _ := strings.Cut(line, ".")
		table, _, _ = strings.Cut(table, " ")
		return slices.Contains(lookups, table) || strings.HasPrefix(line, "outbox_events.xid ") || strings.HasPrefix(line, "sales_facts.xid ")
	})
	slices.Sort(got)
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("only in models: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("only in the database: %s", line)
		}
	}
}

// The declared relations are the foreign keys, and each foreign key of a
// brand's row carries the brand.
func TestRelationsEqualTheForeignKeys(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	columns := func(s *schema.Schema, names []string) string {
		out := make([]string, len(names))
		for i, name := range names {
			f := s.LookUpField(name)
			if f == nil {
				t.Fatalf("%s has no field %s", s.Name, name)
			}
			out[i] = f.DBName
		}
		return strings.Join(out, ", ")
	}
	want := []string{}
	for _, r := range models.Relations() {
		from, to := parsed(t, r.From), parsed(t, r.To)
		want = append(want, fmt.Sprintf("%s (%s) -> %s (%s)", from.Table, columns(from, r.Fields), to.Table, columns(to, r.Keys)))
	}
	got := lines(t, db, `
select conrelid::regclass || ' (' || string_agg(a.attname, ', ' order by k.ordinality) || ') -> '
  || confrelid::regclass || ' (' || string_agg(b.attname, ', ' order by k.ordinality) || ')'
from pg_constraint c
cross join unnest(c.conkey, c.confkey) with ordinality as k (own, other, ordinality)
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.other
where c.contype = 'f' and c.connamespace = 'public'::regnamespace
group by c.oid, conrelid, confrelid`)
	got = slices.DeleteFunc(got, func(line string) bool {
		table, _, _ := strings.Cut(line, " ")
		return slices.Contains(lookups, table)
	})
	slices.Sort(want)
	if !slices.Equal(want, got) {
		t.Errorf("relations\n%s\nforeign keys\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
}

// What later lets the tables spread over nodes: named constraints, brand_id
// first in every key of a brand's row, no triggers, no cascade that empties.
func TestSchemaCanBeDistributed(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	for what, sql := range map[string]string{
		"a trigger": `select tgname from pg_trigger where not tgisinternal`,
		"an action that sets null": `select conname from pg_constraint
where contype = 'f' and (confdeltype not in ('c', 'r') or confupdtype not in ('a', 'r', 'c')) and connamespace = 'public'::regnamespace`,
		"a sequence":          `select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace and relname not like 'goose%'`,
		"a materialized view": `select relname from pg_class where relkind = 'm'`,
		"a unique key without brand_id": `
select i.indexrelid::regclass::text
from pg_index i
join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
where i.indisunique
  and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'brand_id')
  and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'brand_id' and a.attnum = i.indkey[0])
  and c.relname not in ('brand_slugs', 'storefront_slugs', 'order_numbers', 'cart_lines', 'tracking_numbers', 'allowance_entries')`,
	} {
		if found := lines(t, db, sql); len(found) > 0 {
			t.Errorf("%s: %v", what, found)
		}
	}
}
