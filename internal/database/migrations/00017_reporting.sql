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

-- Goals and terms; a programme that is not begun has no days.
create view reporting.programmes as
select id as programme_id, name, starts_on as first_day, ends_on as last_day, time_zone, currency, business_goal, job_goal,
  reporting.amount(sales_goal_minor, currency) as sales_goal, jobs_per_business, origin_countries, sizes, rates_on,
  (archived_at at time zone 'UTC')::date as archived_on
from programmes;
comment on view reporting.programmes is 'What is to be reached, by when and of which businesses. Empty lists are all.';

-- As package programme counts: its tests compare them. What is read from
-- roll-ups is in zones whose days these are cut at; others are read from facts.
create view reporting.programme_daily as
with state as (
  select r.generation, r.watermark, r.system is not null and r.system = c.system_identifier as built
  from sales_rollups r
  cross join pg_control_system() c
), terms as (
  select p.*, t.last_on, coalesce(p.rates_on, t.last_on) as rated_on,
    s.built and p.time_zone in ('UTC', 'Asia/Shanghai', 'America/New_York') as rolled, s.generation,
    case when s.built and p.time_zone in ('UTC', 'Asia/Shanghai', 'America/New_York') then s.watermark else '0'::xid8 end as watermark
  from programmes p
  cross join lateral (select least((now() at time zone p.time_zone)::date, p.ends_on) as last_on) t
  cross join state s
), members as (
  select p.id as programme_id, b.id as brand_id, b.jobs_before, b.joined_at, (b.joined_at at time zone p.time_zone)::date as joined_on,
    case when b.status = 'CLOSED' then (coalesce(
      (select max(t.recorded_at) from brand_transitions t where t.brand_id = b.id and t.to_status = 'CLOSED'), b.updated_at)
      at time zone p.time_zone)::date end as closed_on
  from terms p
  join brands b on (b.joined_at at time zone p.time_zone)::date between p.starts_on and p.last_on
    and (cardinality(p.origin_countries) = 0 or b.country = any(p.origin_countries)) and (cardinality(p.sizes) = 0 or b.size = any(p.sizes))
), reports as (
  select m.programme_id, r.brand_id, (r.reported_at at time zone p.time_zone)::date as day, r.jobs - lag(r.jobs, 1, m.jobs_before) over same as jobs,
    (row_number() over same = 1)::int as attesting
  from brand_job_reports r
  join members m on m.brand_id = r.brand_id
  join terms p on p.id = m.programme_id
  where r.reported_at >= m.joined_at and (r.reported_at at time zone p.time_zone)::date <= p.last_on
  window same as (partition by m.programme_id, r.brand_id order by r.reported_at, r.id)
), attested as (
  select programme_id, brand_id, sum(jobs) as jobs
  from reports
  group by 1, 2
), changes as (
  select programme_id, joined_on as day, 1 as joined, 0 as closed, 0 as jobs, 0 as attesting from members
  union all
  select programme_id, day, 0, 0, jobs, attesting from reports
  union all
  select m.programme_id, m.closed_on, 0, 1, -coalesce(a.jobs, 0), -(a.brand_id is not null)::int
  from members m
  left join attested a on a.programme_id = m.programme_id and a.brand_id = m.brand_id
  where m.closed_on is not null
), sold as (
  select f.programme_id, f.day, f.currency, sum(f.minor) as minor
  from (
    select p.id as programme_id, d.brand_id, (d.starts_at at time zone p.time_zone)::date as day, d.currency,
      d.gross_minor - d.discount_minor - d.refund_minor as minor
    from terms p
    join sales_by_storefront_days d on d.generation = p.generation and d.starts_at >= p.starts_on - interval '1 day'
    where p.rolled
    union all
    select p.id, s.brand_id, (s.event_at at time zone p.time_zone)::date, s.currency, s.gross_minor - s.discount_minor - s.refund_minor
    from terms p
    join sales_facts s on s.xid >= p.watermark and s.event_at >= p.starts_on - interval '1 day'
  ) f
  join members m on m.programme_id = f.programme_id and m.brand_id = f.brand_id and f.day >= m.joined_on
  join terms p on p.id = f.programme_id and f.day <= p.last_on
  group by 1, 2, 3
), exchange as (
  select c.programme_id, c.currency, r.of, r.per
  from (select distinct programme_id, currency from sold) c
  join terms p on p.id = c.programme_id
  left join lateral (
    select case when c.currency = p.currency or p.currency = 'EUR' then 1 else q.rate end as of,
      case when c.currency = p.currency or c.currency = 'EUR' then 1 else b.rate end as per
    from generate_series(0, 7) back
    left join exchange_rates q on q.currency = p.currency and q.day = p.rated_on - back
    left join exchange_rates b on b.currency = c.currency and b.day = p.rated_on - back
    where c.currency = p.currency or (p.currency = 'EUR' or q.rate is not null) and (c.currency = 'EUR' or b.rate is not null)
    order by back
    limit 1
  ) r on true
), converted as (
  select s.programme_id, s.day, s.currency,
    round((reporting.amount((sum(s.minor) over same)::bigint, s.currency) * x.of)::numeric(1000, 40) / x.per,
      scale(reporting.amount(0, p.currency))) as upto
  from sold s
  join exchange x on x.programme_id = s.programme_id and x.currency = s.currency
  join terms p on p.id = s.programme_id
  window same as (partition by s.programme_id, s.currency order by s.day)
), sales as (
  select programme_id, day, sum(gained) as gained
  from (
    select programme_id, day, upto - lag(upto, 1, 0) over (partition by programme_id, currency order by day) as gained from converted
  ) each
  group by 1, 2
), days as (
  select p.id as programme_id, p.currency, p.jobs_per_business, g::date as day, coalesce(c.joined, 0) as joined, coalesce(c.closed, 0) as closed,
    sum(coalesce(c.joined, 0)) over upto as all_joined, sum(coalesce(c.closed, 0)) over upto as all_closed,
    sum(coalesce(c.jobs, 0)) over upto as jobs, sum(coalesce(c.attesting, 0)) over upto as attesting,
    coalesce(s.gained, 0) as gained, sum(coalesce(s.gained, 0)) over upto as sales,
    not exists (select from exchange x where x.programme_id = p.id and x.of is null) as rated
  from terms p
  cross join generate_series(p.starts_on::timestamp, p.last_on::timestamp, interval '1 day') g
  left join (
    select programme_id, day, sum(joined) as joined, sum(closed) as closed, sum(jobs) as jobs, sum(attesting) as attesting
    from changes
    group by 1, 2
  ) c on c.programme_id = p.id and c.day = g::date
  left join sales s on s.programme_id = p.id and s.day = g::date
  window upto as (partition by p.id order by g)
)
select programme_id, day, joined::bigint as joined, closed::bigint as closed, (all_joined - all_closed)::bigint as businesses,
  attesting::bigint as businesses_attesting, case when told then jobs::bigint end as jobs_attested,
  ((all_joined - all_closed) * jobs_per_business)::bigint as jobs_assumed, currency, case when told and rated then gained end as sales,
  case when told and rated then sales end as sales_to_date
from days
cross join lateral (select all_joined = 0 or all_joined - joined >= 5 as told) t;
comment on view reporting.programme_daily is
  'How far programmes were at the end of each day of theirs, in their zone. Sums of fewer than 5 businesses, and what follows from them, are null; sales are, too, where a currency has no rate.';

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
