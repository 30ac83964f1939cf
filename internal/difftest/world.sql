-- Makes the tidy marketplace of the demonstration one where every reader sees
-- some rows and misses others, and every field has its odd values. Chance is a
-- digest of the row's id: the same rows change each time.

create function pg_temp.chance(id uuid, salt text) returns integer language sql immutable
  as $$ select ('x' || substr(md5(id::text || salt), 1, 7))::bit(28)::integer % 100 $$;
create function pg_temp.another(id uuid, salt text) returns uuid language sql immutable
  as $$ select md5(id::text || salt)::uuid $$;
-- What JSON must escape, and what it need not.
create function pg_temp.odd() returns text language sql immutable
  as $$ select E'He said "1 < 2 & 3 > 2",\n\ttwice \\ ☕ 𝄞 \u2028 \u007f \u0001 é' $$;

-- Brands of all statuses: by rank among those nobody of the tests works for.
create temporary table worked on commit preserve rows as
  select id from brands where slug in ('platte-valley-honey', 'eight-mile-denim', 'hudson-botanica', 'kona-cloud-coffee');
with ranked as (
  select id, row_number() over (order by slug) as n from brands where id not in (select id from worked)
), changed as (
  select id, (array['APPLIED', 'IN_REVIEW', 'SUSPENDED', 'CLOSED', 'REJECTED'])[n] as status from ranked where n <= 5
  union all
  select id, 'SUSPENDED' from brands where slug = 'kona-cloud-coffee'
)
update brands b
set status = c.status, status_reason = case when c.status in ('APPLIED', 'IN_REVIEW') then null else pg_temp.odd() end,
  joined_at = case when c.status in ('APPLIED', 'IN_REVIEW', 'REJECTED') then null else b.joined_at end
from changed c
where b.id = c.id;
update brands set texts = case pg_temp.chance(id, 'texts') / 15
    when 0 then '{}'
    when 1 then jsonb_build_object('fr', jsonb_build_object('description', 'En français'))
    when 2 then jsonb_build_object('en', jsonb_build_object('description', ''), 'zh', jsonb_build_object('description', '中文'))
    when 3 then jsonb_build_object('en', jsonb_build_object('description', pg_temp.odd()))
    else texts end,
  default_language = case when pg_temp.chance(id, 'language') < 25 then 'fr' else default_language end,
  website = case when pg_temp.chance(id, 'site') < 30 then null else website end,
  contact_phone = case when pg_temp.chance(id, 'phone') < 40 then null else contact_phone end,
  contact_name = case when pg_temp.chance(id, 'contact') < 15 then null else contact_name end,
  contact_confirmed_at = case when pg_temp.chance(id, 'confirmed') < 40 then null else contact_confirmed_at end,
  size = case when pg_temp.chance(id, 'size') < 20 then 'LARGE' else size end,
  jobs_now = case when pg_temp.chance(id, 'jobs') < 30 then jobs_before else jobs_now end;
update brands
set country = (array['JP', 'DE', 'US'])[1 + pg_temp.chance(id, 'where') % 3], census_region = null,
  region = case when pg_temp.chance(id, 'region') < 50 then null else 'XX' end
where pg_temp.chance(id, 'country') < 25;
-- Equal names: the tie decides.
update brands set name = 'Twin' where pg_temp.chance(id, 'twin') < 20;

-- Storefronts: paused, draft and closed ones, and further markets.
update storefronts
set status = 'PAUSED'
where pg_temp.chance(id, 'status') < 12;
insert into storefronts (brand_id, id, slug, name, texts, country, currency, languages, payment_methods, status, visible,
  is_primary, opened_at, closed_at, version, created_at, updated_at)
select b.id, pg_temp.another(b.id, 'shop' || extra.n), b.slug || '-' || extra.n, case when extra.n = 2 then 'Twin' else b.name end,
  case extra.n when 1 then '{}' when 2 then '{"ja": {"name": "双子", "description": "日本語"}}'
    else jsonb_build_object('en', jsonb_build_object('name', pg_temp.odd()), 'fr', jsonb_build_object('name', '')) end,
  extra.country, extra.currency, extra.languages, extra.methods, extra.status, false, extra.is_primary,
  case when extra.status = 'DRAFT' then null else b.applied_at end, case when extra.status = 'CLOSED' then b.updated_at end,
  1, b.applied_at, b.updated_at
