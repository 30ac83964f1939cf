-- The history of an order placed here tells of its beginning, of each refund,
-- shipment and return, and of its end.
select o.brand_id, 'order ' || o.number as subject,
  format('is %s with %s refunds, %s shipments and %s returns; its history tells of %s placed, %s cancelled, %s completed, %s refunds, %s shipments, %s returns',
    o.status, coalesce(r.n, 0), coalesce(s.n, 0), coalesce(b.n, 0), coalesce(e.placed, 0), coalesce(e.cancelled, 0), coalesce(e.completed, 0),
    coalesce(e.refunded, 0), coalesce(e.shipped, 0), coalesce(e.returned, 0)) as detail
from orders o
left join (
  select brand_id, order_id, count(*) filter (where type = 'PLACED') as placed, count(*) filter (where type = 'CANCELLED') as cancelled,
    count(*) filter (where type = 'COMPLETED') as completed, count(*) filter (where type = 'REFUNDED') as refunded,
    count(*) filter (where type = 'SHIPMENT_MADE') as shipped, count(*) filter (where type = 'RETURN_REQUESTED') as returned
  from order_events
  group by brand_id, order_id
) e on e.brand_id = o.brand_id and e.order_id = o.id
left join (select brand_id, order_id, count(*) as n from order_refunds group by brand_id, order_id) r on r.brand_id = o.brand_id and r.order_id = o.id
left join (select brand_id, order_id, count(*) as n from shipments group by brand_id, order_id) s on s.brand_id = o.brand_id and s.order_id = o.id
left join (select brand_id, order_id, count(*) as n from returns group by brand_id, order_id) b on b.brand_id = o.brand_id and b.order_id = o.id
where o.source = 'SHOP' and (coalesce(e.placed, 0), coalesce(e.cancelled, 0), coalesce(e.completed, 0), coalesce(e.refunded, 0), coalesce(e.shipped, 0),
    coalesce(e.returned, 0)) is distinct from
  (1, case when o.status = 'CANCELLED' then 1 else 0 end, case when o.status = 'COMPLETED' then 1 else 0 end, coalesce(r.n, 0), coalesce(s.n, 0),
    coalesce(b.n, 0))
