-- Reserved stock is what purchases hold that await their payment.
select s.brand_id, format('variant %s in warehouse %s', s.variant_id, s.warehouse_id) as subject,
  format('reserved %s, held %s by purchases that await payment', s.reserved, coalesce(r.held, 0)) as detail
from stock_levels s
left join (
  select r.brand_id, r.variant_id, r.warehouse_id, sum(r.quantity) as held,
    sum(r.quantity) filter (where p.status = 'AWAITING_PAYMENT') as awaiting
  from stock_reservations r
  left join purchases p on p.id = r.purchase_id
  where r.status = 'HELD'
  group by r.brand_id, r.variant_id, r.warehouse_id
) r on r.brand_id = s.brand_id and r.variant_id = s.variant_id and r.warehouse_id = s.warehouse_id
where s.reserved <> coalesce(r.held, 0) or r.held <> coalesce(r.awaiting, 0)
