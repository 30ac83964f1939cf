-- The commission of an order is the share of its goods less discounts that was
-- frozen on it, rounded half up once, and a fixed part, never more than they
-- are; its sale booked that, and refunds in full have given all of it back.
select o.brand_id, 'order ' || o.number as subject,
  format('%s of %s and %s is not %s; booked %s, given back %s', o.commission_rate, o.goods_minor - o.discount_minor, o.commission_fixed_minor,
    o.commission_minor, coalesce(l.sold, 0), coalesce(l.refunded, 0)) as detail
from orders o
left join (
  select t.brand_id, t.order_id, sum(e.amount_minor) filter (where t.kind = 'SALE') as sold, -sum(e.amount_minor) filter (where t.kind = 'REFUND') as refunded
  from ledger_transactions t
  join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
  where e.account = 'COMMISSION'
  group by t.brand_id, t.order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where o.commission_minor <> greatest(0, least(round((o.goods_minor - o.discount_minor) * o.commission_rate) + o.commission_fixed_minor,
    o.goods_minor - o.discount_minor))
  or o.commission_minor <> coalesce(l.sold, 0)
  or o.status = 'CANCELLED' and o.commission_minor <> coalesce(l.refunded, 0)
  or coalesce(l.refunded, 0) > o.commission_minor
