-- What was allocated to an order placed here is its total.
select o.brand_id, 'order ' || o.number as subject,
  format('total %s %s, allocated %s', o.total_minor, o.currency, coalesce(a.sum, 0)) as detail
from orders o
left join (
  select brand_id, order_id, currency, sum(amount_minor) as sum
  from payment_allocations
  group by brand_id, order_id, currency
) a on a.brand_id = o.brand_id and a.order_id = o.id and a.currency = o.currency
where o.source = 'SHOP' and coalesce(a.sum, -1) <> o.total_minor