from brands b
cross join (values
  (1, 'US', 'USD', array['en'], array['CARD'], 'DRAFT', true),
  (2, 'JP', 'JPY', array['ja', 'en'], array['CARD', 'ALIPAY'], 'OPEN', true),
  (3, 'CN', 'CNY', array['zh-CN'], array[]::text[], 'CLOSED', false),
  (4, 'CN', 'USD', array['en', 'fr'], array['WECHAT_PAY'], 'OPEN', false),
  (5, 'KW', 'KWD', array['ar', 'en'], array['CARD'], 'PAUSED', true)
) as extra (n, country, currency, languages, methods, status, is_primary)
where b.id in (select id from worked) or pg_temp.chance(b.id, 'shop' || extra.n) < 30;

-- Products: drafts, archived ones, texts in several, missing and empty languages.
update products
set status = case when pg_temp.chance(id, 'status') < 12 then 'DRAFT' else 'ARCHIVED' end,
  archived_at = case when pg_temp.chance(id, 'status') < 12 then null else updated_at end,
  archived_from = case when pg_temp.chance(id, 'status') < 12 then null else 'ACTIVE' end
where pg_temp.chance(id, 'status') < 24;
update products
set texts = case pg_temp.chance(id, 'texts') / 10
    when 0 then texts - 'zh-CN'
    when 1 then texts - 'en'
    when 2 then jsonb_set(texts, '{zh-CN}', '{"title": "", "description": "", "seoTitle": "标题"}')
    when 3 then texts || jsonb_build_object('ja', jsonb_build_object('title', '日本', 'seoDescription', 'SEO'), 'zh', jsonb_build_object('title', '中'))
    when 4 then jsonb_set(texts, '{en}', jsonb_build_object('title', pg_temp.odd(), 'description', pg_temp.odd(), 'seoTitle', 'T', 'seoDescription', 'D'))
    when 5 then texts || '{"fr": {"title": "Titre", "description": ""}}'
    else texts end,
  default_language = case when pg_temp.chance(id, 'language') < 20 then 'fr' when pg_temp.chance(id, 'language') < 30 then 'zh-CN' else default_language end,
  category_id = case when pg_temp.chance(id, 'category') < 15 then null else category_id end,
  vendor = case when pg_temp.chance(id, 'vendor') < 30 then null else vendor end,
  product_type = case when pg_temp.chance(id, 'type') < 30 then null else product_type end,
  tags = case when pg_temp.chance(id, 'tags') < 20 then '{}' when pg_temp.chance(id, 'tags') < 40 then array['new', pg_temp.odd(), ''] else tags end,
  hs_code = case when pg_temp.chance(id, 'hs') < 20 then null else hs_code end,
  origin_country = case when pg_temp.chance(id, 'origin') < 20 then null when pg_temp.chance(id, 'origin') < 40 then 'JP' else origin_country end,
  origin_region = case when pg_temp.chance(id, 'origin') < 40 then null else origin_region end,
  created_at = date_trunc('day', created_at), version = 1 + pg_temp.chance(id, 'version') % 4;
insert into media (brand_id, id, product_id, position, url, alt, created_at)
select brand_id, pg_temp.another(id, 'media' || n), id, n % 2, 'https://images.tradewind.example/' || n || '?a=1&b=2',
  case when n = 2 then null else pg_temp.odd() end, created_at
from products
cross join generate_series(1, 3) n
where pg_temp.chance(id, 'media' || n) < 40;
delete from media where pg_temp.chance(id, 'gone') < 10;

-- Variants: archived, untracked, without a number, without a weight.
update variants
set archived_at = case when pg_temp.chance(id, 'archived') < 15 then updated_at end,
  track_stock = pg_temp.chance(id, 'track') >= 15,
  sku = case when pg_temp.chance(id, 'sku') < 20 then null else sku end,
  barcode = case when pg_temp.chance(id, 'barcode') < 50 then '6900000000' || pg_temp.chance(id, 'bars') end,
  weight_grams = case when pg_temp.chance(id, 'weight') < 20 then null else weight_grams end,
  net_content = case when pg_temp.chance(id, 'net') < 30 then net_content + 0.125 when pg_temp.chance(id, 'net') < 50 then net_content + 0.5 else net_content end;

