-- A transaction of the ledger sums to zero in each currency, and its entries are of its time.
select t.brand_id, format('%s %s', t.kind, t.id) as subject,
  coalesce(format('%s entries sum to %s %s', e.entries, e.sum, e.currency), 'no entries') as detail
from ledger_transactions t
left join (
  select brand_id, transaction_id, currency, count(*) as entries, sum(amount_minor) as sum, min(recorded_at) as first, max(recorded_at) as last
  from ledger_entries
  group by brand_id, transaction_id, currency
) e on e.brand_id = t.brand_id and e.transaction_id = t.id
where e.sum is distinct from 0 or e.first <> t.recorded_at or e.last <> t.recorded_at
