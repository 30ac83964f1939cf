package rollup

import (
	"fmt"
	"strings"
)

// Agreement is a promise that a roll-up keeps, with the statement that finds
// rows which break it: brand_id, subject, detail.
type Agreement struct{ Name, Promise, Query string }

// Agreements are those of all roll-ups: each row is what the facts before the
// watermark sum to, and each fact is in a row. Roll-ups that are not built, or
// of another cluster, agree with nothing and are not read either.
func Agreements() []Agreement {
	all := make([]Agreement, len(cubes))
	for i, c := range cubes {
		all[i] = Agreement{
			Name:    strings.TrimPrefix(c.table, "sales_") + "_equal_the_facts",
			Promise: fmt.Sprintf("Each row of %s is the sum of its facts.", c.table),
			Query:   c.differences(),
		}
	}
	return all
}

func (c cube) differences() string {
	keys := append(c.time(), c.keys...)
	sums := c.summed()[:len(c.summed())-1]
	brand := "null::uuid"
	if c.keys[0] == "brand_id" {
		brand = "brand_id"
	}
	list := func(prefix string, names []string) string {
		return prefix + strings.Join(names, ", "+prefix)
	}
	return fmt.Sprintf(`
with state as (
  select r.generation, r.watermark from sales_rollups r where r.system = (select system_identifier from pg_control_system())
)
select %s as brand_id, format('%s of %%s', concat_ws(' ', %s)) as subject,
  format('roll-up %%s, facts %%s', concat_ws(' ', %s), concat_ws(' ', %s)) as detail
from (select %s from %s t join state on t.generation = state.generation) r
full join (%s) f using (%s)
where exists (select 1 from state) and (%s) is distinct from (%s)`,
		brand, c.table, list("", keys), list("r.", sums), list("f.", sums),
		list("t.", c.names()), c.table, c.sums("sales_facts", "f.xid < (select watermark from state)", cutting), strings.Join(keys, ", "),
		list("r.", sums), list("f.", sums))
}
