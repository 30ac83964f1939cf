-- The stock log tells of the pieces that came back into a warehouse, and of
-- those that were taken again for lost ones, of goods whose stock was counted
-- when they were bought and is now.
select w.brand_id, 'order ' || o.number as subject,
  format('variant %s in warehouse %s: %s put back by returns, log %s', w.variant_id, w.warehouse_id, w.pieces, coalesce(a.moved, 0)) as detail
from (
  select r.brand_id, r.order_id, l.variant_id, r.warehouse_id, sum(x.restocked) as pieces
  from returns r
  join return_lines x on x.brand_id = r.brand_id and x.return_id = r.id
  join order_lines l on l.brand_id = x.brand_id and l.id = x.line_id
  where x.restocked > 0
  group by r.brand_id, r.order_id, l.variant_id, r.warehouse_id
) w
join orders o on o.brand_id = w.brand_id and o.id = w.order_id
join variants v on v.brand_id = w.brand_id and v.id = w.variant_id and v.track_stock
left join (
  select brand_id, order_id, variant_id, warehouse_id, sum(delta) as moved
  from stock_adjustments
  where order_id is not null and reason = 'RETURNED'
  group by brand_id, order_id, variant_id, warehouse_id
) a on a.brand_id = w.brand_id and a.order_id = w.order_id and a.variant_id = w.variant_id and a.warehouse_id = w.warehouse_id
where w.pieces <> coalesce(a.moved, 0)
  and exists (
    select from stock_adjustments t
    where t.brand_id = w.brand_id and t.order_id = w.order_id and t.variant_id = w.variant_id and t.reason = 'ORDER_PLACED'
  )
union all
select w.brand_id, 'order ' || o.number,
  format('variant %s: %s sent again, log %s', w.variant_id, w.pieces, coalesce(a.moved, 0))
from (
  select s.brand_id, s.order_id, l.variant_id, sum(x.quantity) as pieces
  from shipments s
  join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
  join order_lines l on l.brand_id = x.brand_id and l.id = x.line_id
  where s.resolution = 'RESEND'
  group by s.brand_id, s.order_id, l.variant_id
) w
join orders o on o.brand_id = w.brand_id and o.id = w.order_id
join variants v on v.brand_id = w.brand_id and v.id = w.variant_id and v.track_stock
left join (
  select brand_id, order_id, variant_id, -sum(delta) as moved
  from stock_adjustments
  where order_id is not null and reason = 'ORDER_RESENT'
  group by brand_id, order_id, variant_id
) a on a.brand_id = w.brand_id and a.order_id = w.order_id and a.variant_id = w.variant_id
where w.pieces <> coalesce(a.moved, 0)
  and exists (
    select from stock_adjustments t
    where t.brand_id = w.brand_id and t.order_id = w.order_id and t.variant_id = w.variant_id and t.reason = 'ORDER_PLACED'
  )
