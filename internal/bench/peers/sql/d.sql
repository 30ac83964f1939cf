select o.brand_id, o.id, o.number, o.status, o.total_minor, o.currency, o.placed_at, l.id, l.quantity, cast(trim_scale(l.unit_price) as text),
  p.id, p.texts -> p.default_language ->> 'title'
from (
  select brand_id, id, number, status, total_minor, currency, placed_at
  from orders
  where shopper_id = $1
  order by placed_at desc, id desc
  limit 10
) o
join order_lines l on l.brand_id = o.brand_id and l.order_id = o.id
left join products p on p.brand_id = l.brand_id and p.id = l.product_id and p.visible_from <= now()
order by o.placed_at desc, o.id desc, l.ordinal
