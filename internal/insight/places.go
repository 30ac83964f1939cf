package insight

import (
	"context"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// places sums facts by region, census region, country and in all. Sums come from
// roll-ups where these tell what is asked for. Who bought is told by facts alone,
// and by those that first tell a place of an order: the sale that opens it, or one
// for each of its origins, and what came back, maybe without a sale in the time.
// Each buyer is found once a region; bits tell in which larger places.
func (s *Service) places(ctx context.Context, q *Query, state rollup.State) database.SQL {
	country, region, telling := "f.buyer_country", "f.buyer_region", "(f.opens_order or f.kind = 'REFUND')"
	// Orders of a buyer's place add up; one may hold goods of several origins.
	orders, told := "total(f.orders)", "0 as in_region, 0 as in_census, 0 as in_country, 0 as in_all"
	if q.Side == Origins {
		country, region, telling, orders = "f.origin_country", "f.origin_region", "f.repeats_origin < 3", "0"
		told = `count(*) filter (where f.kind = 'SALE') as in_region, count(*) filter (where f.kind = 'SALE' and f.repeats_origin < 2) as in_census,
      count(*) filter (where f.kind = 'SALE' and f.repeats_origin < 1) as in_country, count(*) filter (where f.opens_order) as in_all`
	}
	need := rollup.Need{Columns: []string{country[2:], region[2:], "currency"}, Orders: q.Side == Buyers, Zone: q.TimeZone, From: q.From, To: q.To}
	if !s.ofAll(ctx, q) {
		need.Columns = append(need.Columns, "brand_id", "storefront_id")
	}
	rows, args := rollup.Rows(rollup.Cover(state, need)...)

	var states, regions models.StringList
	for _, state := range models.USStates {
		states, regions = append(states, state.Code), append(regions, string(state.Census))
	}
	return database.Text(`
with sums as materialized (
  select coalesce(`+country+`, '') as country, coalesce(us.census, '') as census, coalesce(`+region+`, '') as region, f.currency,
    `+orders+` as orders, total(f.units_sold) as units_sold, total(f.units_returned) as units_returned,
    total(f.gross_minor) as gross_minor, total(f.discount_minor) as discount_minor, total(f.refund_minor) as refund_minor
  from (?) f
  left join unnest(cast(? as text[]), cast(? as text[])) us (state, census) on `+country+` = 'US' and us.state = `+region+`
  where ? and ?
  group by 1, 2, 3, 4
), places as materialized (
  select country, census, region, n, cast(overlay(repeat('0', max(n) over ()) placing '1' from n) as varbit) as bit
  from (select country, census, region, dense_rank() over (order by country, census)::int as n from sums group by 1, 2, 3) x
), bought as materialized (
  select p.country, p.census, p.region, p.bit, f.currency, f.person, f.in_region, f.in_census, f.in_country, f.in_all
  from (
    select f.currency, `+country+` as country, `+region+` as region, coalesce(`+person+`, f.order_id) as person, `+told+`
    from sales_facts f
    `+ofBuyer+`
    where `+telling+` and ? and ? and ?
    group by 1, 2, 3, 4
  ) f
  join places p on p.country = coalesce(f.country, '') and p.region = coalesce(f.region, '')
), met as (
  select currency, country, census, region, count(*) as shoppers, total(in_region) as in_region, total(in_census) as in_census,
    total(in_country) as in_country, total(in_all) as in_all
  from bought
  group by 1, 2, 3, 4
), sets as materialized (
  select currency, places, count(*) as shoppers
  from (select currency, bit_or(bit)::text as places from bought group by currency, person) x
  group by 1, 2
), larger as materialized (
  select s.currency, p.country, p.census, s.places, s.shoppers
  from sets s
  join (select distinct country, census, n from places) p on substr(s.places, p.n, 1) = '1'
), shoppers (grouped, currency, country, census, shoppers) as (
  select 1, currency, country, census, total(shoppers) from larger group by 2, 3, 4
  union all
  select 3, currency, country, '', total(shoppers) from (select distinct currency, country, places, shoppers from larger) x group by 2, 3
  union all
  select 7, currency, '', '', total(shoppers) from sets group by 2
), rolled as (
  select coalesce(country, '') as country, coalesce(census, '') as census, coalesce(region, '') as region, grouping(country, census, region) as grouped,
    currency, total(m.shoppers) as shoppers, total(s.orders) as orders, total(m.in_region) as in_region, total(m.in_census) as in_census,
    total(m.in_country) as in_country, total(m.in_all) as in_all, total(s.units_sold) as units_sold, total(s.units_returned) as units_returned,
    total(s.gross_minor) as gross_minor, total(s.discount_minor) as discount_minor, total(s.refund_minor) as refund_minor
  from sums s
  join met m using (currency, country, census, region)
  group by currency, rollup (country, census, region)
)
select r.country, r.census, r.region, r.grouped, r.currency, coalesce(n.shoppers, r.shoppers) as shoppers,
  r.orders + case r.grouped when 0 then r.in_region when 1 then r.in_census when 3 then r.in_country else r.in_all end as orders,
  r.units_sold, r.units_returned, r.gross_minor, r.discount_minor, r.refund_minor
from rolled r
left join shoppers n using (grouped, currency, country, census)
order by r.currency, r.grouped desc, 1, 2, 3`,
		database.SQL{Text: rows, Args: args}, states, regions, s.scope(ctx, q, "f"), q.currency("f.currency"),
		s.scope(ctx, q, "f"), q.during("f.event_at"), q.currency("f.currency"))
}
