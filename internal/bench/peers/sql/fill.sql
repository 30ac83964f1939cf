-- What follows from the products, in one go each. A part begins with its name
-- and ends with a semicolon. Ids are UUIDv7 of their rows' times.

-- variants
insert into variants (brand_id, id, product_id, position, sku, options, option_key, track_stock, version, created_at, updated_at)
select g.brand_id, cast(left(cast(g.product_id as text), 14) || '7' || substr(x.it, 1, 3) || '8' || substr(x.it, 4, 15) as uuid),
  g.product_id, s.i, 'SKU-' || g.n || '-' || s.i, jsonb_build_array(jsonb_build_object('name', 'Size', 'value', cast(s.i as text))),
  cast(s.i as text), true, 1, x.at, x.at
from bench_goods g
cross join generate_series(1, @variants) as s (i)
cross join lateral (select md5('variant ' || g.n || ' ' || s.i) as it, cast(@start as timestamptz) + g.n * interval '1 minute' as at) x
order by g.n, s.i;

-- prices
insert into prices (brand_id, storefront_id, variant_id, product_id, amount_minor, currency, updated_at)
select v.brand_id, g.storefront_id, v.id, v.product_id, 500 + cast(g.n as bigint) * 104729 % 99500 + v.position * 100, 'CNY', v.updated_at
from variants v
join bench_goods g on g.product_id = v.product_id
order by g.n, v.position;

-- stock
insert into stock_levels (brand_id, variant_id, warehouse_id, on_hand, updated_at)
select v.brand_id, v.id, g.warehouse_id, 100000000, v.updated_at
from variants v
join bench_goods g on g.product_id = v.product_id
order by g.n, v.position;

-- listings
insert into listings (brand_id, id, storefront_id, product_id, status, publish_at, visible_from, currency, min_price_minor, max_price_minor,
  version, created_at, updated_at)
select p.brand_id, p.id, g.storefront_id, p.id, 'PUBLISHED', p.visible_from, p.visible_from, 'CNY', r.low, r.high, 1, p.created_at, p.updated_at
from products p
join bench_goods g on g.product_id = p.id
join (select product_id, min(amount_minor) as low, max(amount_minor) as high from prices group by product_id) r on r.product_id = p.id
order by g.n;

-- search entries
insert into search_entries (brand_id, listing_id, product_id, storefront_id, country, is_primary, visible_from, currency,
  min_price_minor, max_price_minor, title, tokens)
select l.brand_id, l.id, p.id, l.storefront_id, 'CN', true, l.visible_from, l.currency, l.min_price_minor, l.max_price_minor,
  p.texts -> 'en' ->> 'title', p.tokens
from listings l
join products p on p.id = l.product_id
join bench_goods g on g.product_id = p.id
order by g.n;

-- what was sold
create temporary table bench_sold on commit drop as
select o.n, o.shopper, line, other.n as good, other.seller, 1 + (o.n + line) % @variants as position, 1 + (o.n + line) % 3 as quantity,
  o.at, o.id, cast(left(cast(o.id as text), 14) || '7' || substr(x.it, 1, 3) || '8' || substr(x.it, 4, 15) as uuid) as line_id
from (
  select i as n, cast(1 + cast(i as bigint) * 15485863 % @shoppers as integer) as shopper,
    cast(1 + (cast(i as bigint) * 48271 + 6151) % @products as integer) as good, at,
    cast(lpad(to_hex(cast(extract(epoch from at) * 1000 as bigint)), 12, '0') || '7' || substr(it, 1, 3) || '8' || substr(it, 4, 15) as uuid) as id
  from generate_series(1, @orders) i
  cross join lateral (
    select cast(@start as timestamptz) + cast(i as bigint) * 31 % 525600 * interval '1 minute' + i % 60 * interval '1 second' as at,
      md5('order ' || i) as it
  ) x
) o
join bench_goods g on g.n = o.good
join (select seller, count(*) as goods from bench_goods group by seller) s on s.seller = g.seller
cross join generate_series(1, 3) line
join bench_goods other on other.seller = g.seller and other.place = (g.place + (line - 1) * 997) % s.goods
cross join lateral (select md5('line ' || o.n || ' ' || line) as it) x
where line <= 2 + o.n % 2;

