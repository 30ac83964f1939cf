-- What a payment gave back, and shall give back, is the sum of its refunds, of which those of orders are allocated to the cent.
select r.brand_id, 'payment ' || coalesce(p.reference, p.id::text) as subject,
  format('gives back %s of which %s are done, refunds of %s and %s, allocated wrongly %s',
    p.refunding_minor, p.refunded_minor, coalesce(r.asked, 0), coalesce(r.done, 0), coalesce(r.wrong, 0)) as detail
from payments p
left join (
  select f.payment_id, min(a.brand_id::text)::uuid as brand_id,
    sum(f.amount_minor) filter (where f.status <> 'FAILED') as asked,
    sum(f.amount_minor) filter (where f.status = 'SUCCEEDED') as done,
    count(*) filter (where a.sum <> f.amount_minor or f.currency <> a.currency) as wrong
  from refunds f
  left join (
    select refund_id, min(brand_id::text) as brand_id, sum(amount_minor) as sum, min(currency) as currency
    from refund_allocations
    group by refund_id
  ) a on a.refund_id = f.id
  group by f.payment_id
) r on r.payment_id = p.id
where p.refunding_minor <> coalesce(r.asked, 0) or p.refunded_minor <> coalesce(r.done, 0) or coalesce(r.wrong, 0) > 0
