select s.texts -> s.languages[1] ->> 'name',
  (select count(*) from search_entries where brand_id = $1 and storefront_id = $2 and visible_from <= now()),
  e.product_id, e.visible_from, p.texts -> p.default_language ->> 'title', p.handle, b.name, e.min_price_minor, e.currency
from storefronts s
join brands b on b.id = s.brand_id and b.status = 'ACTIVE'
cross join lateral (
  select product_id, visible_from, min_price_minor, currency
  from search_entries
  where brand_id = $1 and storefront_id = $2 and visible_from <= now()
  order by visible_from desc, product_id desc
  limit 21
) e
cross join lateral (
  select texts, default_language, handle
  from products
  where brand_id = $1 and id = e.product_id
  offset 0 -- else all products of the brand may be read
) p
where s.brand_id = $1 and s.id = $2 and s.visible
order by e.visible_from desc, e.product_id desc
