-- A payout took its amount from the payable balance and sent it at its rate,
-- rounded half up once; one that came back put it back.
select p.brand_id, 'payout ' || p.id as subject,
  format('%s %s at %s is %s %s; ledger took %s and sent %s', p.amount_minor, p.currency, coalesce(cast(p.rate as text), 'no rate'), p.paid_minor,
    p.paid_currency, coalesce(l.taken, 0), coalesce(l.sent, 0)) as detail
from payouts p
left join (
  select t.brand_id, t.payout_id,
    -sum(e.amount_minor) filter (where e.account = 'BRAND_PAYABLE' and e.currency = p.currency) as taken,
    sum(e.amount_minor) filter (where e.account = 'PAYOUT' and e.currency = p.paid_currency) as sent
  from payouts p
  join ledger_transactions t on t.brand_id = p.brand_id and t.payout_id = p.id
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  group by t.brand_id, t.payout_id
) l on l.brand_id = p.brand_id and l.payout_id = p.id
where coalesce(l.taken, 0) <> case when p.status = 'SENT' then p.amount_minor else 0 end
  or coalesce(l.sent, 0) <> case when p.status = 'SENT' then p.paid_minor else 0 end
  or p.rate is null and p.amount_minor <> p.paid_minor
  or p.rate is not null and p.paid_minor <> (
    select round(p.amount_minor * p.rate * power(10::numeric, paid.digits - own.digits))
    from (values (case
      when p.currency in (select unnest(cast(@zero as text[]))) then 0
      when p.currency in (select unnest(cast(@three as text[]))) then 3
      else 2
    end)) as own (digits)
    cross join (values (case
      when p.paid_currency in (select unnest(cast(@zero as text[]))) then 0
      when p.paid_currency in (select unnest(cast(@three as text[]))) then 3
      else 2
    end)) as paid (digits)
  )
