package insight

import (
	"context"
	"fmt"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// levels of places: the bits of the names that each is summed over, its names,
// and what it is grouped by.
var levels = []struct {
	grouped   int
	names, by string
}{
	{0, "country, census, region", "currency, country, census, region"},
	{1, "country, census, ''", "currency, country, census"},
	{3, "country, '', ''", "currency, country"},
	{7, "'', '', ''", "currency"},
}

// places sums facts by region, census region, country and in all. Sums come from
// roll-ups where these tell what is asked for. Who bought is told by facts alone:
// each buyer is found once a region, and of these once in what is larger.
func (s *Service) places(ctx context.Context, q *Query, state rollup.State) database.SQL {
	country, region := "f.buyer_country", "f.buyer_region"
	if q.Side == Origins {
		country, region = "f.origin_country", "f.origin_region"
	}
	need := rollup.Need{Columns: []string{country[2:], region[2:], "currency"}, Orders: q.Side == Buyers, Zone: q.TimeZone, From: q.From, To: q.To}
	if !s.ofAll(ctx, q) {
		need.Columns = append(need.Columns, "brand_id", "storefront_id")
	}
	rows, args := rollup.Rows(rollup.Cover(state, need)...)

	// Orders of a buyer's place add up; one may hold goods of several origins.
	orders, order, asOrder, byOrder := "total(f.orders)", "", "", ""
	if q.Side == Origins {
		orders, order, asOrder, byOrder = "0", ", f.order_id, bool_or(f.kind = 'SALE') as sold", ", f.order_id, f.sold", ", 6"
	}
	var met []string
	for _, l := range levels {
		count := func(what, where, as string) {
			met = append(met, fmt.Sprintf("select %d as grouped, currency, %s, %s from (select %s, %s from bought%s group by %[4]s, %s) x group by %[4]s",
				l.grouped, l.names, as, l.by, what, where, what))
		}
		count("person, reference", "", "count(*) as shoppers, 0 as orders")
		if q.Side == Origins {
			count("order_id", " where sold", "0, count(*)")
		}
	}
	var states, regions models.StringList
	for _, state := range models.USStates {
		states, regions = append(states, state.Code), append(regions, string(state.Census))
	}
	census := database.Text("left join unnest(cast(? as text[]), cast(? as text[])) us (state, census) on "+country+" = 'US' and us.state = "+region, states, regions)
	place := "coalesce(" + country + ", '') as country, coalesce(us.census, '') as census, coalesce(" + region + ", '') as region, f.currency"
	return database.Text(`
with bought as materialized (
  select `+place+`, f.person, f.reference`+asOrder+`
  from (
    select f.currency, `+country+`, `+region+`, coalesce(`+person+`, case when o.id is null then f.order_id end) as person, `+reference+` as reference`+order+`
    from sales_facts f
    `+ofBuyer+`
    where ? and ? and ?
    group by 1, 2, 3, 4, 5`+byOrder+`
  ) f
  ?
), met (grouped, currency, country, census, region, shoppers, orders) as (
  `+strings.Join(met, "\n  union all\n  ")+`
), sums as (
  select `+place+`, `+orders+` as orders, total(f.units_sold) as units_sold, total(f.units_returned) as units_returned,
    total(f.gross_minor) as gross_minor, total(f.discount_minor) as discount_minor, total(f.refund_minor) as refund_minor
  from (?) f
  ?
  where ? and ?
  group by 1, 2, 3, 4
), rolled as (
  select coalesce(country, '') as country, coalesce(census, '') as census, coalesce(region, '') as region, grouping(country, census, region) as grouped,
    currency, sum(orders) as orders, total(units_sold) as units_sold, total(units_returned) as units_returned, total(gross_minor) as gross_minor,
    total(discount_minor) as discount_minor, total(refund_minor) as refund_minor
  from sums
  group by currency, rollup (country, census, region)
)
select r.country, r.census, r.region, r.grouped, r.currency, sum(m.shoppers)::bigint as shoppers, (r.orders + sum(m.orders))::bigint as orders,
  r.units_sold, r.units_returned, r.gross_minor, r.discount_minor, r.refund_minor
from rolled r
join met m using (grouped, currency, country, census, region)
group by r.grouped, r.currency, r.country, r.census, r.region, r.orders, r.units_sold, r.units_returned, r.gross_minor, r.discount_minor, r.refund_minor
order by r.currency, r.grouped desc, 1, 2, 3`,
		s.scope(ctx, q, "f"), q.during("f.event_at"), q.currency("f.currency"), census,
		database.SQL{Text: rows, Args: args}, census, s.scope(ctx, q, "f"), q.currency("f.currency"))
}
