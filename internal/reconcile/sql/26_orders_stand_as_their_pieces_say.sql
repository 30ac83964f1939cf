-- The statuses of an order placed here follow from where its pieces are.
select o.brand_id, 'order ' || o.number as subject,
  format('is %s, %s, %s; its pieces say %s, %s, %s', o.status, o.fulfilment_status, o.return_status, w.status, w.fulfilment, w.return) as detail
from (
  select p.*,
    case when due = 0 then 'CANCELLED' when arrived + gone = due then 'COMPLETED' else 'PLACED' end as status,
    case
      when gone_or_left = 0 and planned > 0 then 'PREPARING'
      when gone_or_left = 0 then 'UNFULFILLED'
      when arrived > 0 and arrived = due - gone then 'DELIVERED'
      when arrived > 0 then 'PARTIALLY_DELIVERED'
      when gone_or_left = due then 'FULFILLED'
      else 'PARTIALLY_FULFILLED'
    end as fulfilment,
    case
      when requested > 0 then 'REQUESTED'
      when open > 0 then 'IN_PROGRESS'
      when returned = 0 then 'NONE'
      when returned = arrived then 'RETURNED'
      else 'PARTIALLY_RETURNED'
    end as return
  from (
    select l.brand_id, l.order_id, l.bought - coalesce(r.withdrawn, 0) as due, coalesce(s.planned, 0) as planned, coalesce(s.away, 0) as gone_or_left,
      coalesce(s.arrived, 0) as arrived, coalesce(s.gone, 0) as gone, coalesce(b.requested, 0) as requested, coalesce(b.open, 0) as open,
      coalesce(b.returned, 0) as returned
    from (
      select brand_id, order_id, sum(quantity) as bought
      from order_lines
      group by brand_id, order_id
    ) l
    left join (
      select f.brand_id, f.order_id, sum(x.withdrawn) as withdrawn
      from order_refunds f
      join order_refund_lines x on x.brand_id = f.brand_id and x.refund_id = f.id
      group by f.brand_id, f.order_id
    ) r on r.brand_id = l.brand_id and r.order_id = l.order_id
    left join (
      select s.brand_id, s.order_id,
        sum(x.quantity) filter (where s.status in ('PLANNED', 'LABELLED')) as planned,
        sum(x.quantity) filter (where s.status in ('DISPATCHED', 'DELIVERED', 'LOST') and s.resolution is distinct from 'RESEND') as away,
        sum(x.quantity) filter (where s.status = 'DELIVERED') as arrived,
        sum(x.quantity) filter (where s.resolution = 'REFUND') as gone
      from shipments s
      join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
      group by s.brand_id, s.order_id
    ) s on s.brand_id = l.brand_id and s.order_id = l.order_id
    left join (
      select r.brand_id, r.order_id, count(distinct r.id) filter (where r.status = 'REQUESTED') as requested,
        count(distinct r.id) filter (where r.status in ('APPROVED', 'RECEIVED', 'INSPECTED')) as open,
        sum(x.received) filter (where r.status = 'COMPLETED') as returned
      from returns r
      join return_lines x on x.brand_id = r.brand_id and x.return_id = r.id
      group by r.brand_id, r.order_id
    ) b on b.brand_id = l.brand_id and b.order_id = l.order_id
  ) p
) w
join orders o on o.brand_id = w.brand_id and o.id = w.order_id
where o.source = 'SHOP' and (o.status, o.fulfilment_status, o.return_status) is distinct from (w.status, w.fulfilment, w.return)
