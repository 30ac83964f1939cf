-- visible_from follows from brand, storefront, product and listing.
select l.brand_id, 'listing ' || l.id as subject,
  format('visible from %s, should be %s', l.visible_from, r.visible_from) as detail
from listings l
join products p on p.brand_id = l.brand_id and p.id = l.product_id
join storefronts s on s.brand_id = l.brand_id and s.id = l.storefront_id
join brands b on b.id = l.brand_id
cross join lateral (
  select case
    when l.status = 'PUBLISHED' and p.status = 'ACTIVE' and s.status in ('OPEN', 'PAUSED') and b.status = 'ACTIVE' then l.publish_at
  end as visible_from
) r
where l.visible_from is distinct from r.visible_from
  or s.visible is distinct from (s.status in ('OPEN', 'PAUSED') and b.status = 'ACTIVE')
