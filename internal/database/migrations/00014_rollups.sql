-- +goose Up
-- Sums of sales facts, from which reports are read: docs/decisions/0030. They
-- follow from facts and can be made from them again. Empty texts and the zero
-- id stand for what facts do not say. A rebuild fills a generation beside the
-- one that is read: a partition of each table, named by its number, without
-- indexes until it is full.

-- Adds without leaving bigint, several times faster than sum, and fails where
-- that overflows.
create aggregate total(bigint) (sfunc = int8pl, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe);

-- Facts of transactions before the watermark are in the roll-ups of the
-- generation. System is the cluster that counts transactions so, null until
-- roll-ups were built.
create table sales_rollups (
  id           boolean     not null default true,
  generation   integer     not null,
  watermark    xid8        not null,
  system       bigint,
  rebuilt_at   timestamptz,
  advanced_at  timestamptz,
  constraint sales_rollups_pk primary key (id),
  constraint sales_rollups_one_check check (id)
);
insert into sales_rollups (generation, watermark) values (0, '3');

-- What all of them sum.
create table sales_measures (
  units_sold      bigint      not null,
  units_returned  bigint      not null,
  gross_minor     bigint      not null,
  discount_minor  bigint      not null,
  refund_minor    bigint      not null,
  shipping_minor  bigint      not null,
  duty_minor      bigint      not null,
  tax_minor       bigint      not null,
  fee_minor       bigint      not null,
  commission_minor bigint     not null,
  recorded_at     timestamptz not null
);

-- By order: an order has one storefront and one buyer, so that orders can be
-- summed. Months begin in the zone; days are cut wherever a configured zone
-- begins one.
create table sales_by_brand_months (
  generation     integer     not null,
  zone           text        not null,
  starts_on      date        not null,
  brand_id       uuid        not null,
  currency       text        not null,
  orders         bigint      not null,
  like sales_measures,
  constraint sales_by_brand_months_pk primary key (brand_id, zone, starts_on, currency, generation)
) partition by list (generation);
create index sales_by_brand_months_time_idx on sales_by_brand_months (zone, starts_on, brand_id, currency);
create index sales_by_brand_months_brand_idx on sales_by_brand_months (zone, brand_id, starts_on, currency);
create index sales_by_brand_months_gross_idx on sales_by_brand_months (zone, starts_on, gross_minor);
create index sales_by_brand_months_net_idx on sales_by_brand_months (zone, starts_on, (gross_minor - discount_minor - refund_minor));
create index sales_by_brand_months_units_idx on sales_by_brand_months (zone, starts_on, units_sold);
create index sales_by_brand_months_orders_idx on sales_by_brand_months (zone, starts_on, orders);

create table sales_by_storefront_months (
  generation     integer     not null,
  zone           text        not null,
  starts_on      date        not null,
  brand_id       uuid        not null,
  storefront_id  uuid        not null,
  market         text        not null,
  currency       text        not null,
  source         text        not null,
  orders         bigint      not null,
  like sales_measures,
  constraint sales_by_storefront_months_pk primary key (brand_id, zone, starts_on, storefront_id, market, currency, source, generation)
) partition by list (generation);
create index sales_by_storefront_months_time_idx on sales_by_storefront_months (zone, starts_on);

create table sales_by_storefront_days (
  generation     integer     not null,
  starts_at      timestamptz not null,
  brand_id       uuid        not null,
  storefront_id  uuid        not null,
  market         text        not null,
  currency       text        not null,
  source         text        not null,
  orders         bigint      not null,
  like sales_measures,
  constraint sales_by_storefront_days_pk primary key (brand_id, starts_at, storefront_id, market, currency, source, generation)
) partition by list (generation);
create index sales_by_storefront_days_time_idx on sales_by_storefront_days (starts_at);

create table sales_by_market_months (
  generation     integer     not null,
  zone           text        not null,
  starts_on      date        not null,
  market         text        not null,
  buyer_country  text        not null,
  buyer_region   text        not null,
  currency       text        not null,
  source         text        not null,
  orders         bigint      not null,
  like sales_measures,
  constraint sales_by_market_months_pk primary key (zone, starts_on, market, buyer_country, buyer_region, currency, source, generation)
) partition by list (generation);

create table sales_by_market_days (
  generation     integer     not null,
  starts_at      timestamptz not null,
  market         text        not null,
  buyer_country  text        not null,
  buyer_region   text        not null,
  currency       text        not null,
  source         text        not null,
  orders         bigint      not null,
  like sales_measures,
  constraint sales_by_market_days_pk primary key (starts_at, market, buyer_country, buyer_region, currency, source, generation)
) partition by list (generation);

-- By line: an order stands in several rows, so that orders are not summed.
create table sales_by_goods_months (
  generation      integer     not null,
  zone            text        not null,
  starts_on       date        not null,
  category_path   text        not null,
  origin_country  text        not null,
  origin_region   text        not null,
  market          text        not null,
  currency        text        not null,
  source          text        not null,
  like sales_measures,
  constraint sales_by_goods_months_pk primary key
    (zone, starts_on, category_path, origin_country, origin_region, market, currency, source, generation)
) partition by list (generation);

create table sales_by_goods_days (
  generation      integer     not null,
  starts_at       timestamptz not null,
  category_path   text        not null,
  origin_country  text        not null,
  origin_region   text        not null,
  market          text        not null,
  currency        text        not null,
  source          text        not null,
  like sales_measures,
  constraint sales_by_goods_days_pk primary key (starts_at, category_path, origin_country, origin_region, market, currency, source, generation)
) partition by list (generation);

-- Months are cut as days are, since most products sell a few times a month.
create table sales_by_product_months (
  generation      integer     not null,
  starts_at       timestamptz not null,
  brand_id        uuid        not null,
  storefront_id   uuid        not null,
  product_id      uuid        not null,
  category_path   text        not null,
  origin_country  text        not null,
  origin_region   text        not null,
  market          text        not null,
  currency        text        not null,
  source          text        not null,
  like sales_measures,
  constraint sales_by_product_months_pk primary key
    (brand_id, starts_at, storefront_id, product_id, category_path, origin_country, origin_region, market, currency, source, generation)
) partition by list (generation);
create index sales_by_product_months_time_idx on sales_by_product_months (starts_at);

drop table sales_measures;

-- +goose Down
drop table sales_by_product_months, sales_by_goods_days, sales_by_goods_months, sales_by_market_days, sales_by_market_months,
  sales_by_storefront_days, sales_by_storefront_months, sales_by_brand_months, sales_rollups;
drop aggregate total(bigint);
