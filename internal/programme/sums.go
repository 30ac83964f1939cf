package programme

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// population is whom a progress counts.
type population struct {
	programme *models.Programme
	zone      *time.Location
	// from and asOf are the first and the last day on which its businesses joined.
	from, asOf models.Date
	state      rollup.State
}

// members are its businesses: when they joined, and when they closed.
const members = `
with members as (
  select b.id as brand_id, b.country, coalesce(b.region, '') as region, b.industry, b.jobs_before, b.joined_at,
    (b.joined_at at time zone @zone)::date as joined_on,
    case when b.status = 'CLOSED' then (coalesce(
      (select max(t.recorded_at) from brand_transitions t where t.brand_id = b.id and t.to_status = 'CLOSED'), b.updated_at)
      at time zone @zone)::date end as closed_on
  from brands b
  where coalesce(b.joined_at, 'infinity') >= cast(@from as date) - 1 and coalesce(b.joined_at, 'infinity') < cast(@asOf as date) + 2
    and (b.joined_at at time zone @zone)::date between cast(@from as date) and cast(@asOf as date)
    and (cardinality(cast(@countries as text[])) = 0 or b.country = any(cast(@countries as text[])))
    and (cardinality(cast(@sizes as text[])) = 0 or b.size = any(cast(@sizes as text[])))
)`

// reports are what members told of their jobs since they joined, as changes:
// the first against what they had before.
const reports = `, reports as (
  select r.brand_id, (r.reported_at at time zone @zone)::date as day,
    r.jobs - lag(r.jobs, 1, m.jobs_before) over same as jobs, (row_number() over same = 1)::int as attesting
  from brand_job_reports r
  join members m on m.brand_id = r.brand_id
  where r.reported_at >= m.joined_at and (r.reported_at at time zone @zone)::date <= cast(@asOf as date)
  window same as (partition by r.brand_id order by r.reported_at, r.id)
), attested as (
  select brand_id, sum(jobs) as jobs
  from reports
  group by brand_id
)`

// daily are changes by day.
const daily = members + reports + `
select day, sum(joined)::bigint as joined, sum(closed)::bigint as closed, sum(jobs)::bigint as jobs, sum(attesting)::bigint as attesting
from (
  select joined_on as day, 1 as joined, 0 as closed, 0 as jobs, 0 as attesting from members
  union all
  select day, 0, 0, jobs, attesting from reports
  union all
  select m.closed_on, 0, 1, -coalesce(a.jobs, 0), -(a.brand_id is not null)::int
  from members m
  left join attested a on a.brand_id = m.brand_id
  where m.closed_on <= cast(@asOf as date)
) changes
group by day
order by day`

// dailySales are net sales by day and currency; %s are facts.
const dailySales = members + `
select f.period as day, f.currency, sum(f.gross_minor - f.discount_minor - f.refund_minor)::bigint as minor
from (%s) f
join members m on m.brand_id = f.brand_id and f.period >= m.joined_on
group by f.period, f.currency
order by f.period, f.currency`

// cells are members by each of what they are told apart by: the region, the
// industry, or the quarter in which they joined.
const cells = members + reports + `
select grouping(country, industry, quarter) as by, country, region, industry, quarter, count(*) as joined,
  count(*) filter (where closed_on is null) as businesses, count(jobs) filter (where closed_on is null) as attesting,
  coalesce(sum(jobs) filter (where closed_on is null), 0)::bigint as jobs
from (
  select m.country, m.region, m.industry, date_trunc('quarter', m.joined_on)::date as quarter, nullif(m.closed_on, greatest(m.closed_on, cast(@asOf as date) + 1)) as closed_on, a.jobs
  from members m
  left join attested a on a.brand_id = m.brand_id
) told
group by grouping sets ((country, region), (industry), (quarter))`

