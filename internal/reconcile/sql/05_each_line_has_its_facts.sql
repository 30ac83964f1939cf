-- Each line has one fact: a sale, or a refund where its goods are negative or
-- its pieces came back; and one more for each refund of it. No fact stands alone.
select coalesce(l.brand_id, f.brand_id) as brand_id,
  coalesce('line ' || l.ordinal || ' of order ' || o.number, 'fact of line ' || f.line_id) as subject,
  format('%s sales and %s refunds for %s pieces in %s refunds', coalesce(f.sales, 0), coalesce(f.refunds, 0), l.quantity,
    coalesce(r.refunds, 0)) as detail
from order_lines l
join orders o on o.brand_id = l.brand_id and o.id = l.order_id
left join (
  select brand_id, line_id, count(*) as refunds
  from order_refund_lines
  group by brand_id, line_id
) r on r.brand_id = l.brand_id and r.line_id = l.id
full join (
  select brand_id, line_id, count(*) filter (where kind = 'SALE') as sales, count(*) filter (where kind = 'REFUND') as refunds
  from sales_facts
  group by brand_id, line_id
) f on f.brand_id = l.brand_id and f.line_id = l.id
where l.id is null or f.line_id is null
  or (f.sales, f.refunds) is distinct from case
    when l.quantity < 0 or l.goods_minor < 0 then (0::bigint, 1::bigint)
    else (1::bigint, coalesce(r.refunds, 0))
  end
