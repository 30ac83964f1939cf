-- Of no line more pieces are sent back than have arrived.
select l.brand_id, format('line %s of order %s', l.ordinal, o.number) as subject,
  format('%s arrived, %s sent back', coalesce(s.arrived, 0), b.back) as detail
from order_lines l
join orders o on o.brand_id = l.brand_id and o.id = l.order_id
join (
  select x.brand_id, x.line_id, sum(case when r.status in ('REQUESTED', 'APPROVED') then x.quantity else x.received end) as back
  from returns r
  join return_lines x on x.brand_id = r.brand_id and x.return_id = r.id
  where r.status not in ('REJECTED', 'CANCELLED')
  group by x.brand_id, x.line_id
) b on b.brand_id = l.brand_id and b.line_id = l.id
left join (
  select x.brand_id, x.line_id, sum(x.quantity) as arrived
  from shipments s
  join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
  where s.status = 'DELIVERED'
  group by x.brand_id, x.line_id
) s on s.brand_id = l.brand_id and s.line_id = l.id
where b.back > coalesce(s.arrived, 0)
