-- An allowance is reserved by purchases that await their payment, taken by
-- orders, and counts each order of cross-border retail import at its value.
select e.brand_id, 'order ' || e.order_id as subject,
  format('allowance is %s, its purchase %s', lower(e.status), lower(coalesce(p.status, 'not there'))) as detail
from allowance_entries e
left join purchases p on p.id = e.purchase_id
left join orders o on o.brand_id = e.brand_id and o.id = e.order_id and o.purchase_id = e.purchase_id
where e.status = 'RESERVED' and p.status is distinct from 'AWAITING_PAYMENT' or e.status = 'TAKEN' and (p.status is distinct from 'COMPLETED' or o.id is null)
union all
select l.brand_id, 'order ' || l.order_id, format('counts %s, its allowance %s', l.record ->> 'CountsMinor', coalesce(e.amount_minor, 0))
from order_landed_costs l
left join allowance_entries e on e.brand_id = l.brand_id and e.order_id = l.order_id and e.status = 'TAKEN'
where l.record ->> 'Regime' in ('CBEC_BONDED', 'CBEC_DIRECT') and (l.record ->> 'CountsMinor')::bigint <> coalesce(e.amount_minor, 0)
