-- The facts of an order net to what it sold, to nothing once it is cancelled.
select o.brand_id, 'order ' || o.number as subject,
  format('facts net %s, order %s', coalesce(f.net, 0),
    case when o.status = 'CANCELLED' then 0 else o.goods_minor - o.discount_minor end) as detail
from orders o
left join (
  select brand_id, order_id, sum(gross_minor - discount_minor - refund_minor) as net
  from sales_facts
  group by brand_id, order_id
) f on f.brand_id = o.brand_id and f.order_id = o.id
where coalesce(f.net, 0) <> case when o.status = 'CANCELLED' then 0 else o.goods_minor - o.discount_minor end
