-- An order's goods are the sum of its lines.
select o.brand_id, 'order ' || o.number as subject,
  format('goods %s, lines %s', o.goods_minor, coalesce(l.goods, 0)) as detail
from orders o
left join (
  select brand_id, order_id, sum(goods_minor) as goods
  from order_lines
  group by brand_id, order_id
) l on l.brand_id = o.brand_id and l.order_id = o.id
where o.goods_minor <> coalesce(l.goods, 0)
