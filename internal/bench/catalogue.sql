-- Of one brand: everything that bench_goods holds, listed at prices and times
-- of its own. Ids are UUIDv7 of those times. Parts end with a semicolon.

insert into brand_slugs (slug, brand_id)
values (@slug, @brand);

insert into storefront_slugs (slug, brand_id, storefront_id)
values (cast(@slug as text) || '-cn', @brand, @shop);

insert into products (brand_id, id, handle, status, default_language, texts, category_id, tags, origin_country, origin_region, options, tokens,
  version, created_at, updated_at)
select @brand, cast(lpad(to_hex(cast(extract(epoch from at.it) * 1000 as bigint)), 12, '0') || '7' || substr(chance.it, 1, 3)
    || '8' || substr(chance.it, 4, 15) as uuid),
  'goods-' || g.n, 'ACTIVE', 'en', g.texts, g.category_id, g.tags, 'US', @state, '[]', cast(g.tokens as tsvector), 1, at.it, at.it
from bench_goods g
cross join lateral (select md5(cast(@brand as text) || g.n) as it) chance
cross join lateral (select cast(@start as timestamptz) + make_interval(secs => abs(hashtext(chance.it)) % 25000000) as it) at
where g.n = any (cast(@goods as integer[]))
order by 2;

insert into variants (brand_id, id, product_id, position, sku, options, option_key, track_stock, version, created_at, updated_at)
select brand_id, id, id, 1, cast(@slug as text) || '-' || handle, '[]', '', true, 1, created_at, updated_at
from products
where brand_id = @brand;

insert into stock_levels (brand_id, variant_id, warehouse_id, on_hand, updated_at)
select brand_id, id, @warehouse, abs(hashtext(cast(id as text))) % 4, updated_at
from variants
where brand_id = @brand;

insert into stock_adjustments (brand_id, id, variant_id, warehouse_id, delta, reason, recorded_at)
select brand_id, variant_id, variant_id, warehouse_id, on_hand, 'RECEIVED', updated_at
from stock_levels
where brand_id = @brand and on_hand > 0;

insert into prices (brand_id, storefront_id, variant_id, product_id, amount_minor, currency, updated_at)
select brand_id, @shop, id, product_id, 100 + abs(hashtext('price of ' || id)) % 100000, 'CNY', updated_at
from variants
where brand_id = @brand;

insert into listings (brand_id, id, storefront_id, product_id, status, publish_at, currency, min_price_minor, max_price_minor, version,
  created_at, updated_at)
select brand_id, product_id, storefront_id, product_id, 'PUBLISHED', updated_at, currency, amount_minor, amount_minor, 1, updated_at, updated_at
from prices
where brand_id = @brand;
