-- What is pending of an order placed here waits for a day, and nothing waits
-- for one without; an order that was released holds nothing pending.
select o.brand_id, 'order ' || o.number as subject,
  format('%s pending, payable from %s', coalesce(l.pending, 0), coalesce(cast(o.payable_due as text), 'no day')) as detail
from orders o
left join (
  select t.brand_id, t.order_id, sum(e.amount_minor) as pending
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where e.account = 'BRAND_PENDING'
  group by t.brand_id, t.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where coalesce(l.pending, 0) <> 0 and o.payable_due is null
  or o.payable_due is not null and exists (
    select from ledger_transactions t where t.brand_id = o.brand_id and t.order_id = o.id and t.kind = 'RELEASE'
  )
