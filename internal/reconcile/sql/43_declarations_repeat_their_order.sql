-- A declaration that agrees is of its order, its payment and its parcel, and
-- what is paid is goods, freight and taxes less the discount.
select d.brand_id, 'declaration ' || d.id as subject, format('order %s: declared %s of order %s, paid %s, parcel %s', o.number,
  d.sale ->> 'paidMinor', d.sale ->> 'orderNumber', d.payment ->> 'amountMinor', d.logistics ->> 'number') as detail
from declarations d
join orders o on o.brand_id = d.brand_id and o.id = d.order_id
join shipments s on s.brand_id = d.brand_id and s.id = d.shipment_id
where d.status <> 'MISMATCHED' and (
  s.order_id <> o.id or d.sale ->> 'orderNumber' is distinct from o.number or d.logistics ->> 'number' is distinct from s.tracking_number
  or d.sale ->> 'paidMinor' is distinct from d.payment ->> 'amountMinor'
  or (d.sale ->> 'paidMinor')::bigint <> (d.sale ->> 'goodsMinor')::bigint + (d.sale ->> 'freightMinor')::bigint
    + (d.sale ->> 'taxMinor')::bigint - (d.sale ->> 'discountMinor')::bigint)
