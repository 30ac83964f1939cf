-- Stock on hand is the sum of its adjustments.
select s.brand_id, format('variant %s in warehouse %s', s.variant_id, s.warehouse_id) as subject,
  format('on hand %s, log %s', s.on_hand, coalesce(a.sum, 0)) as detail
from stock_levels s
left join (
  select brand_id, variant_id, warehouse_id, sum(delta) as sum
  from stock_adjustments
  group by brand_id, variant_id, warehouse_id
) a on a.brand_id = s.brand_id and a.variant_id = s.variant_id and a.warehouse_id = s.warehouse_id
where s.on_hand <> coalesce(a.sum, 0)
