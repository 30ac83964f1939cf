select p.texts -> p.default_language ->> 'title', p.texts -> p.default_language ->> 'description', p.handle, b.name, b.country,
  v.id, v.sku, v.position, cast(v.options as text), r.amount_minor, r.currency
from products p
join brands b on b.id = p.brand_id and b.status = 'ACTIVE'
left join storefronts s on s.brand_id = p.brand_id and s.country = 'CN' and s.is_primary
left join listings l on l.brand_id = p.brand_id and l.storefront_id = s.id and l.product_id = p.id and l.visible_from <= now()
cross join lateral (
  select id, sku, position, options
  from variants
  where brand_id = p.brand_id and product_id = p.id and archived_at is null
  order by position, id
  limit 5
) v
left join lateral (
  select amount_minor, currency
  from prices
  where brand_id = l.brand_id and storefront_id = l.storefront_id and variant_id = v.id
  offset 0 -- else all prices of the storefront may be read: the planner believes them few
) r on true
where p.brand_id = $1 and p.id = $2 and p.visible_from <= now()
order by v.position, v.id
