-- A closing of the ledger is the sum of all entries before it, account by account.
select coalesce(c.brand_id, e.brand_id) as brand_id,
  format('%s in %s until %s', coalesce(c.account, e.account), coalesce(c.currency, e.currency), coalesce(c.until, e.until)) as subject,
  format('closed at %s, entries %s', coalesce(cast(c.balance_minor as text), 'nothing'), coalesce(e.sum, 0)) as detail
from ledger_closings c
full join (
  select u.brand_id, u.until, e.account, e.currency, sum(e.amount_minor) as sum
  from (select distinct brand_id, until from ledger_closings) u
  join ledger_entries e on e.brand_id = u.brand_id and e.recorded_at < u.until
  group by u.brand_id, u.until, e.account, e.currency
) e on e.brand_id = c.brand_id and e.until = c.until and e.account = c.account and e.currency = c.currency
where coalesce(c.balance_minor, 0) <> coalesce(e.sum, 0) or c.brand_id is null
