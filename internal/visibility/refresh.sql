-- Of one brand; of some of its products where an array of them is given.
-- One rule: a listing is read by everybody from publish_at on where it is
-- published, its product active, its storefront open or paused and its brand
-- active. Everything else follows from visible_from.
with shown as (
  update listings l
  set visible_from = case
        when l.status = 'PUBLISHED' and p.status = 'ACTIVE' and s.visible then l.publish_at
      end
  from products p, storefronts s
  where l.brand_id = @brand
    and (cast(@products as uuid[]) is null or l.product_id = any (cast(@products as uuid[])))
    and p.brand_id = l.brand_id and p.id = l.product_id
    and s.brand_id = l.brand_id and s.id = l.storefront_id
  returning l.brand_id, l.id, l.product_id, l.storefront_id, l.visible_from, l.currency, l.min_price_minor, l.max_price_minor
), earliest as (
  select product_id, min(visible_from) as visible_from
  from shown
  group by product_id
), hidden as (
  delete from search_entries e
  using shown
  where e.brand_id = @brand and e.listing_id = shown.id
    and (shown.visible_from is null or shown.min_price_minor is null)
), found as (
  insert into search_entries (brand_id, listing_id, product_id, storefront_id, country, is_primary, visible_from,
    category_path, origin_country, origin_region, currency, min_price_minor, max_price_minor, title, tokens)
  select shown.brand_id, shown.id, shown.product_id, shown.storefront_id, s.country, s.is_primary, shown.visible_from,
    c.path, p.origin_country, p.origin_region, shown.currency, shown.min_price_minor, shown.max_price_minor,
    coalesce(p.texts -> p.default_language ->> 'title', p.handle), p.tokens
  from shown
  join products p on p.brand_id = shown.brand_id and p.id = shown.product_id
  join storefronts s on s.brand_id = shown.brand_id and s.id = shown.storefront_id
  left join categories c on c.id = p.category_id
  where shown.visible_from is not null and shown.min_price_minor is not null
  on conflict on constraint search_entries_pk do update
  set country = excluded.country, is_primary = excluded.is_primary, visible_from = excluded.visible_from,
      category_path = excluded.category_path, origin_country = excluded.origin_country,
      origin_region = excluded.origin_region, currency = excluded.currency,
      min_price_minor = excluded.min_price_minor, max_price_minor = excluded.max_price_minor,
      title = excluded.title, tokens = excluded.tokens
)
update products p
set visible_from = earliest.visible_from
from earliest
where p.brand_id = @brand and p.id = earliest.product_id
