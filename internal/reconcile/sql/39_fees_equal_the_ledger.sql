-- What a provider kept of a payment is booked with the orders that it paid.
select a.brand_id, 'payment ' || coalesce(p.reference, p.id::text) as subject,
  format('kept %s, booked %s', p.fee_minor, coalesce(l.booked, 0)) as detail
from payments p
join (
  select payment_id, min(brand_id::text)::uuid as brand_id
  from payment_allocations
  group by payment_id
) a on a.payment_id = p.id
left join (
  select t.reference, -sum(e.amount_minor) as booked
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where t.kind = 'GATEWAY_FEE' and e.account = 'GATEWAY_FEE'
  group by t.reference
) l on l.reference = p.id::text
where p.fee_minor <> coalesce(l.booked, 0)
