-- Order, lines and charges are in one currency.
select o.brand_id, 'order ' || o.number as subject,
  format('%s, but a line or charge in %s', o.currency, x.currency) as detail
from orders o
join (
  select brand_id, order_id, currency from order_lines
  union
  select brand_id, order_id, currency from charges
) x on x.brand_id = o.brand_id and x.order_id = o.id
where x.currency <> o.currency
