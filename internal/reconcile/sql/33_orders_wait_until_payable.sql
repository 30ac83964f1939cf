-- What is pending of an order placed here waits for a day; nothing is payable
-- of one that waits.
select o.brand_id, 'order ' || o.number as subject,
  format('%s pending, %s payable, waits for %s', coalesce(l.pending, 0), coalesce(l.payable, 0), coalesce(cast(o.payable_due as text), 'no day')) as detail
from orders o
left join (
  select t.brand_id, t.order_id, coalesce(sum(e.amount_minor) filter (where e.account = 'BRAND_PENDING'), 0) as pending,
    coalesce(sum(e.amount_minor) filter (where e.account = 'BRAND_PAYABLE'), 0) as payable
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where e.account in ('BRAND_PENDING', 'BRAND_PAYABLE')
  group by t.brand_id, t.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where coalesce(l.pending, 0) <> 0 and o.payable_due is null
  or o.payable_due is not null and l.payable <> 0
