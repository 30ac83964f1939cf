-- A shipment stands where the furthest of its events has it, left and arrived
-- at the earliest time that is told, and is found by its carrier's number.
select s.brand_id, 'shipment ' || s.id as subject,
  format('is %s, left %s, arrived %s; its events say %s', s.status, coalesce(s.dispatched_at::text, 'never'),
    coalesce(s.delivered_at::text, 'never'), w.status) as detail
from shipments s
cross join lateral (
  select case
    when bool_or(e.type = 'CANCELLED') then 'CANCELLED'
    when s.resolution is not null then 'LOST'
    when bool_or(e.type = 'DELIVERED') then 'DELIVERED'
    when bool_or(e.type = 'LOST') then 'LOST'
    when bool_or(e.type in ('ACCEPTED', 'IN_TRANSIT', 'AT_CUSTOMS', 'OUT_FOR_DELIVERY')) then 'DISPATCHED'
    when bool_or(e.type = 'LABELLED') then 'LABELLED'
    else 'PLANNED'
  end as status,
    min(e.happened_at) filter (where e.type not in ('LABELLED', 'LOST', 'CANCELLED')) as left_at,
    min(e.happened_at) filter (where e.type = 'DELIVERED') as arrived_at
  from shipment_events e
  where e.brand_id = s.brand_id and e.shipment_id = s.id
) w
where s.status <> w.status
  or s.status <> 'CANCELLED' and s.dispatched_at is distinct from w.left_at
  or s.delivered_at is distinct from case when s.status = 'DELIVERED' then w.arrived_at end
union all
select s.brand_id, 'shipment ' || s.id, format('number %s of %s does not find it', s.tracking_number, s.carrier)
from shipments s
left join tracking_numbers n
  on n.carrier = s.carrier and n.number = s.tracking_number and n.brand_id = s.brand_id and n.shipment_id = s.id
where s.tracking_number is not null and n.number is null
union all
select s.brand_id, 'shipment ' || s.id, format('is %s and has no number', s.status)
from shipments s
where s.tracking_number is null and s.status not in ('PLANNED', 'CANCELLED')
