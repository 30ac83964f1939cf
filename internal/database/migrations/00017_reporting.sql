-- +goose Up
-- What BI tools read: views with stable names, amounts in the units of their
-- currency and nothing about persons. Their columns are kept; what they are
-- read from is not. docs/guides/reporting.md describes them.
create schema reporting;

-- Minor units as an amount: 2 decimals unless the currency has others.
create function reporting.amount(minor bigint, currency text) returns numeric
  language sql immutable parallel safe
return case
  when currency in (
    'ADP', 'AFN', 'ALL', 'AMD', 'BIF', 'BYR', 'CLP', 'COP', 'DJF', 'ESP', 'GNF', 'GYD', 'IDR', 'IQD', 'IRR', 'ISK', 'ITL', 'JPY', 'KMF', 'KPW',
    'KRW', 'LAK', 'LBP', 'LUF', 'MGA', 'MGF', 'MMK', 'MNT', 'MRO', 'MUR', 'PKR', 'PYG', 'RSD', 'RWF', 'SLL', 'SOS', 'STD', 'SYP', 'TMM', 'TRL',
    'TZS', 'UGX', 'UYI', 'UZS', 'VND', 'VUV', 'XAF', 'XOF', 'XPF', 'YER', 'ZMK', 'ZWD'
  ) then minor::numeric
  when currency in ('BHD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then round(minor / 1000.0, 3)
  when currency = 'CLF' then round(minor / 10000.0, 4)
  else round(minor / 100.0, 2)
end;

create view reporting.brands as
select id as brand_id, slug, name, status, country, region, census_region, industry, size, jobs_before, jobs_now,
  (applied_at at time zone 'UTC')::date as applied_on, (joined_at at time zone 'UTC')::date as joined_on
from brands;
comment on view reporting.brands is 'Sellers. Days are of UTC.';

create view reporting.storefronts as
select brand_id, id as storefront_id, slug, name, country, currency, status, customs_regime,
  (opened_at at time zone 'UTC')::date as opened_on, (closed_at at time zone 'UTC')::date as closed_on
from storefronts;
comment on view reporting.storefronts is 'The shops of brands, each in one market and currency.';

create view reporting.products as
select p.brand_id, p.id as product_id, p.handle, p.texts -> p.default_language ->> 'title' as title, p.status, c.path as category_path,
  p.origin_country, p.origin_region, p.hs_code, (p.created_at at time zone 'UTC')::date as created_on
from products p
left join categories c on c.id = p.category_id;
comment on view reporting.products is 'What is sold, with its title in its own language.';

create view reporting.sales_daily as
with state as (
  select r.generation, r.watermark, r.system is not null and r.system = c.system_identifier as built
  from sales_rollups r
  cross join pg_control_system() c
)
select f.day, f.brand_id, f.storefront_id, f.market, f.currency, f.source, sum(f.orders)::bigint as orders,
  sum(f.units_sold)::bigint as units, sum(f.units_returned)::bigint as units_returned,
  reporting.amount(sum(f.gross_minor)::bigint, f.currency) as gross, reporting.amount(sum(f.discount_minor)::bigint, f.currency) as discounts,
  reporting.amount(sum(f.refund_minor)::bigint, f.currency) as refunds,
  reporting.amount(sum(f.gross_minor - f.discount_minor - f.refund_minor)::bigint, f.currency) as net,
  reporting.amount(sum(f.shipping_minor)::bigint, f.currency) as shipping, reporting.amount(sum(f.duty_minor)::bigint, f.currency) as duties,
  reporting.amount(sum(f.tax_minor)::bigint, f.currency) as taxes, reporting.amount(sum(f.fee_minor)::bigint, f.currency) as fees,
  reporting.amount(sum(f.commission_minor)::bigint, f.currency) as commission,
  reporting.amount(sum(f.gross_minor - f.discount_minor - f.refund_minor + f.shipping_minor - f.commission_minor)::bigint, f.currency) as payout
from (
  select (d.starts_at at time zone 'UTC')::date as day, d.brand_id, d.storefront_id, d.market, d.currency, d.source, d.orders,
    d.units_sold, d.units_returned, d.gross_minor, d.discount_minor, d.refund_minor, d.shipping_minor, d.duty_minor, d.tax_minor, d.fee_minor,
    d.commission_minor
  from sales_by_storefront_days d
  where d.generation = (select generation from state where built)
  union all
  select (s.event_at at time zone 'UTC')::date, s.brand_id, s.storefront_id, s.market, s.currency, s.source, s.opens_order::int::bigint,
    s.units_sold, s.units_returned, s.gross_minor, s.discount_minor, s.refund_minor, s.shipping_minor, s.duty_minor, s.tax_minor, s.fee_minor,
    s.commission_minor
  from sales_facts s
  where s.xid >= (select case when built then watermark else '0'::xid8 end from state)
) f
group by 1, 2, 3, 4, 5, 6;
comment on view reporting.sales_daily is
  'Sales by day of UTC, storefront, currency and source: always exact and fresh. Refunds stand on the day they were given; net is gross less discounts less refunds, payout net and shipping less commission.';

create view reporting.product_sales_monthly as
with state as (
  select r.generation, r.watermark, r.system is not null and r.system = c.system_identifier as built
  from sales_rollups r
  cross join pg_control_system() c
)
select f.month, f.brand_id, f.storefront_id, f.product_id, f.category_path, f.origin_country, f.origin_region, f.market, f.currency, f.source,
  sum(f.units_sold)::bigint as units, sum(f.units_returned)::bigint as units_returned,
  reporting.amount(sum(f.gross_minor)::bigint, f.currency) as gross, reporting.amount(sum(f.discount_minor)::bigint, f.currency) as discounts,
  reporting.amount(sum(f.refund_minor)::bigint, f.currency) as refunds,
  reporting.amount(sum(f.gross_minor - f.discount_minor - f.refund_minor)::bigint, f.currency) as net,
  reporting.amount(sum(f.shipping_minor)::bigint, f.currency) as shipping, reporting.amount(sum(f.commission_minor)::bigint, f.currency) as commission,
  reporting.amount(sum(f.gross_minor - f.discount_minor - f.refund_minor + f.shipping_minor - f.commission_minor)::bigint, f.currency) as payout
from (
  select date_trunc('month', d.starts_at at time zone 'UTC')::date as month, d.brand_id, d.storefront_id,
    nullif(d.product_id, '00000000-0000-0000-0000-000000000000') as product_id, nullif(d.category_path, '') as category_path,
    nullif(d.origin_country, '') as origin_country, nullif(d.origin_region, '') as origin_region, d.market, d.currency, d.source,
    d.units_sold, d.units_returned, d.gross_minor, d.discount_minor, d.refund_minor, d.shipping_minor,
    d.commission_minor
  from sales_by_product_months d
  where d.generation = (select generation from state where built)
  union all
  select date_trunc('month', s.event_at at time zone 'UTC')::date, s.brand_id, s.storefront_id, s.product_id, s.category_path, s.origin_country,
    s.origin_region, s.market, s.currency, s.source, s.units_sold, s.units_returned, s.gross_minor, s.discount_minor, s.refund_minor,
    s.shipping_minor, s.commission_minor
  from sales_facts s
  where s.xid >= (select case when built then watermark else '0'::xid8 end from state)
) f
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
comment on view reporting.product_sales_monthly is
  'Sales by month of UTC and product, always exact and fresh. An order may hold several products: orders are not counted here.';

create view reporting.orders as
select o.brand_id, o.id as order_id, o.storefront_id, o.source, o.kind, o.status, o.payment_status, o.fulfilment_status, o.return_status, o.dispute,
  o.currency, reporting.amount(o.goods_minor, o.currency) as goods, reporting.amount(o.discount_minor, o.currency) as discount,
  reporting.amount(o.shipping_minor, o.currency) as shipping, reporting.amount(o.tax_minor, o.currency) as taxes,
  reporting.amount(o.total_minor, o.currency) as total, reporting.amount(o.refunded_minor, o.currency) as refunded,
  reporting.amount(o.commission_minor, o.currency) as commission, o.buyer_country, l.record ->> 'Regime' as customs_regime, o.placed_at, o.cancelled_at
from orders o
left join order_landed_costs l on l.brand_id = o.brand_id and l.order_id = o.id;
comment on view reporting.orders is 'Orders as they stand now. Nothing tells who bought, nor where within a country, nor an order''s number.';

create view reporting.payouts as
select brand_id, id as payout_id, status, currency, reporting.amount(amount_minor, currency) as amount, paid_currency,
  reporting.amount(paid_minor, paid_currency) as paid, rate, rated_on, created_at, returned_at
from payouts;
comment on view reporting.payouts is 'What was sent to brands from their balances; accounts are not told.';

create view reporting.ledger_daily as
select (e.recorded_at at time zone 'UTC')::date as day, e.brand_id, e.account, t.kind, e.currency, count(*) as entries,
  reporting.amount(sum(e.amount_minor)::bigint, e.currency) as amount
from ledger_entries e
join ledger_transactions t on t.brand_id = e.brand_id and t.id = e.transaction_id
group by 1, 2, 3, 4, 5;
comment on view reporting.ledger_daily is 'Movements of the books by day of UTC: credits are positive, and every brand, day and currency sums to zero.';

create view reporting.stock as
select l.brand_id, v.product_id, l.variant_id, v.sku, l.warehouse_id, w.code as warehouse, w.kind as warehouse_kind, l.on_hand, l.reserved,
  l.on_hand - l.reserved as available
from stock_levels l
join variants v on v.brand_id = l.brand_id and v.id = l.variant_id
join warehouses w on w.brand_id = l.brand_id and w.id = l.warehouse_id;
comment on view reporting.stock is 'Pieces of each variant in each warehouse, now.';

create view reporting.exchange_rates as
select day, currency, rate as units_for_one_euro, source
from exchange_rates;
comment on view reporting.exchange_rates is 'Reference rates by day.';

-- The role that may read them is of the whole cluster: databases share it. It
-- is made where there is none and the migrating user may make roles, and left
-- alone where somebody signs in as it. What became of it is told.
-- +goose StatementBegin
create function reporting.open_to_role(who text default 'reporting') returns text
  language plpgsql
as $$
begin
  if not exists (select from pg_roles where rolname = who) then
    begin
      execute format('create role %I nologin', who);
    exception
      when duplicate_object or unique_violation then
        null; -- another database of the cluster has just made it
      when insufficient_privilege then
        return format('there is no role %s, and this user may not make one', who);
    end;
  end if;
  if (select rolcanlogin or rolsuper or rolbypassrls from pg_roles where rolname = who) then
    return format('the role %s is somebody''s own: it signs in, or may do more than read', who);
  end if;
  execute format('grant usage on schema reporting to %I', who);
  execute format('grant select on all tables in schema reporting to %I', who);
  execute format('grant execute on function reporting.amount(bigint, text) to %I', who);
  return 'granted';
end
$$;
-- +goose StatementEnd
revoke execute on all functions in schema reporting from public;
select reporting.open_to_role();

-- +goose Down
drop schema reporting cascade;
