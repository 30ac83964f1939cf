-- A history of sales, part by part: a part begins with its name and ends with
-- a semicolon. Ids are UUIDv7 of their rows' times; all chance is in hashes of
-- numbers, so that a history is the same wherever it is made.

-- function: id of a row
create or replace function bench_id(kind text, n bigint, at timestamptz) returns uuid language sql stable as $$
  select cast(overlay(overlay(overlay(md5(kind || n) placing lpad(to_hex(cast(extract(epoch from at) * 1000 as bigint)), 12, '0') from 1 for 12)
    placing '7' from 13 for 1) placing '8' from 17 for 1) as uuid)
$$;

-- function: chance
create or replace function bench_chance(n bigint, what integer) returns bigint language sql stable as $$
  select hashint8extended(n, what) & 9223372036854775807
$$;

-- table: shops
create table bench_shops as
select b.n, cast(k as integer) as k, bench_id('brand', b.n, @start) as brand_id, bench_id('shop', b.n * 2 + k, @start) as storefront_id, m.market, m.currency,
  case when b.n % 10 < 7 then 'US' else (array['CA', 'NZ', 'FR'])[b.n % 3 + 1] end as country,
  case when b.n % 10 < 7 then (cast(@states as text[]))[bench_chance(b.n, 1) % 51 + 1] end as region
from generate_series(0, @brands - 1) as b (n)
cross join generate_series(0, case when b.n % 3 = 0 then 1 else 0 end) as k
cross join lateral (
  select (array['CN', 'CN', 'US', 'CN', 'DE', 'JP', 'GB'])[b.n % 7 + 1] as first
) f
join (values ('CN', 'CNY'), ('US', 'USD'), ('DE', 'EUR'), ('JP', 'JPY'), ('GB', 'GBP')) as m (market, currency)
  on m.market = case when k = 0 then f.first when f.first = 'CN' then 'US' else 'CN' end;

-- brands
insert into brands (id, slug, name, default_language, texts, status, country, region, census_region, industry, size, jobs_before, jobs_now, applied_at,
  joined_at, created_at, updated_at)
select brand_id, 'history-' || n, 'Brand ' || n, 'en', jsonb_build_object('en', jsonb_build_object('description', 'Brand ' || n)), 'ACTIVE', country, region,
  (cast(@census as text[]))[array_position(cast(@states as text[]), region)], 'OTHER', 'SMALL', 1, 1, @start, @start, @start, @start
from bench_shops
where k = 0;

-- slugs of brands
insert into brand_slugs (slug, brand_id)
select slug, id from brands where slug like 'history-%';

-- storefronts
insert into storefronts (brand_id, id, slug, name, texts, country, currency, languages, payment_methods, status, visible, is_primary, opened_at,
  created_at, updated_at)
select brand_id, storefront_id, 'history-' || n || '-' || lower(market), 'Brand ' || n,
  jsonb_build_object('en', jsonb_build_object('name', 'Brand ' || n)), market, currency, array['en'], array['CARD'], 'OPEN', true, true, @start, @start, @start
from bench_shops;

-- slugs of storefronts
insert into storefront_slugs (slug, brand_id, storefront_id)
select slug, brand_id, id from storefronts where slug like 'history-%';

-- categories
insert into categories (id, parent_id, slug, path, texts, created_at, updated_at)
select bench_id('category', n, @start), case when n >= 6 then bench_id('category', n % 6, @start) end, 'range-' || n,
  case when n >= 6 then 'range-' || n % 6 || '/' else '' end || 'range-' || n,
  jsonb_build_object('en', jsonb_build_object('name', 'Range ' || n)), @start, @start
from generate_series(0, 29) as n
order by n;

-- table: goods
create table bench_goods as
select s.n * @goods + p as n, s.brand_id, bench_id('product', s.n * @goods + p, @start) as product_id,
  bench_id('variant', s.n * @goods + p, @start) as variant_id, 500 + bench_chance(s.n * @goods + p, 2) % 99500 as price,
  6 + bench_chance(s.n * @goods + p, 3) % 24 as category,
  case when p % 5 < 4 then s.country else 'CN' end as origin_country, case when p % 5 < 4 then s.region end as origin_region
from bench_shops s
cross join generate_series(0, @goods - 1) as p
where s.k = 0;

-- index of goods
create unique index bench_goods_key on bench_goods (n);

-- products
insert into products (brand_id, id, handle, status, default_language, texts, category_id, tags, origin_country, origin_region, options, tokens,
  created_at, updated_at)
select brand_id, product_id, 'goods-' || n, 'ACTIVE', 'en', jsonb_build_object('en', jsonb_build_object('title', 'Goods ' || n)),
  bench_id('category', category, @start), '{}', origin_country, origin_region, '[]', '', @start, @start
from bench_goods;