-- Listings in the further markets; scheduled, drafts, without prices.
insert into listings (brand_id, id, storefront_id, product_id, status, publish_at, currency, version, created_at, updated_at)
select p.brand_id, pg_temp.another(p.id, s.slug), s.id, p.id, 'PUBLISHED', date_trunc('day', p.updated_at), s.currency, 1, p.created_at, p.updated_at
from products p
join storefronts s on s.brand_id = p.brand_id
left join listings l on l.brand_id = p.brand_id and l.product_id = p.id and l.storefront_id = s.id
where l.id is null and pg_temp.chance(pg_temp.another(p.id, s.slug), 'listed') < 60;
insert into prices (brand_id, storefront_id, variant_id, product_id, amount_minor, compare_at_minor, currency, updated_at)
select l.brand_id, l.storefront_id, v.id, v.product_id, 100 * (1 + pg_temp.chance(v.id, l.currency)),
  case when pg_temp.chance(v.id, 'compared') < 40 then 20000 end, l.currency, l.updated_at
from listings l
join variants v on v.brand_id = l.brand_id and v.product_id = l.product_id
on conflict do nothing;
delete from prices where pg_temp.chance(variant_id, currency || 'gone') < 15;
update prices set compare_at_minor = amount_minor + 500 where pg_temp.chance(variant_id, 'was') < 20;
update listings l
set status = case when pg_temp.chance(id, 'state') < 12 then 'DRAFT' else 'PUBLISHED' end,
  publish_at = case when pg_temp.chance(id, 'state') < 12 then case when pg_temp.chance(id, 'kept') < 50 then publish_at end
    when pg_temp.chance(id, 'state') < 24 then timestamptz '2026-12-24 00:00Z'
    when pg_temp.chance(id, 'state') < 40 then timestamptz '2026-06-01 00:00:00.123456Z'
    else publish_at end,
  min_price_minor = (select min(amount_minor) from prices r join variants v on v.brand_id = r.brand_id and v.id = r.variant_id
    where r.brand_id = l.brand_id and r.storefront_id = l.storefront_id and r.product_id = l.product_id and v.archived_at is null),
  max_price_minor = (select max(amount_minor) from prices r join variants v on v.brand_id = r.brand_id and v.id = r.variant_id
    where r.brand_id = l.brand_id and r.storefront_id = l.storefront_id and r.product_id = l.product_id and v.archived_at is null);

-- People who work for brands, and those who run the platform.
insert into accounts (id, handle, issuer, subject, email, name, created_at)
select pg_temp.another(id, who), pg_temp.another(id, who || 'handle'), 'difftest', who,
  case when who <> 'staff' then who || '@example.com' end, case when who <> 'analyst' then initcap(who) end, now_then
from (select id, applied_at as now_then from brands where slug = 'platte-valley-honey') b
cross join unnest(array['owner', 'manager', 'staff', 'analyst', 'both', 'operator', 'reporting']) who;
insert into memberships (brand_id, account_id, role, created_at)
select b.id, a.id, works.role, b.applied_at
from (values ('owner', 'platte-valley-honey', 'OWNER'), ('manager', 'platte-valley-honey', 'MANAGER'),
  ('staff', 'eight-mile-denim', 'STAFF'), ('analyst', 'eight-mile-denim', 'ANALYST'),
  ('both', 'hudson-botanica', 'OWNER'), ('both', 'kona-cloud-coffee', 'MANAGER')) as works (who, slug, role)
join accounts a on a.issuer = 'difftest' and a.subject = works.who
join brands b on b.slug = works.slug;
insert into platform_roles (account_id, role, granted_at)
select id, upper(subject), created_at from accounts where issuer = 'difftest' and subject in ('operator', 'reporting');

-- Papers.
update brand_documents
set verdict = case when pg_temp.chance(id, 'verdict') < 50 then 'PENDING' else 'REFUSED' end,
  note = case when pg_temp.chance(id, 'verdict') < 50 then null else pg_temp.odd() end,
  reviewed_at = case when pg_temp.chance(id, 'verdict') < 50 then null else reviewed_at end
where pg_temp.chance(id, 'judged') < 40;
delete from brand_documents where pg_temp.chance(id, 'gone') < 15;
delete from payout_accounts where pg_temp.chance(brand_id, 'payout') < 30;
update brand_job_reports set note = pg_temp.odd(), reported_at = date_trunc('month', reported_at)
where pg_temp.chance(id, 'note') < 50;
update brand_transitions set reason = pg_temp.odd() where pg_temp.chance(id, 'reason') < 30;

