-- The facts of an order's sales share its commission, and those of a line's
-- refunds have given back of its share what they did of its goods less
-- discounts, rounded half up once.
select o.brand_id, 'order ' || o.number as subject,
  format('kept %s of %s, given back %s of %s', f.kept, o.commission_minor, f.back, f.due) as detail
from orders o
join (
  select brand_id, order_id, sum(kept) as kept, sum(back) as back, sum(due) as due, bool_and(back = due) as each
  from (
    select brand_id, order_id, kept, back, case when goods > 0 then round(kept * least(greatest(refunded, 0), goods) / goods) else 0 end as due
    from (
      select brand_id, order_id, line_id, coalesce(sum(commission_minor) filter (where kind = 'SALE'), 0) as kept,
        -coalesce(sum(commission_minor) filter (where kind = 'REFUND'), 0) as back, sum(gross_minor - discount_minor) as goods,
        sum(refund_minor) as refunded
      from sales_facts
      group by brand_id, order_id, line_id
    ) s
  ) l
  group by brand_id, order_id
) f on f.brand_id = o.brand_id and f.order_id = o.id
where f.kept <> o.commission_minor or not f.each
