package rollup

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// stretch is a condition on facts, and what begins in its time.
type stretch struct {
	where string
	calendar
}

// calendar has when days and months begin from one instant until another, as SQL:
// looking up the last one before an instant is several times faster than cutting
// the instant in each zone.
type calendar struct{ from, until, days, months string }

// begins is cutting, looked up where the calendar has it.
func (c calendar) begins(unit, instant string) string {
	starts := map[string]string{"day": c.days, "month": c.months}[unit]
	if starts == "" {
		return cutting(unit, instant)
	}
	return fmt.Sprintf("case when %[1]s >= %[2]s and %[1]s < %[3]s then (%[4]s)[width_bucket(%[1]s, %[4]s)] else %[5]s end",
		instant, c.from, c.until, starts, cutting(unit, instant))
}

// Facts are summed in stretches of whole months, of which there are few.
const (
	factsAtOnce   = 1_000_000
	mostStretches = 24
)

// divide cuts the facts into stretches that have each of them once, and gives the
// calendar of all. Sums of a stretch fit in memory. It goes by what PostgreSQL
// knows of the facts: where they do not lie in the order of time they are one
// stretch, where nothing is known without a calendar.
func (s *Service) divide(db *gorm.DB) (all []stretch, whole calendar, err error) {
	var edges []string
	err = db.Raw(`
with known as (
  select cast(cast(histogram_bounds as text) as timestamptz[]) as bounds, correlation,
    (select cast(least(ceil(reltuples / ?), ?) as integer) from pg_class where oid = 'sales_facts'::regclass) as parts
  from pg_stats
  where schemaname = current_schema() and tablename = 'sales_facts' and attname = 'event_at'
)
select distinct e.edge
from known k
cross join lateral (
  select k.bounds[1] as edge
  union all
  select date_trunc('month', k.bounds[1 + n * (cardinality(k.bounds) - 1) / k.parts] + interval '15 days', 'UTC')
  from generate_series(1, k.parts - 1) as n
  where k.correlation > 0.9
  union all
  select k.bounds[cardinality(k.bounds)]
) e
where e.edge between k.bounds[1] and k.bounds[cardinality(k.bounds)]
order by 1`, s.factsAtOnce, mostStretches).Scan(&edges).Error
	if err != nil {
		return nil, whole, fmt.Errorf("divide the facts: %w", err)
	}
	if len(edges) < 2 {
		return []stretch{{where: "true"}}, whole, nil
	}
	for i, edge := range edges[1:] {
		next := stretch{where: "true"}
		if next.calendar, err = between(db, edges[i], edge); err != nil {
			return nil, whole, err
		}
		if i > 0 {
			next.where = "f.event_at >= " + next.from
		}
		if i < len(edges)-2 {
			next.where += " and f.event_at < " + next.until
		}
		all = append(all, next)
	}
	whole, err = between(db, edges[0], edges[len(edges)-1])
	return all, whole, err
}

// between is the calendar of a stretch of time.
func between(db *gorm.DB, from, until string) (c calendar, err error) {
	instant := func(at string) string { return "timestamptz '" + at + "'" }
	c.from, c.until = instant(from), instant(until)
	for unit, starts := range map[string]*string{"day": &c.days, "month": &c.months} {
		err = db.Raw(`
select format('cast(%L as timestamptz[])', array_agg(distinct s.at))
from unnest(cast(@zones as text[])) as zone
cross join generate_series(date_trunc(@unit, cast(@from as timestamptz) at time zone zone), cast(@until as timestamptz) at time zone zone,
  cast('1 ' || @unit as interval)) as local
cross join lateral (select local at time zone zone as at) s`,
			map[string]any{"zones": models.StringList(Zones), "unit": unit, "from": from, "until": until}).Scan(starts).Error
		if err != nil {
			return c, fmt.Errorf("tell when a %s begins: %w", unit, err)
		}
	}
	return c, nil
}
