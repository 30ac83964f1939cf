-- Every order placed here, and every cancellation, left its event in the outbox.
select o.brand_id, 'order ' || o.number as subject, 'no event ' || t.type as detail
from orders o
join (values ('order.placed', false), ('order.cancelled', true)) as t (type, cancelled)
  on not t.cancelled or o.status = 'CANCELLED'
where o.source = 'SHOP'
  and not exists (
    select from outbox_events e
    where e.brand_id = o.brand_id and e.subject_id = o.id and e.type = t.type
  )