-- Stock in several warehouses, some not in use; some variants have none.
insert into warehouses (brand_id, id, code, name, kind, country, region, priority, active, version, created_at, updated_at)
select b.id, pg_temp.another(b.id, code), code, pg_temp.odd(), w.kind, w.country, null, w.priority, w.active, 1, b.applied_at, b.updated_at
from brands b
cross join (values ('BONDED', 'BONDED', 'CN', -1, true), ('OLD', 'ORIGIN', 'US', 0, false)) as w (code, kind, country, priority, active);
insert into stock_levels (brand_id, variant_id, warehouse_id, on_hand, reserved, updated_at)
select v.brand_id, v.id, w.id, 5 + pg_temp.chance(v.id, w.code), pg_temp.chance(v.id, w.code || 'reserved') % 6, v.updated_at
from variants v
join warehouses w on w.brand_id = v.brand_id and w.code in ('BONDED', 'OLD')
where pg_temp.chance(v.id, w.code || 'level') < 40;
insert into stock_adjustments (brand_id, id, variant_id, warehouse_id, delta, reason, note, actor_id, recorded_at)
select l.brand_id, pg_temp.another(l.variant_id, w.code || 'log'), l.variant_id, l.warehouse_id, l.on_hand,
  (array['RECEIVED', 'COUNTED', 'IMPORTED', 'CORRECTION'])[1 + pg_temp.chance(l.variant_id, 'why') % 4],
  case when pg_temp.chance(l.variant_id, 'note') < 50 then pg_temp.odd() end,
  (select account_id from memberships m where m.brand_id = l.brand_id order by account_id limit 1), date_trunc('month', l.updated_at)
from stock_levels l
join warehouses w on w.brand_id = l.brand_id and w.id = l.warehouse_id and w.code in ('BONDED', 'OLD');
delete from stock_levels where pg_temp.chance(variant_id, 'none') < 10;
update stock_levels set on_hand = 0, reserved = 0 where pg_temp.chance(variant_id, 'out') < 10;

-- Orders from files: nobody's, without an address, of goods that are not known.
insert into import_batches (brand_id, id, kind, file_name, file_sha256, started_at)
select id, pg_temp.another(id, 'batch'), 'SALES', 'sales.csv', '\x00', applied_at from brands;
update orders
set source = 'IMPORT', shopper_id = null, recipient = null, buyer_country = case when pg_temp.chance(id, 'buyer') < 50 then 'SG' end,
  purchase_id = null, commission_minor = 0, payment_status = 'UNKNOWN', fulfilment_status = 'FULFILLED', batch_id = pg_temp.another(brand_id, 'batch'),
  kind = case when pg_temp.chance(id, 'credit') < 30 then 'CREDIT_NOTE' else 'SALE' end,
  goods_minor = case when pg_temp.chance(id, 'credit') < 30 then -goods_minor else goods_minor end,
  total_minor = case when pg_temp.chance(id, 'credit') < 30 then -total_minor else total_minor end,
  placed_at = date_trunc('month', placed_at)
where pg_temp.chance(id, 'import') < 20 and status = 'PLACED';
update order_lines l
set product_id = null, variant_id = null, sku = case when pg_temp.chance(id, 'sku') < 50 then null else sku end, hs_code = null,
  origin_country = null, unit_price = unit_price + 0.0050,
  quantity = case when goods_minor > 0 and exists (
    select from orders o where o.brand_id = l.brand_id and o.id = l.order_id and o.kind = 'CREDIT_NOTE') then -quantity else quantity end
where pg_temp.chance(id, 'unknown') < 60
  and exists (select from orders o where o.brand_id = l.brand_id and o.id = l.order_id and o.source = 'IMPORT');