// cellSales are net sales and orders by the same, and by currency; without a
// currency, how many of the quarter's businesses still sell.
const cellSales = members + `, sold as (
  select f.brand_id, f.currency, sum(f.gross_minor - f.discount_minor - f.refund_minor) as minor, sum(f.orders) as orders,
    bool_or(f.units_sold > 0 and f.period > cast(@asOf as date) - cast(@recent as integer)
      and coalesce(m.closed_on, 'infinity') > cast(@asOf as date)) as selling
  from (%s) f
  join members m on m.brand_id = f.brand_id and f.period >= m.joined_on
  group by f.brand_id, f.currency
)
select grouping(country, industry, quarter) as by, country, region, industry, quarter, coalesce(currency, '') as currency,
  sum(minor)::bigint as minor, sum(orders)::bigint as orders, count(distinct brand_id) filter (where selling) as selling
from (
  select m.brand_id, m.country, m.region, m.industry, date_trunc('quarter', m.joined_on)::date as quarter, s.currency, s.minor, s.orders, s.selling
  from sold s
  join members m on m.brand_id = s.brand_id
) told
group by grouping sets ((country, region, currency), (industry, currency), (quarter, currency), (quarter))`

// categorySales are net sales by top-level category and currency, and without a
// currency how many businesses sold.
const categorySales = members + `
select coalesce(split_part(f.category_path, '/', 1), '') as category, coalesce(f.currency, '') as currency,
  sum(f.gross_minor - f.discount_minor - f.refund_minor)::bigint as minor,
  count(distinct f.brand_id) filter (where f.units_sold > 0) as joined,
  count(distinct f.brand_id) filter (where f.units_sold > 0 and coalesce(m.closed_on, 'infinity') > cast(@asOf as date)) as businesses
from (%s) f
join members m on m.brand_id = f.brand_id and f.period >= m.joined_on
group by grouping sets ((1, f.currency), (1))`

// before are the businesses that were there before, and what these sold, as
// another population.
const before = members + `
select count(*) as businesses, 0::bigint as minor, '' as currency, 0::bigint as orders from members where closed_on is null or closed_on > cast(@asOf as date)
union all
select count(distinct m.brand_id), sum(f.gross_minor - f.discount_minor - f.refund_minor)::bigint, f.currency, sum(f.orders)::bigint
from (%s) f
join members m on m.brand_id = f.brand_id and (m.closed_on is null or m.closed_on > cast(@asOf as date))
group by f.currency
order by currency`

// recent days in which a business sold something that still sells.
const recent = 90

func (p *population) arguments() map[string]any {
	return map[string]any{
		"zone": p.zone.String(), "from": p.from.String(), "asOf": p.asOf.String(), "recent": recent,
		"countries": p.programme.OriginCountries, "sizes": p.programme.Sizes,
	}
}

// dayRow is what a day changed.
type dayRow struct {
	Day                             time.Time
	Joined, Closed, Jobs, Attesting int64
}

type moneyRow struct {
	Day      time.Time
	Currency string
	Minor    int64
}

type cellRow struct {
	By                                  int
	Country, Region, Industry, Category *string
	Quarter                             *time.Time
	Currency                            string
	Joined, Businesses                  int64
	Attesting, Jobs                     int64
	Minor, Orders, Selling              int64
}

// What a cellRow is by: the bits of what it is not by.
const (
	byRegion   = 0b011
	byIndustry = 0b101
	byQuarter  = 0b110
)

func read[T any](tx *gorm.DB, p *population, what, query string, args ...any) ([]T, error) {
	var rows []T
	if err := tx.Raw(query, append(args, p.arguments())...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s of programme %s: %w", what, p.programme.ID, err)
	}
	return rows, nil
}

// sold is read with the sales of a span of days in the place of its %s: from
// roll-ups, as far as these tell what is needed, and facts.
func sold[T any](tx *gorm.DB, p *population, what, query string, n rollup.Need) ([]T, error) {
	n.Zone = p.zone
	rows, args := rollup.Rows(rollup.Cover(p.state, n)...)
	return read[T](tx, p, what, fmt.Sprintf(query, rows), args...)
}
