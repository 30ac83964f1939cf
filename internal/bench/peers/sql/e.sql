select r.brand_id, b.name, r.units, r.gross, r.currency
from (
  select brand_id, currency, total(units_sold) as units, total(gross_minor) as gross
  from sales_facts
  where event_at >= $1 and event_at < $2
  group by brand_id, currency
  order by gross desc, brand_id desc, currency desc
  limit 20
) r
join brands b on b.id = r.brand_id
order by r.gross desc, r.brand_id desc, r.currency desc
