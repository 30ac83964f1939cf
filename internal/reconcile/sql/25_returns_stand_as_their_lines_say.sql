-- Before its goods came in nothing of a return is booked; then it has a
-- warehouse, and once inspected each piece is put back or written off. The
-- money of a return is of its own order.
select r.brand_id, 'return ' || r.id as subject,
  format('is %s: %s received, %s put back, %s written off, warehouse %s, refund %s', r.status, coalesce(x.received, 0), coalesce(x.restocked, 0),
    coalesce(x.written_off, 0), coalesce(r.warehouse_id::text, 'none'), coalesce(r.refund_id::text, 'none')) as detail
from returns r
left join (
  select brand_id, return_id, sum(received) as received, sum(restocked) as restocked, sum(written_off) as written_off,
    bool_and(restocked + written_off = received) as judged
  from return_lines
  group by brand_id, return_id
) x on x.brand_id = r.brand_id and x.return_id = r.id
left join order_refunds f on f.brand_id = r.brand_id and f.id = r.refund_id and f.order_id = r.order_id
where x.return_id is null
  or r.status in ('REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED') and x.received > 0
  or r.status = 'RECEIVED' and x.restocked + x.written_off > 0
  or r.status in ('INSPECTED', 'COMPLETED') and not x.judged
  or r.status in ('RECEIVED', 'INSPECTED', 'COMPLETED') and r.warehouse_id is null
  or r.refund_id is not null and (f.id is null or r.status <> 'COMPLETED')
