-- A dispute of a payment is shared among its orders to the cent, and stands for
-- each as it does for the payment. The books hold the parts that are open, and
-- nothing of such an order is payable.
select o.brand_id, 'order ' || o.number as subject,
  format('is disputed %s, by its parts %s; %s are held of %s, %s payable', coalesce(o.dispute, 'NONE'), coalesce(d.stands, 'NONE'), -coalesce(l.held, 0),
    coalesce(d.held, 0), coalesce(l.payable, 0)) as detail
from orders o
left join (
  select brand_id, order_id, sum(amount_minor) filter (where status = 'OPEN') as held,
    case when bool_or(status = 'OPEN') then 'OPEN' when bool_or(status = 'LOST') then 'LOST' else 'WON' end as stands
  from order_disputes
  group by brand_id, order_id
) d on d.brand_id = o.brand_id and d.order_id = o.id
left join (
  select t.brand_id, t.order_id, sum(e.amount_minor) filter (where e.account = 'DISPUTES') as held,
    sum(e.amount_minor) filter (where e.account = 'BRAND_PAYABLE') as payable
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where e.account in ('DISPUTES', 'BRAND_PAYABLE')
  group by t.brand_id, t.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where o.dispute is distinct from d.stands
  or -coalesce(l.held, 0) <> coalesce(d.held, 0)
  or o.dispute = 'OPEN' and coalesce(l.payable, 0) <> 0
union all
select a.brand_id, 'payment ' || coalesce(p.reference, p.id::text),
  format('is disputed %s, over %s; by its disputes %s, shared %s, %s of them otherwise', p.dispute, coalesce(d.sum, 0), coalesce(d.stands, 'NONE'),
    coalesce(d.shared, 0), coalesce(d.otherwise, 0))
from payments p
join (
  select payment_id, min(brand_id::text)::uuid as brand_id
  from payment_allocations
  group by payment_id
) a on a.payment_id = p.id
left join (
  select d.payment_id, sum(d.amount_minor) as sum, sum(s.shared) as shared, sum(s.otherwise) as otherwise,
    case when bool_or(d.status = 'OPEN') then 'OPEN' when bool_or(d.status = 'LOST') then 'LOST' else 'WON' end as stands
  from payment_disputes d
  left join (
    select x.dispute_id, sum(x.amount_minor) as shared, count(*) filter (where x.status <> d.status) as otherwise
    from order_disputes x
    join payment_disputes d on d.id = x.dispute_id
    group by x.dispute_id
  ) s on s.dispute_id = d.id
  group by d.payment_id
) d on d.payment_id = p.id
where p.dispute <> coalesce(d.stands, 'NONE') or coalesce(d.sum, 0) <> coalesce(d.shared, 0) or coalesce(d.otherwise, 0) > 0