-- variants
insert into variants (brand_id, id, product_id, position, sku, options, option_key, track_stock, created_at, updated_at)
select brand_id, variant_id, product_id, 1, 'SKU-' || n, '[]', '', false, @start, @start
from bench_goods;

-- shoppers
insert into accounts (id, handle, issuer, subject, created_at)
select bench_id('account', n, @start), bench_id('handle', n, @start), 'bench', 'history-' || n, @start
from generate_series(1, @shoppers) as n;

-- rates
insert into exchange_rates (currency, day, rate, source)
select e.currency, cast(d as date), round(e.rate * cast(1 + sin(extract(epoch from d) / 86400 / 11) / 50 as numeric), 4), 'BENCHMARK: made up, not a market''s'
from (values ('CNY', 7.8), ('USD', 1.1), ('JPY', 160.0), ('GBP', 0.86)) as e (currency, rate)
cross join generate_series(@start - interval '7 days', @until, interval '1 day') as d
where extract(isodow from d) < 6
on conflict do nothing;

-- table: refunds to come
create table bench_late as select * from sales_facts limit 0;

-- chunk: what was sold
create temporary table bench_sold on commit drop as
select o.n, o.at, o.id as order_id, s.brand_id, s.storefront_id, s.market, s.currency, 'Brand ' || s.n as seller, o.shopper_id,
  case when s.market = 'CN' then (array['SH', 'BJ', 'GD', 'ZJ', 'JS', 'SC', 'HB', 'FJ', 'SD', 'HN', 'CQ', 'TJ', 'SN', 'LN', 'YN'])[o.place % 15 + 1]
    when s.market = 'US' then (cast(@states as text[]))[o.place % 51 + 1] end as buyer_region,
  line, bench_id('line', o.n * 4 + line, o.at) as line_id, g.product_id, g.variant_id, 'SKU-' || g.n as sku, 'Goods ' || g.n as title, g.price,
  g.origin_country, g.origin_region, 'range-' || g.category % 6 || '/range-' || g.category as category_path, q.quantity, g.price * q.quantity as goods,
  d.discount, case when line = 1 then o.shipping else 0 end as shipping,
  case when s.market = 'CN' then (g.price * q.quantity - d.discount) * 91 / 1000 else 0 end as tax,
  case when line = 1 and o.back < @until then o.back end as back
from (
  select n, at, bench_id('order', n, at) as id, case when bench_chance(n, 11) % 10 > 0 then bench_id('account', person, @start) end as shopper_id,
    bench_chance(person, 12) as place, case when bench_chance(n, 13) % 2 = 0 then 500 + bench_chance(n, 14) % 1500 else 0 end as shipping,
    case when bench_chance(n, 15) % 20 = 0 then at + (10 + bench_chance(n, 16) % 190) * interval '1 day' end as back,
    case when @hot > 0 and bench_chance(n, 17) % 10 < 8 then bench_chance(n, 18) % @hot else bench_chance(n, 19) % @brands end as brand,
    bench_chance(n, 20) % 10 = 0 as discounted
  from (
    select n, @start + (n - 1) * ((@until - @start) / @orders) as at,
      cast(1 + floor(@shoppers * power(bench_chance(n, 10) / 9223372036854775808.0::float8, 2)) as bigint) as person
    from generate_series(cast(@from as bigint), @to) as n
  ) x
) o
join bench_shops s on s.n = o.brand and s.k = case when o.brand % 3 = 0 then bench_chance(o.n, 21) % 2 else 0 end
cross join generate_series(1, cast(2 + o.n % 2 as integer)) as line
join bench_goods g on g.n = o.brand * @goods + bench_chance(o.n * 4 + line, 22) % @goods
cross join lateral (select 1 + bench_chance(o.n * 4 + line, 23) % 3 as quantity) q
cross join lateral (select case when o.discounted then g.price * q.quantity / 10 else 0 end as discount) d;

-- chunk: orders
insert into orders (brand_id, id, number, source, kind, storefront_id, shopper_id, status, payment_status, fulfilment_status, currency,
  goods_minor, discount_minor, shipping_minor, tax_minor, total_minor, refunded_minor, seller_name, buyer_country, buyer_region, placed_at, recorded_at)
select brand_id, order_id, 'H' || n, 'IMPORT', 'SALE', storefront_id, shopper_id, 'PLACED', 'UNKNOWN', 'FULFILLED', currency,
  sum(goods), sum(discount), sum(shipping), sum(tax), sum(goods - discount + shipping + tax),
  case when @lean then 0 else coalesce(sum(goods - discount) filter (where back is not null), 0) end, seller, market, buyer_region, at, at
from bench_sold
group by n, brand_id, order_id, storefront_id, shopper_id, currency, seller, market, buyer_region, at;

