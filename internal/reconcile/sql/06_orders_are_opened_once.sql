-- One sale opens each order that has any.
select brand_id, 'order ' || order_id as subject, format('%s of %s sales open it', opened, sales) as detail
from (
  select brand_id, order_id, count(*) filter (where opens_order) as opened, count(*) filter (where kind = 'SALE') as sales
  from sales_facts
  group by brand_id, order_id
) f
where opened <> least(sales, 1)
