-- An order placed here took its tracked pieces from stock, and gave those back that were taken off it.
select o.brand_id, 'order ' || o.number as subject,
  format('variant %s: %s ordered, %s taken off, %s taken, %s given back', w.variant_id, w.quantity, w.withdrawn, coalesce(a.taken, 0), coalesce(a.returned, 0)) as detail
from orders o
join (
  select l.brand_id, l.order_id, l.variant_id, sum(l.quantity) as quantity, coalesce(sum(r.withdrawn), 0) as withdrawn
  from order_lines l
  join variants v on v.brand_id = l.brand_id and v.id = l.variant_id and v.track_stock
  left join (
    select brand_id, line_id, sum(withdrawn) as withdrawn
    from order_refund_lines
    group by brand_id, line_id
  ) r on r.brand_id = l.brand_id and r.line_id = l.id
  group by l.brand_id, l.order_id, l.variant_id
) w on w.brand_id = o.brand_id and w.order_id = o.id
left join (
  select brand_id, order_id, variant_id,
    -sum(delta) filter (where reason = 'ORDER_PLACED') as taken,
    sum(delta) filter (where reason = 'ORDER_CANCELLED') as returned
  from stock_adjustments
  where order_id is not null
  group by brand_id, order_id, variant_id
) a on a.brand_id = w.brand_id and a.order_id = w.order_id and a.variant_id = w.variant_id
where o.source = 'SHOP'
  and a.taken is not null
  and (a.taken <> w.quantity or coalesce(a.returned, 0) <> w.withdrawn)