update order_lines set texts = case when pg_temp.chance(id, 'texts') < 40 then texts - 'zh-CN' else texts || jsonb_build_object('en', jsonb_build_object('title', pg_temp.odd())) end
where pg_temp.chance(id, 'words') < 40;
update orders set recipient = recipient - 'region' - 'district' - 'postalCode' - 'province'
where recipient is not null and pg_temp.chance(id, 'address') < 30;
update orders
set delivery = jsonb_build_object('optionId', id, 'minDays', 1 + pg_temp.chance(id, 'fast') % 9, 'maxDays', 10 + pg_temp.chance(id, 'slow') % 9,
  'defaultLanguage', (array['en', 'zh-CN', 'fr'])[1 + pg_temp.chance(id, 'own') % 3],
  'texts', case when pg_temp.chance(id, 'both') < 50 then jsonb_build_object('zh-CN', jsonb_build_object('title', '快递')) else '{}' end
    || jsonb_build_object((array['en', 'fr'])[1 + pg_temp.chance(id, 'other') % 2], jsonb_build_object('title', pg_temp.odd())))
where source = 'SHOP' and pg_temp.chance(id, 'delivery') < 60;
update orders set cancel_reason = pg_temp.odd() where status = 'CANCELLED' and pg_temp.chance(id, 'reason') < 50;
insert into charges (brand_id, id, order_id, line_id, kind, currency, amount_minor)
select brand_id, pg_temp.another(id, what), id, null, what, currency, 100
from orders
cross join unnest(array['SHIPPING', 'VAT', 'DISCOUNT']) what
where pg_temp.chance(id, what) < 20;
update orders set shipping_minor = 100, tax_minor = 1, discount_minor = 100, commission_minor = 0 where pg_temp.chance(id, 'SHIPPING') < 20;
update order_events set note = pg_temp.odd() where pg_temp.chance(id, 'note') < 20;

-- Categories whose name is missing in some languages.
update categories set texts = case pg_temp.chance(id, 'texts') / 20 when 0 then texts - 'zh-CN' when 1 then texts || '{"fr": {"name": "Nom"}, "en": {"name": ""}}' else texts end,
  position = position % 3;

-- Parcels, lost and found, and what comes back of them.
delete from shipments;
update orders set status = 'PLACED' where status = 'COMPLETED' and pg_temp.chance(id, 'open') < 70;
insert into shipments (brand_id, id, order_id, warehouse_id, status, carrier, tracking_number, label_url, resolution, created_at,
  dispatched_at, delivered_at, version)
select o.brand_id, pg_temp.another(o.id, 'parcel' || n), o.id, w.id, s.status, 'SANDBOX', case when s.status <> 'PLANNED' then upper(md5(o.id::text || n)) end,
  case when s.status <> 'PLANNED' then 'https://carrier.example/labels/' || n || '?a=1&b=2' end,
  case when s.status = 'LOST' and pg_temp.chance(o.id, 'loss') < 60 then (array['REFUND', 'RESEND'])[1 + n % 2] end,
  date_trunc('day', o.placed_at) + interval '1 day', case when s.status in ('DISPATCHED', 'DELIVERED', 'LOST') then o.placed_at + interval '2 days' end,
  case when s.status = 'DELIVERED' then o.placed_at + interval '9 days 0.000001 s' end, 1 + n
from orders o
cross join generate_series(1, 2) n
cross join lateral (select (array['PLANNED', 'LABELLED', 'DISPATCHED', 'DELIVERED', 'LOST', 'CANCELLED'])[1 + pg_temp.chance(o.id, 'parcel' || n) % 6] as status) s
cross join lateral (select id from warehouses w where w.brand_id = o.brand_id order by code limit 1 offset n) w
where o.source = 'SHOP' and pg_temp.chance(o.id, 'shipped' || n) < 50;
insert into shipment_lines (brand_id, shipment_id, line_id, quantity)
select s.brand_id, s.id, l.id, 1
from shipments s
join order_lines l on l.brand_id = s.brand_id and l.order_id = s.order_id
where pg_temp.chance(l.id, 'packed') < 80;
insert into shipment_events (brand_id, id, shipment_id, type, place, note, happened_at, recorded_at)
select s.brand_id, pg_temp.another(s.id, type), s.id, type, case when pg_temp.chance(s.id, 'place') < 50 then pg_temp.odd() end,
  case when pg_temp.chance(s.id, type) < 50 then pg_temp.odd() end, date_trunc('day', s.created_at), s.created_at
