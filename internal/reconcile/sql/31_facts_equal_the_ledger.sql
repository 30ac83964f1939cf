-- What the facts of an order placed here say is what the ledger booked: goods
-- and carriage less the commission as the brand's, the commission, duties, taxes
-- and fees as what was kept and collected. Imported history is not in the ledger.
select coalesce(f.brand_id, l.brand_id) as brand_id, 'order ' || o.number as subject,
  format('facts %s %s, commission %s, duty %s, tax %s, fee %s; ledger %s %s, %s, %s, %s, %s', coalesce(f.payout, 0), coalesce(f.currency, '-'), coalesce(f.commission, 0), coalesce(f.duty, 0),
    coalesce(f.tax, 0), coalesce(f.fee, 0), coalesce(l.payout, 0), coalesce(l.currency, '-'), coalesce(l.commission, 0), coalesce(l.duty, 0), coalesce(l.tax, 0),
    coalesce(l.fee, 0)) as detail
from (
  select brand_id, order_id, currency, sum(gross_minor - discount_minor - refund_minor + shipping_minor - commission_minor) as payout,
    sum(commission_minor) as commission, sum(duty_minor) as duty,
    sum(tax_minor) as tax, sum(fee_minor) as fee
  from sales_facts
  where source = 'SHOP'
  group by brand_id, order_id, currency
) f
full join (
  select t.brand_id, t.order_id, e.currency,
    coalesce(sum(e.amount_minor) filter (where e.account in ('BRAND_PENDING', 'BRAND_PAYABLE')), 0) as payout,
    coalesce(sum(e.amount_minor) filter (where e.account = 'COMMISSION'), 0) as commission,
    coalesce(sum(e.amount_minor) filter (where e.account = 'DUTY_COLLECTED'), 0) as duty,
    coalesce(sum(e.amount_minor) filter (where e.account = 'TAX_COLLECTED'), 0) as tax,
    coalesce(sum(e.amount_minor) filter (where e.account = 'FEE_COLLECTED'), 0) as fee
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where t.kind in ('SALE', 'REFUND', 'RELEASE')
  group by t.brand_id, t.order_id, e.currency
) l on l.brand_id = f.brand_id and l.order_id = f.order_id and l.currency = f.currency
join orders o on o.brand_id = coalesce(f.brand_id, l.brand_id) and o.id = coalesce(f.order_id, l.order_id)
-- An order that costs nothing moves no money.
where (coalesce(f.payout, 0), coalesce(f.commission, 0), coalesce(f.duty, 0), coalesce(f.tax, 0), coalesce(f.fee, 0))
  <> (coalesce(l.payout, 0), coalesce(l.commission, 0), coalesce(l.duty, 0), coalesce(l.tax, 0), coalesce(l.fee, 0))