-- chunk in full: lines
insert into order_lines (brand_id, id, order_id, ordinal, product_id, variant_id, sku, default_language, texts, options, quantity, unit_price, currency,
  goods_minor, origin_country, origin_region, category_path)
select brand_id, line_id, order_id, line, product_id, variant_id, sku, 'en', jsonb_build_object('en', jsonb_build_object('title', title)), '[]', quantity,
  case when currency = 'JPY' then price else round(price / 100.0, 2) end, currency, goods, origin_country, origin_region, category_path
from bench_sold;

-- chunk in full: charges
insert into charges (brand_id, id, order_id, line_id, kind, currency, amount_minor)
select brand_id, bench_id(c.kind, n * 4 + line, at), order_id, line_id, c.kind, currency, c.minor
from bench_sold
cross join lateral (values ('GOODS', goods), ('DISCOUNT', -discount), ('SHIPPING', shipping), ('CONSUMPTION_TAX', tax)) as c (kind, minor)
where c.kind = 'GOODS' or c.minor <> 0;

-- chunk in full: refunds
insert into order_refunds (brand_id, id, order_id, currency, amount_minor, reason, recorded_at, status)
select brand_id, bench_id('refund', n, back), order_id, currency, goods - discount, 'returned', back, 'SUCCEEDED'
from bench_sold
where back is not null;

-- chunk in full: lines of refunds
insert into order_refund_lines (brand_id, id, refund_id, line_id, quantity, withdrawn, currency, amount_minor)
select brand_id, bench_id('refund line', n, back), bench_id('refund', n, back), line_id, quantity, 0, currency, goods - discount
from bench_sold
where back is not null;

-- chunk in full: parts of refunds
insert into order_refund_parts (brand_id, refund_id, line_id, charge_id, amount_minor)
select brand_id, bench_id('refund', n, back), line_id, bench_id(c.kind, n * 4 + line, at), c.minor
from bench_sold
cross join lateral (values ('GOODS', goods), ('DISCOUNT', -discount)) as c (kind, minor)
where back is not null and c.minor <> 0;

-- chunk: refunds to come
insert into bench_late (brand_id, id, kind, source, event_at, recorded_at, order_id, line_id, refund_id, storefront_id, product_id, variant_id, shopper_id,
  category_path, market, buyer_country, buyer_region, origin_country, origin_region, currency, units_sold, units_returned, gross_minor, discount_minor,
  refund_minor)
select brand_id, bench_id('back', n, back), 'REFUND', 'IMPORT', back, back, order_id, line_id, bench_id('refund', n, back), storefront_id, product_id,
  variant_id, shopper_id, category_path, market, market, buyer_region, origin_country, origin_region, currency, 0, quantity, 0, 0, goods - discount
from bench_sold
where back is not null;

-- chunk: facts
with due as (
  delete from bench_late
  where event_at < (select max(at) from bench_sold) or @to >= @orders
  returning *
), fresh as (
  select brand_id, id, kind, event_at, order_id, line_id, refund_id, storefront_id, product_id, variant_id, shopper_id, category_path, market, buyer_region,
    origin_country, origin_region, currency, units_sold, units_returned, gross_minor, discount_minor, refund_minor, 0 as shipping, 0 as tax, false as opens, 0 as repeats
  from due
  union all
  select brand_id, bench_id('fact', n * 4 + line, at), 'SALE', at, order_id, line_id, null, storefront_id, product_id, variant_id, shopper_id, category_path,
    market, buyer_region, origin_country, origin_region, currency, quantity, 0, goods, discount, 0, shipping, tax, line = 1,
    case when lag(line) over region is not null then 3 when lag(line) over census is not null then 2 when lag(line) over country is not null then 1 else 0 end
  from (
    select *, case when origin_country = 'US' then (cast(@census as text[]))[array_position(cast(@states as text[]), origin_region)] end as origin_census
    from bench_sold
  ) s
  window country as (partition by n, origin_country order by line), census as (partition by n, origin_country, origin_census order by line),
    region as (partition by n, origin_country, origin_census, origin_region order by line)
)
insert into sales_facts (brand_id, id, kind, source, event_at, recorded_at, order_id, line_id, refund_id, storefront_id, product_id, variant_id, shopper_id,
  category_path, market, buyer_country, buyer_region, origin_country, origin_region, currency, units_sold, units_returned, gross_minor, discount_minor,
  refund_minor, shipping_minor, tax_minor, opens_order, repeats_origin)
select brand_id, id, kind, 'IMPORT', event_at, event_at, order_id, line_id, refund_id, storefront_id, product_id, variant_id, shopper_id, category_path,
  market, market, buyer_region, origin_country, origin_region, currency, units_sold, units_returned, gross_minor, discount_minor, refund_minor,
  shipping, tax, opens, repeats
from fresh
order by event_at;
