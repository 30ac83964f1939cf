-- A refund is the sum of its lines and parts; an order's refunds are what it
-- says was given back, and its payment status follows from that.
select o.brand_id, 'order ' || o.number as subject,
  format('says %s given back of %s and is %s; refunds of %s, lines of %s, parts of %s', o.refunded_minor, o.total_minor, o.payment_status,
    coalesce(r.refunds, 0), coalesce(l.lines, 0), coalesce(p.parts, 0)) as detail
from orders o
left join (
  select brand_id, order_id, sum(amount_minor) as refunds
  from order_refunds
  group by brand_id, order_id
) r on r.brand_id = o.brand_id and r.order_id = o.id
left join (
  select r.brand_id, r.order_id, sum(l.amount_minor) as lines
  from order_refunds r
  join order_refund_lines l on l.brand_id = r.brand_id and l.refund_id = r.id
  group by r.brand_id, r.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
left join (
  select r.brand_id, r.order_id, sum(p.amount_minor) as parts
  from order_refunds r
  join order_refund_parts p on p.brand_id = r.brand_id and p.refund_id = r.id
  group by r.brand_id, r.order_id
) p on p.brand_id = o.brand_id and p.order_id = o.id
where (coalesce(r.refunds, 0), coalesce(l.lines, 0), coalesce(p.parts, 0)) is distinct from
    (o.refunded_minor::numeric, o.refunded_minor::numeric, o.refunded_minor::numeric)
  or o.payment_status <> case
    when o.source = 'IMPORT' then 'UNKNOWN'
    when o.refunded_minor between 1 and o.total_minor - 1 then 'PARTIALLY_REFUNDED'
    when o.refunded_minor < o.total_minor or o.total_minor = 0 and o.status <> 'CANCELLED' then 'PAID'
    else 'REFUNDED'
  end