-- orders
insert into orders (brand_id, id, number, source, kind, storefront_id, shopper_id, status, payment_status, fulfilment_status, currency,
  goods_minor, total_minor, seller_name, buyer_country, recipient, placed_at, recorded_at, commission_plan_id, commission_rate, commission_minor)
select b.id, s.id, upper(substr(md5('number ' || s.n), 1, 6) || lpad(to_hex(s.n), 6, '0')), 'SHOP', 'SALE', f.id, a.id, 'PLACED', 'PAID',
  'UNFULFILLED', 'CNY', s.total, s.total, b.name, 'CN',
  jsonb_build_object('name', '李雷', 'phone', '+8613800000000', 'country', 'CN', 'province', '上海市', 'city', '上海市', 'street', '南京西路 ' || s.n || ' 号'),
  s.at, s.at, cast(@plan as uuid), cast(@rate as numeric), round(s.total * cast(@rate as numeric))
from (
  select n, id, seller, shopper, at, sum((500 + cast(good as bigint) * 104729 % 99500 + position * 100) * quantity) as total
  from bench_sold
  group by n, id, seller, shopper, at
) s
join bench_sellers x on x.seller = s.seller
join brands b on b.id = x.brand_id
join storefronts f on f.brand_id = b.id
join accounts a on a.subject = 'bench-shopper-' || s.shopper
order by s.n;

-- order numbers
insert into order_numbers (number, brand_id, order_id)
select number, brand_id, id
from orders;

-- order lines
insert into order_lines (brand_id, id, order_id, ordinal, product_id, variant_id, sku, default_language, texts, options, quantity,
  unit_price, currency, goods_minor)
select v.brand_id, s.line_id, s.id, s.line, v.product_id, v.id, v.sku, 'en',
  jsonb_build_object('en', jsonb_build_object('title', p.texts -> 'en' -> 'title')), v.options, s.quantity,
  round(r.amount_minor / 100.0, 2), 'CNY', r.amount_minor * s.quantity
from bench_sold s
join bench_goods g on g.n = s.good
join variants v on v.product_id = g.product_id and v.position = s.position
join products p on p.id = g.product_id
join prices r on r.variant_id = v.id;

-- sales facts, in the order of their times as sales write them
insert into sales_facts (brand_id, id, kind, source, event_at, recorded_at, order_id, line_id, storefront_id, product_id, variant_id, shopper_id,
  market, buyer_country, currency, units_sold, units_returned, gross_minor, discount_minor, refund_minor, commission_minor, opens_order, repeats_origin)
select brand_id, line_id, 'SALE', 'SHOP', placed_at, recorded_at, order_id, line_id, storefront_id, product_id, variant_id, shopper_id,
  'CN', buyer_country, currency, quantity, 0, line_minor, 0, 0,
  round(commission_minor * upto / goods_minor) - round(commission_minor * (upto - line_minor) / goods_minor), ordinal = 1,
  case when ordinal = 1 then 0 else 3 end
from (
  select l.brand_id, l.id as line_id, l.order_id, l.ordinal, l.product_id, l.variant_id, l.quantity, l.goods_minor as line_minor,
    sum(l.goods_minor) over (partition by l.brand_id, l.order_id order by l.ordinal) as upto,
    o.placed_at, o.recorded_at, o.storefront_id, o.shopper_id, o.buyer_country, o.currency, o.goods_minor, o.commission_minor
  from order_lines l
  join orders o on o.brand_id = l.brand_id and o.id = l.order_id
) sold
order by placed_at, order_id, ordinal;

-- revenue by brand, for servers that make their API of the tables
create function bench_revenue_by_brand(from_day date, to_day date) returns table (brand text, units bigint, revenue numeric)
language sql stable as $$
  select b.name, r.units, round(r.gross / 100.0, 2)
  from (
    select brand_id, total(units_sold) as units, total(gross_minor) as gross
    from sales_facts
    where event_at >= from_day at time zone 'UTC' and event_at < (to_day + 1) at time zone 'UTC'
    group by brand_id, currency
    order by gross desc, brand_id desc
    limit 20
  ) r
  join brands b on b.id = r.brand_id
  order by r.gross desc, r.brand_id desc
$$;