from shipments s
cross join unnest(array['LABELLED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY']) type
where pg_temp.chance(s.id, 'way' || type) < 60;
insert into returns (brand_id, id, order_id, status, reason, note, requested_at, updated_at, version)
select o.brand_id, pg_temp.another(o.id, 'back'), o.id,
  (array['REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED', 'RECEIVED', 'INSPECTED', 'COMPLETED'])[1 + pg_temp.chance(o.id, 'back') % 7],
  pg_temp.odd(), case when pg_temp.chance(o.id, 'answer') < 50 then pg_temp.odd() end, o.placed_at, date_trunc('day', o.placed_at), 3
from orders o
where o.source = 'SHOP' and pg_temp.chance(o.id, 'returned') < 50;
insert into return_lines (brand_id, return_id, line_id, quantity, received, restocked, written_off)
select r.brand_id, r.id, l.id, 4, 3, 2, 1
from returns r
join order_lines l on l.brand_id = r.brand_id and l.order_id = r.order_id
where pg_temp.chance(l.id, 'packed') < 80;
insert into order_refunds (brand_id, id, order_id, currency, amount_minor, reason, recorded_at)
select o.brand_id, pg_temp.another(o.id, 'refund' || n), o.id, o.currency, 100 * n, pg_temp.odd(), o.placed_at + interval '1 day'
from orders o
cross join generate_series(1, 2) n
where o.source = 'SHOP' and pg_temp.chance(o.id, 'refund' || n) < 70;
insert into order_refund_lines (brand_id, id, refund_id, line_id, quantity, withdrawn, currency, amount_minor)
select r.brand_id, pg_temp.another(r.id, l.id::text), r.id, l.id, 2, 1, r.currency, 7
from order_refunds r
join order_lines l on l.brand_id = r.brand_id and l.order_id = r.order_id
where pg_temp.chance(l.id, 'refunded') < 80
on conflict do nothing;
update orders set return_status = (array['NONE', 'REQUESTED', 'IN_PROGRESS', 'RETURNED'])[1 + pg_temp.chance(id, 'back') % 4],
  fulfilment_status = (array['UNFULFILLED', 'PREPARING', 'PARTIALLY_FULFILLED', 'PARTIALLY_DELIVERED', 'DELIVERED'])[1 + pg_temp.chance(id, 'ful') % 5]
where source = 'SHOP' and status <> 'CANCELLED';

-- Plans of all, of some brands and past ones; payouts in two currencies, sent and returned.
insert into commission_plans (id, for_brand_id, currency, name, rate, fixed_minor, days_after_delivery, days_after_placement, source, valid_from, valid_to, created_at)
select pg_temp.another(id, 'plan' || n), id, case when n > 1 then 'CNY' end, pg_temp.odd(), 0.0125 * n, case when n > 1 then 30 else 0 end, n, 7 * n, pg_temp.odd(),
  timestamptz '2026-01-01 00:00Z' + n * interval '1 month', case when n = 2 then timestamptz '2027-01-01 00:00Z' end, applied_at
from brands
cross join generate_series(1, 3) n
where pg_temp.chance(id, 'plan' || n) < 60;
insert into payouts (brand_id, id, status, currency, amount_minor, paid_currency, paid_minor, rate, rate_source, rated_on, holder, bank_name, last_digits,
  reference, return_reason, created_at, returned_at)
select id, pg_temp.another(id, 'payout' || n), case when n % 3 = 0 then 'RETURNED' else 'SENT' end, 'CNY', 1000 * n, case when n % 2 = 0 then 'CNY' else 'USD' end,
  case when n % 2 = 0 then 1000 * n else 140 * n end, case when n % 2 = 1 then 0.140300 end, case when n % 2 = 1 then pg_temp.odd() end,
  case when n % 2 = 1 then date '2026-10-01' + n end, pg_temp.odd(), 'First', '1234', case when n > 2 then pg_temp.odd() end,
  case when n % 3 = 0 then pg_temp.odd() end, date_trunc('day', timestamptz '2026-11-11 00:00Z') + n % 2 * interval '1 day',
  case when n % 3 = 0 then timestamptz '2026-11-20 00:00:00.000001Z' end
