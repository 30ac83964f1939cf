-- A fact says the same currency, storefront and source as its order, and the market of its storefront.
select f.brand_id, 'fact ' || f.id || ' of order ' || o.number as subject,
  format('%s %s %s, order %s %s %s', f.currency, f.source, f.market, o.currency, o.source, s.country) as detail
from sales_facts f
join orders o on o.brand_id = f.brand_id and o.id = f.order_id
join storefronts s on s.brand_id = o.brand_id and s.id = o.storefront_id
where (f.currency, f.source, f.storefront_id, f.market) is distinct from (o.currency, o.source, o.storefront_id, s.country)
