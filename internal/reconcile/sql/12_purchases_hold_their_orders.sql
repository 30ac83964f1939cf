-- A completed purchase is the sum of its orders, others have none; orders placed here have one, of the same shopper, whom we know.
select o.brand_id, coalesce('order ' || o.number, 'purchase ' || p.id) as subject,
  format('purchase of %s %s, %s, orders of %s', p.total_minor, p.currency, lower(p.status), o.total) as detail
from purchases p
full join (
  select purchase_id, min(brand_id::text)::uuid as brand_id, min(number) as number, sum(total_minor) as total,
    min(currency) as currency, min(shopper_id::text)::uuid as shopper_id
  from orders
  where source = 'SHOP'
  group by purchase_id
) o on o.purchase_id = p.id
left join accounts a on a.id = p.shopper_id
where p.id is null or a.id is null or (p.status = 'COMPLETED') <> (o.purchase_id is not null)
  or p.status = 'COMPLETED' and (p.total_minor, p.currency, p.shopper_id) is distinct from (o.total, o.currency, o.shopper_id)
