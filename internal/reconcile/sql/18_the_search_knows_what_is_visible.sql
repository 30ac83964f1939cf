-- The public search holds exactly the visible listings with a price.
select coalesce(l.brand_id, e.brand_id) as brand_id, 'listing ' || coalesce(l.id, e.listing_id) as subject,
  case when e.listing_id is null then 'is not found' when l.id is null then 'is found, but not visible' else 'is found as it was before' end as detail
from (
  select l.*, s.country, s.is_primary, p.tokens
  from listings l
  join products p on p.brand_id = l.brand_id and p.id = l.product_id
  join storefronts s on s.brand_id = l.brand_id and s.id = l.storefront_id
  where l.visible_from is not null and l.min_price_minor is not null
) l
full join search_entries e on e.brand_id = l.brand_id and e.listing_id = l.id
where e.listing_id is null or l.id is null
  or (e.visible_from, e.min_price_minor, e.max_price_minor, e.country, e.is_primary, e.tokens) is distinct from
    (l.visible_from, l.min_price_minor, l.max_price_minor, l.country, l.is_primary, l.tokens)
