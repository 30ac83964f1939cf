-- +goose Up
-- Carts and addresses belong to a shopper, a guest's cart to whoever holds its
-- secret. A cart's lines name goods of many brands and lie with their cart:
-- brand_id is data there, without a foreign key.

create table carts (
  id              uuid        not null,
  shopper_id      uuid,
  -- SHA-256 of a guest's secret, empty where a shopper owns the cart.
  secret_hash     bytea       not null,
  country         text        not null,
  currency        text        not null,
  status          text        not null,
  recipient       jsonb,
  payment_method  text,
  discount_codes  text[]      not null,
  -- [{"brandId": …, "storefrontId": …, "optionId": …, "carriageMinor": …}], at most one
  -- for a storefront, with the carriage last shown.
  deliveries      jsonb       not null,
  -- The promotions that applied when it was last shown, and what they took off.
  promotions      jsonb       not null default '[]',
  version         integer     not null default 1,
  expires_at      timestamptz not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint carts_pk primary key (id),
  constraint carts_owner_check check (octet_length(secret_hash) = case when shopper_id is null then 32 else 0 end),
  constraint carts_status_check check (status in ('OPEN', 'ORDERED'))
);
-- A shopper has one open cart for each market and currency.
create unique index carts_shopper_key on carts (shopper_id, country, currency) where status = 'OPEN';
create index carts_expiry_idx on carts (expires_at);

create table cart_lines (
  cart_id           uuid        not null,
  id                uuid        not null,
  brand_id          uuid        not null,
  storefront_id     uuid        not null,
  product_id        uuid        not null,
  variant_id        uuid        not null,
  quantity          bigint      not null,
  -- What the shopper was last shown: price of a piece, texts, options.
  unit_price_minor  bigint      not null,
  sku               text,
  default_language  text        not null,
  texts             jsonb       not null,
  options           jsonb       not null,
  category_path     text,
  weight_grams      integer,
  added_at          timestamptz not null,
  constraint cart_lines_pk primary key (cart_id, id),
  constraint cart_lines_variant_key unique (cart_id, brand_id, storefront_id, variant_id),
  constraint cart_lines_cart_fk foreign key (cart_id) references carts (id) on delete cascade,
  constraint cart_lines_quantity_check check (quantity between 1 and 10000),
  constraint cart_lines_price_check check (unit_price_minor >= 0)
);

-- What is kept of carts that were forgotten: that there was one, and whose
-- goods it held or was ordered from. Nothing tells whose it was.
create table cart_traces (
  brand_id       uuid        not null,
  cart_id        uuid        not null,
  storefront_id  uuid        not null,
  begun_at       timestamptz not null,
  constraint cart_traces_pk primary key (brand_id, cart_id, storefront_id),
  constraint cart_traces_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete cascade
);
create index cart_traces_time_idx on cart_traces (brand_id, begun_at);

create table addresses (
  id          uuid        not null,
  shopper_id  uuid        not null,
  recipient   jsonb       not null,
  is_default  boolean     not null,
  version     integer     not null default 1,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  constraint addresses_pk primary key (id),
  constraint addresses_shopper_fk foreign key (shopper_id) references accounts (id) on delete cascade
);
create unique index addresses_default_key on addresses (shopper_id) where is_default;
create index addresses_shopper_idx on addresses (shopper_id, created_at, id);

-- +goose Down
drop table addresses, cart_traces, cart_lines, carts;