from brands
cross join generate_series(1, 6) n
where pg_temp.chance(id, 'payout' || n) < 70;
insert into ledger_transactions (brand_id, id, kind, payout_id, reference, recorded_at)
select brand_id, pg_temp.another(id, 'booked'), 'PAYOUT', id, pg_temp.odd(), created_at from payouts;
insert into ledger_entries (brand_id, transaction_id, ordinal, account, currency, amount_minor, recorded_at)
select p.brand_id, pg_temp.another(p.id, 'booked'), n, (array['BRAND_PAYABLE', 'PAYOUT'])[n], p.currency, (array[-1, 1])[n] * p.amount_minor, p.created_at
from payouts p
cross join generate_series(1, 2) n;
-- Purchases of several orders; such that were not paid, or in odd ways.
update orders o
set purchase_id = f.purchase_id
from (select distinct on (shopper_id) shopper_id, purchase_id from orders where purchase_id is not null order by shopper_id, purchase_id) f
where o.shopper_id = f.shopper_id and o.purchase_id is not null and pg_temp.chance(o.id, 'together') < 30;
update purchases
set status = (array['FAILED', 'CANCELLED', 'EXPIRED', 'REFUNDED', 'AWAITING_PAYMENT'])[1 + pg_temp.chance(id, 'outcome') % 5], completed_at = null,
  placed_at = date_trunc('month', placed_at), expires_at = placed_at + interval '30 minutes', draft = '[{}]'
where pg_temp.chance(id, 'unpaid') < 30;
delete from payments p where pg_temp.chance(id, 'gone') < 5 and not exists (select from refunds r where r.payment_id = p.id);
update payments
set status = s.status, captured_minor = 0, refunding_minor = 0, refunded_minor = 0,
  authorised_minor = case when s.status = 'AUTHORISED' then amount_minor else 0 end, expires_at = created_at + interval '30 minutes',
  next_action = case when s.status = 'REQUIRES_ACTION' then
    jsonb_build_object('type', (array['REDIRECT', 'QR_CODE'])[1 + pg_temp.chance(id, 'next') % 2], 'url', 'weixin://wxpay?a=1&b="' || pg_temp.odd()) end,
  failure_code = case when s.status in ('FAILED', 'VOIDED') then
    (array['insufficient_funds', 'stolen_card', 'expired', null, 'processing_error'])[1 + pg_temp.chance(id, 'reason') % 5] end
from (select id as of, (array['PENDING', 'REQUIRES_ACTION', 'FAILED', 'AUTHORISED', 'VOIDED', 'REQUIRES_ACTION', 'REQUIRES_ACTION'])[1 + pg_temp.chance(id, 'state') % 7] as status from payments) s
where s.of = id and pg_temp.chance(id, 'unpaid') < 60;
update payments set method = (array['CARD', 'ALIPAY', 'WECHAT_PAY'])[1 + pg_temp.chance(id, 'method') % 3],
  dispute = (array['NONE', 'OPEN', 'WON', 'LOST'])[1 + pg_temp.chance(id, 'dispute') % 4],
  refunding_minor = captured_minor / 2, refunded_minor = captured_minor / 2;


-- Promotions of some goods: of two products, of one that is another brand's,
-- of categories, and with others to be got.
update promotions p
set goods = case pg_temp.chance(p.id, 'goods') / 20
    when 0 then '{}'
    when 1 then jsonb_build_object('products', (select jsonb_agg(x.id) from (select id from products where brand_id = p.brand_id order by id desc limit 2) x),
      'categories', (select jsonb_agg(c.id) from (select id from categories order by id limit 2) c))
    when 2 then jsonb_build_object('products', jsonb_build_array(pg_temp.another(p.id, 'product')))
    when 3 then jsonb_build_object('categories', (select jsonb_agg(c.id) from (select id from categories order by id desc limit 1) c))
    else jsonb_build_object('products', (select jsonb_agg(x.id) from (select id from products where brand_id = p.brand_id order by id limit 1) x))
  end;
update promotions p
set gets = case pg_temp.chance(p.id, 'gets') / 30
    when 0 then '{}'
    when 1 then jsonb_build_object('categories', (select jsonb_agg(c.id) from (select id from categories order by id limit 1) c))
    else jsonb_build_object('products', (select jsonb_agg(x.id) from (select id from products where brand_id = p.brand_id order by id limit 3) x))
  end
where kind = 'BUY_X_GET_Y' or pg_temp.chance(p.id, 'got') < 40;

