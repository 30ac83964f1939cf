-- Of no charge more was given back than was charged, and of no line more pieces
-- than were bought.
select c.brand_id, format('charge %s of order %s', c.kind, o.number) as subject,
  format('charged %s, given back %s', c.amount_minor, p.back) as detail
from charges c
join orders o on o.brand_id = c.brand_id and o.id = c.order_id
join (
  select brand_id, charge_id, sum(amount_minor) as back
  from order_refund_parts
  group by brand_id, charge_id
) p on p.brand_id = c.brand_id and p.charge_id = c.id
where p.back not between least(c.amount_minor, 0) and greatest(c.amount_minor, 0)
union all
select l.brand_id, format('line %s of order %s', l.ordinal, o.number),
  format('%s pieces, %s refunded', l.quantity, r.quantity)
from order_lines l
join orders o on o.brand_id = l.brand_id and o.id = l.order_id
join (
  select brand_id, line_id, sum(quantity) as quantity
  from order_refund_lines
  group by brand_id, line_id
) r on r.brand_id = l.brand_id and r.line_id = l.id
where r.quantity > l.quantity
