-- The facts of an order net to what it sold less what of it was given back, and
-- with all other measures to its total less all that was given back.
select o.brand_id, 'order ' || o.number as subject,
  format('facts net %s of %s, order %s of %s', coalesce(f.net, 0), coalesce(f.total, 0),
    o.goods_minor - o.discount_minor - coalesce(r.net, 0), o.total_minor - coalesce(r.total, 0)) as detail
from orders o
left join (
  select brand_id, order_id, sum(gross_minor - discount_minor - refund_minor) as net,
    sum(gross_minor - discount_minor - refund_minor + shipping_minor + duty_minor + tax_minor + fee_minor) as total
  from sales_facts
  group by brand_id, order_id
) f on f.brand_id = o.brand_id and f.order_id = o.id
left join (
  select r.brand_id, r.order_id, sum(p.amount_minor) as total, sum(p.amount_minor) filter (where c.kind in ('GOODS', 'DISCOUNT')) as net
  from order_refunds r
  join order_refund_parts p on p.brand_id = r.brand_id and p.refund_id = r.id
  join charges c on c.brand_id = p.brand_id and c.id = p.charge_id
  group by r.brand_id, r.order_id
) r on r.brand_id = o.brand_id and r.order_id = o.id
where coalesce(f.net, 0) <> o.goods_minor - o.discount_minor - coalesce(r.net, 0)
  or coalesce(f.total, 0) <> o.total_minor - coalesce(r.total, 0)
