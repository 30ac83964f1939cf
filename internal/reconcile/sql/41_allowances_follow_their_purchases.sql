-- An allowance is reserved by purchases that await their payment, taken by
-- orders, and counts each order of cross-border retail import at its value, and
-- of goods whose weight is bounded at their weight.
select e.brand_id, 'order ' || e.order_id as subject,
  format('allowance is %s, its purchase %s', lower(e.status), lower(coalesce(p.status, 'not there'))) as detail
from allowance_entries e
left join purchases p on p.id = e.purchase_id
left join orders o on o.brand_id = e.brand_id and o.id = e.order_id and o.purchase_id = e.purchase_id
where e.status = 'RESERVED' and p.status is distinct from 'AWAITING_PAYMENT' or e.status = 'TAKEN' and (p.status is distinct from 'COMPLETED' or o.id is null)
union all
select l.brand_id, 'order ' || l.order_id, format('counts %s of %s, its allowance %s', c.amount, coalesce(nullif(c.goods, ''), 'value'), coalesce(e.amount, 0))
from order_landed_costs l
cross join lateral (
  select '' as goods, (l.record ->> 'CountsMinor')::bigint as amount
  union all
  select each ->> 'ListedAs', sum((each ->> 'WeightGrams')::bigint * (each ->> 'Quantity')::bigint)
  from jsonb_array_elements(case jsonb_typeof(l.record -> 'Lines') when 'array' then l.record -> 'Lines' else '[]' end) each
  where each ->> 'ListedAs' <> ''
  group by 1
) c
left join allowance_entries e on e.brand_id = l.brand_id and e.order_id = l.order_id and e.status = 'TAKEN' and e.goods = c.goods
where l.record ->> 'Regime' in ('CBEC_BONDED', 'CBEC_DIRECT') and c.amount <> coalesce(e.amount, 0)
