-- A listing's price range is that of its prices for variants in use.
select l.brand_id, 'listing ' || l.id as subject,
  format('%s to %s, prices %s to %s', l.min_price_minor, l.max_price_minor, p.low, p.high) as detail
from listings l
left join (
  select p.brand_id, p.storefront_id, p.product_id, min(p.amount_minor) as low, max(p.amount_minor) as high
  from prices p
  join variants v on v.brand_id = p.brand_id and v.id = p.variant_id and v.archived_at is null
  group by p.brand_id, p.storefront_id, p.product_id
) p on p.brand_id = l.brand_id and p.storefront_id = l.storefront_id and p.product_id = l.product_id
where (l.min_price_minor, l.max_price_minor) is distinct from (p.low, p.high)
