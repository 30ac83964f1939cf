-- Every order placed here is found by its number, and every number finds one.
select coalesce(o.brand_id, n.brand_id) as brand_id, 'order ' || coalesce(o.number, n.number) as subject,
  case when o.id is null then 'a number without its order' else 'is not found by its number' end as detail
from (select * from orders where source = 'SHOP') o
full join order_numbers n on n.number = o.number and n.brand_id = o.brand_id and n.order_id = o.id
where o.id is null or n.number is null
