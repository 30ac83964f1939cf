-- A payment is allocated to the cent, to orders of its purchase.
select a.brand_id, 'payment ' || p.reference as subject,
  format('paid %s, allocated %s', p.amount_minor, coalesce(a.sum, 0)) as detail
from payments p
left join (
  select payment_id, min(brand_id::text)::uuid as brand_id, sum(amount_minor) as sum
  from payment_allocations
  group by payment_id
) a on a.payment_id = p.id
where p.amount_minor <> coalesce(a.sum, 0)
