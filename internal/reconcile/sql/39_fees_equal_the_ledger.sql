-- What a provider kept of a payment, and what banks charge for its disputes, is
-- booked with the orders that it paid.
select a.brand_id, 'payment ' || coalesce(p.reference, p.id::text) as subject,
  format('kept %s, booked %s; disputes cost %s, booked %s', p.fee_minor, coalesce(l.booked, 0), coalesce(d.fees, 0), coalesce(d.booked, 0)) as detail
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
left join (
  select d.payment_id, sum(d.fee_minor) as fees, sum(l.booked) as booked
  from payment_disputes d
  left join (
    select t.reference, -sum(e.amount_minor) as booked
    from ledger_transactions t
    join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
    where t.kind = 'DISPUTE_FEE' and e.account = 'GATEWAY_FEE'
    group by t.reference
  ) l on l.reference = d.id::text
  group by d.payment_id
) d on d.payment_id = p.id
where p.fee_minor <> coalesce(l.booked, 0) or coalesce(d.fees, 0) <> coalesce(d.booked, 0)
