-- What a payment took is allocated to the cent, to orders of its purchase, or given back without an order.
select a.brand_id, 'payment ' || coalesce(p.reference, p.id::text) as subject,
  format('took %s, allocated %s, gave back without an order %s', p.captured_minor, coalesce(a.sum, 0), coalesce(r.sum, 0)) as detail
from payments p
left join (
  select payment_id, min(brand_id::text)::uuid as brand_id, sum(amount_minor) as sum
  from payment_allocations
  group by payment_id
) a on a.payment_id = p.id
left join (
  select payment_id, sum(amount_minor) as sum
  from refunds
  where id not in (select refund_id from refund_allocations) and id not in (select retry_of from refunds where retry_of is not null)
  group by payment_id
) r on r.payment_id = p.id
where p.status = 'CAPTURED' and p.captured_minor <> coalesce(a.sum, 0) + coalesce(r.sum, 0)
