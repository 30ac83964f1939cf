-- A dispute of a payment is one of each of its orders, and holds what was left
-- of the order's money until it is decided; nothing of the order is payable then.
select o.brand_id, 'order ' || o.number as subject,
  format('is disputed %s, its payment %s; %s of %s left are held, %s payable', coalesce(o.dispute, 'NONE'), p.dispute, -coalesce(l.held, 0),
    o.total_minor - o.refunded_minor, coalesce(l.payable, 0)) as detail
from orders o
join payment_allocations a on a.brand_id = o.brand_id and a.order_id = o.id
join payments p on p.id = a.payment_id
left join (
  select t.brand_id, t.order_id, sum(e.amount_minor) filter (where e.account = 'DISPUTES') as held,
    sum(e.amount_minor) filter (where e.account = 'BRAND_PAYABLE') as payable
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where e.account in ('DISPUTES', 'BRAND_PAYABLE')
  group by t.brand_id, t.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where coalesce(o.dispute, 'NONE') <> p.dispute
  or -coalesce(l.held, 0) <> case when o.dispute = 'OPEN' then o.total_minor - o.refunded_minor else 0 end
  or o.dispute = 'OPEN' and coalesce(l.payable, 0) <> 0
