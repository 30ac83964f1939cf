-- What was promised to the shopper of an order is owed until it has left: the
-- ledger owes what refunds of payments have yet to pay, those that failed
-- included, and they are what was given back but for what the bank took.
select o.brand_id, 'order ' || o.number as subject,
  format('gave back %s, of payments %s; %s are owed, the ledger owes %s; %s refunds stand otherwise', coalesce(g.given, 0), coalesce(r.asked, 0),
    coalesce(r.open, 0), coalesce(l.owed, 0), coalesce(g.wrong, 0)) as detail
from orders o
left join (
  select g.brand_id, g.order_id, sum(g.amount_minor) filter (where not g.disputed) as given,
    count(*) filter (where not g.disputed and g.amount_minor > 0 and g.status <> coalesce(f.status, '-')) as wrong
  from order_refunds g
  left join (
    select a.brand_id, a.order_refund_id,
      case when bool_or(f.status = 'FAILED') then 'FAILED' when bool_or(f.status = 'PENDING') then 'PENDING' else 'SUCCEEDED' end as status
    from refund_allocations a
    join refunds f on f.id = a.refund_id
    where not exists (select from refunds n where n.retry_of = f.id)
    group by a.brand_id, a.order_refund_id
  ) f on f.brand_id = g.brand_id and f.order_refund_id = g.id
  group by g.brand_id, g.order_id
) g on g.brand_id = o.brand_id and g.order_id = o.id
left join (
  select a.brand_id, a.order_id, sum(a.amount_minor) as asked, sum(a.amount_minor) filter (where f.status <> 'SUCCEEDED') as open
  from refund_allocations a
  join refunds f on f.id = a.refund_id
  where not exists (select from refunds n where n.retry_of = f.id)
  group by a.brand_id, a.order_id
) r on r.brand_id = o.brand_id and r.order_id = o.id
left join (
  select t.brand_id, t.order_id, sum(e.amount_minor) as owed
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where e.account = 'REFUNDS'
  group by t.brand_id, t.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where o.source = 'SHOP' and (coalesce(g.given, 0) <> coalesce(r.asked, 0) or coalesce(r.open, 0) <> coalesce(l.owed, 0) or coalesce(g.wrong, 0) > 0)
