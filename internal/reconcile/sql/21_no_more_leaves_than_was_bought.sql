-- Of no line more pieces are in shipments than were bought and not taken off
-- the order, and no more left a warehouse than the order took there, where
-- stock is counted.
select l.brand_id, format('line %s of order %s', l.ordinal, o.number) as subject,
  format('%s bought, %s taken off, %s in shipments', l.quantity, coalesce(r.withdrawn, 0), s.pieces) as detail
from order_lines l
join orders o on o.brand_id = l.brand_id and o.id = l.order_id
join (
  select x.brand_id, x.line_id, sum(x.quantity) as pieces
  from shipments s
  join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
  where s.status <> 'CANCELLED' and s.resolution is distinct from 'RESEND'
  group by x.brand_id, x.line_id
) s on s.brand_id = l.brand_id and s.line_id = l.id
left join (
  select brand_id, line_id, sum(withdrawn) as withdrawn
  from order_refund_lines
  group by brand_id, line_id
) r on r.brand_id = l.brand_id and r.line_id = l.id
where s.pieces > l.quantity - coalesce(r.withdrawn, 0)
union all
select s.brand_id, 'order ' || o.number,
  format('variant %s: %s taken from warehouse %s, %s left it', s.variant_id, a.taken, s.warehouse_id, s.pieces)
from (
  select s.brand_id, s.order_id, l.variant_id, s.warehouse_id, sum(x.quantity) as pieces
  from shipments s
  join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
  join order_lines l on l.brand_id = x.brand_id and l.id = x.line_id
  where s.status <> 'CANCELLED'
  group by s.brand_id, s.order_id, l.variant_id, s.warehouse_id
) s
join orders o on o.brand_id = s.brand_id and o.id = s.order_id
join variants v on v.brand_id = s.brand_id and v.id = s.variant_id and v.track_stock
join (
  select brand_id, order_id, variant_id, warehouse_id, -sum(delta) as taken
  from stock_adjustments
  where order_id is not null and reason in ('ORDER_PLACED', 'ORDER_CANCELLED', 'ORDER_RESENT')
  group by brand_id, order_id, variant_id, warehouse_id
) a on a.brand_id = s.brand_id and a.order_id = s.order_id and a.variant_id = s.variant_id and a.warehouse_id = s.warehouse_id
where s.pieces > a.taken