-- Refunds that have left and that failed, and payments that banks took up.
update order_refunds
set status = (array['SUCCEEDED', 'FAILED', 'PENDING'])[1 + pg_temp.chance(id, 'left') % 3], disputed = pg_temp.chance(id, 'bank') < 20,
  failure_code = case when pg_temp.chance(id, 'left') % 3 = 1 then pg_temp.odd() end;
update orders set dispute = (array['OPEN', 'WON', 'LOST'])[1 + pg_temp.chance(id, 'dispute') % 3]
where source = 'SHOP' and pg_temp.chance(id, 'disputed') < 25;

-- Rates of the currencies that sales are told in; KWD has none.
insert into exchange_rates (currency, day, rate, source)
select c, d, round(1 + (pg_temp.chance(md5(c || d)::uuid, 'rate')) / 10.0, 4), 'Rates of this world'
from unnest(array['CNY', 'USD', 'SGD', 'JPY']) as c, generate_series(date '2024-01-01', date '2027-12-31', '1 day') as s (d)
on conflict do nothing;
-- Programmes of few goals and of all; files and schedules of everybody who works, in every state.
insert into programmes (id, name, description, business_goal, job_goal, sales_goal_minor, currency, jobs_per_business, starts_on, ends_on, time_zone,
  origin_countries, sizes, rates_on, archived_at, version, created_at, updated_at)
select pg_temp.another(b.id, 'programme' || n), pg_temp.odd(), case when n > 1 then pg_temp.odd() end, case when n <> 2 then n end, case when n <> 3 then 7 * n end,
  case when n in (2, 3, 4) then 9007199254740993 + n end, (array['USD', 'JPY', 'KWD'])[1 + n % 3], n, date '2024-12-31' + n, date '2029-12-31',
  (array['UTC', 'Asia/Shanghai', 'America/Chicago'])[1 + n % 3], case when n % 2 = 0 then '{US,CN}' else '{}' end::text[],
  case when n % 2 = 1 then '{SOLO,SMALL}' else '{}' end::text[], case when n > 2 then date '2017-01-10' end,
  case when n % 4 = 0 then timestamptz '2026-06-01 00:00:00.123456Z' end, n, b.applied_at, b.updated_at
from brands b
cross join generate_series(1, 12) n
where b.slug = 'platte-valley-honey';
insert into report_schedules (id, account_id, name, report, arguments, days, format, language, cron, time_zone, webhook_url, folder, paused, next_at, last_run_at,
  last_error, created_at, version)
select pg_temp.another(a.id, 'schedule' || n), a.id, pg_temp.odd(), 'sales', jsonb_build_object('where', jsonb_build_object('odd', pg_temp.odd()), 'groupBy', array['BRAND']),
  (array['AS_GIVEN', 'LAST_WEEK', 'YEAR_TO_DATE'])[n], (array['CSV', 'XLSX', 'PARQUET'])[n], 'en', '0 7 * * 1', 'Asia/Shanghai',
  case when n < 3 then 'https://shop.example/reports?a=1&b=2' end, case when n = 3 then 'finance' end, n = 2, case when n <> 2 then timestamptz '2026-11-30 00:00Z' end,
  case when n > 1 then timestamptz '2026-11-20 00:00:00.000001Z' end, case when n > 1 then pg_temp.odd() end, a.created_at, n
from accounts a
cross join generate_series(1, 3) n
where a.issuer = 'difftest' and a.subject <> 'reporting' or n = 1 and a.subject = 'reporting';
insert into report_exports (id, account_id, schedule_id, report, arguments, format, language, bom, status, row_count, size_bytes, failure, due_at, created_at, started_at,
  finished_at, delivered_at, expires_at)
select pg_temp.another(a.id, 'export' || n), a.id, case when n = 2 then pg_temp.another(a.id, 'schedule1') end, (array['sales', 'funnel', 'cohorts', 'sales'])[n], '{}', 'JSONL', 'en', false,
  (array['QUEUED', 'COMPLETED', 'FAILED', 'CANCELLED'])[n], 5000000000 * n, 7 * n, case when n = 3 then pg_temp.odd() end,
  case when n = 1 then timestamptz '2026-11-23 00:00Z' end, a.created_at, case when n in (2, 3) then a.created_at end, case when n > 1 then a.created_at end,
  case when n = 2 then a.created_at end, case when n = 2 then timestamptz '2026-11-29 00:00Z' end
from accounts a
cross join generate_series(1, 4) n
where a.issuer = 'difftest';
