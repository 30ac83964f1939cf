-- +goose Up

create table products (
  brand_id          uuid        not null,
  id                uuid        not null,
  handle            text        not null,
  status            text        not null,
  default_language  text        not null,
  -- {"en": {"title": …, "description": …, "seoTitle": …, "seoDescription": …}, "zh-CN": …}
  texts             jsonb       not null,
  category_id       uuid,
  vendor            text,
  product_type      text,
  tags              text[]      not null,
  hs_code           text,
  origin_country    text,
  origin_region     text,
  -- [{"name": "Size", "values": ["S", "M"]}], empty where there is one variant only.
  options           jsonb       not null,
  -- Earliest visible_from of its listings, null where nobody but staff may read it.
  visible_from      timestamptz,
  -- Search tokens, made by the application.
  tokens            tsvector    not null,
  archived_at       timestamptz,
  -- The status that restoring brings back.
  archived_from     text,
  version           integer     not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  constraint products_pk primary key (brand_id, id),
  constraint products_handle_key unique (brand_id, handle),
  constraint products_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint products_category_fk foreign key (category_id) references categories (id) on delete restrict,
  constraint products_status_check check (status in ('DRAFT', 'ACTIVE', 'ARCHIVED')),
  constraint products_archived_check check ((status = 'ARCHIVED') = (archived_at is not null)
    and (archived_at is null) = (archived_from is null) and archived_from in ('DRAFT', 'ACTIVE'))
) with (toast_tuple_target = 128);
-- Lists read no tokens: they lie outside the row.
alter table products alter column tokens set storage external;
create index products_created_idx on products (brand_id, created_at, id);
create index products_updated_idx on products (brand_id, updated_at, id);
create index products_category_idx on products (category_id);

create table media (
  brand_id    uuid        not null,
  id          uuid        not null,
  product_id  uuid        not null,
  position    integer     not null,
  url         text        not null,
  alt         text,
  created_at  timestamptz not null,
  constraint media_pk primary key (brand_id, id),
  constraint media_url_key unique (brand_id, product_id, url),
  constraint media_product_fk foreign key (brand_id, product_id) references products (brand_id, id) on delete cascade
);
create index media_product_idx on media (brand_id, product_id, position, id);

create table variants (
  brand_id      uuid        not null,
  id            uuid        not null,
  product_id    uuid        not null,
  position      integer     not null,
  sku           text,
  barcode       text,
  -- [{"name": "Size", "value": "M"}] in the order of the product's options.
  options       jsonb       not null,
  -- The option values, folded and joined: what makes a variant the same one.
  option_key    text        not null,
  weight_grams  integer,
  net_content   numeric(12, 3),
  net_unit      text,
  -- Without tracking a variant is always available and moves no stock.
  track_stock   boolean     not null,
  archived_at   timestamptz,
  version       integer     not null default 1,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  constraint variants_pk primary key (brand_id, id),
  constraint variants_option_key unique (brand_id, product_id, option_key),
  constraint variants_product_fk foreign key (brand_id, product_id) references products (brand_id, id) on delete cascade,
  constraint variants_weight_check check (weight_grams >= 0),
  constraint variants_net_check check (net_content > 0 and (net_content is null) = (net_unit is null)),
  constraint variants_unit_check check (net_unit in ('MILLILITRE', 'GRAM', 'PIECE'))
);
create index variants_product_idx on variants (brand_id, product_id, position, id);
create index variants_sku_idx on variants (brand_id, sku);

create table listings (
  brand_id         uuid        not null,
  id               uuid        not null,
  storefront_id    uuid        not null,
  product_id       uuid        not null,
  status           text        not null,
  -- When it is to appear; the future schedules it.
  publish_at       timestamptz,
  -- publish_at where product, storefront and brand let everybody read it, else null.
  visible_from     timestamptz,
  currency         text        not null,
  min_price_minor  bigint,
  max_price_minor  bigint,
  version          integer     not null default 1,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  constraint listings_pk primary key (brand_id, id),
  constraint listings_product_key unique (brand_id, storefront_id, product_id),
  constraint listings_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete cascade,
  constraint listings_product_fk foreign key (brand_id, product_id) references products (brand_id, id) on delete cascade,
  constraint listings_status_check check (status in ('DRAFT', 'PUBLISHED')),
  constraint listings_publish_check check (status = 'DRAFT' or publish_at is not null)
);
create index listings_product_idx on listings (brand_id, product_id);
create index listings_storefront_idx on listings (storefront_id, created_at, id);

create table prices (
  brand_id          uuid        not null,
  storefront_id     uuid        not null,
  variant_id        uuid        not null,
  product_id        uuid        not null,
  amount_minor      bigint      not null,
  compare_at_minor  bigint,
  currency          text        not null,
  updated_at        timestamptz not null,
  constraint prices_pk primary key (brand_id, variant_id, storefront_id),
  constraint prices_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete cascade,
  constraint prices_variant_fk foreign key (brand_id, variant_id) references variants (brand_id, id) on delete cascade,
  constraint prices_product_fk foreign key (brand_id, product_id) references products (brand_id, id) on delete cascade,
  constraint prices_amount_check check (amount_minor >= 0 and compare_at_minor >= 0)
);
create index prices_product_idx on prices (brand_id, product_id, storefront_id);

-- What the public search reads: one row per listing that is or will be visible.
create table search_entries (
  brand_id         uuid        not null,
  listing_id       uuid        not null,
  product_id       uuid        not null,
  storefront_id    uuid        not null,
  country          text        not null,
  is_primary       boolean     not null,
  visible_from     timestamptz not null,
  category_path    text,
  origin_country   text,
  origin_region    text,
  currency         text        not null,
  min_price_minor  bigint      not null,
  max_price_minor  bigint      not null,
  title            text        not null,
  tokens           tsvector    not null,
  constraint search_entries_pk primary key (brand_id, listing_id),
  constraint search_entries_listing_fk foreign key (brand_id, listing_id) references listings (brand_id, id) on delete cascade
) with (toast_tuple_target = 128);
-- The index alone reads tokens: hits are filtered and sorted by small rows.
alter table search_entries alter column tokens set storage external;
alter table search_entries alter column title set storage main;
alter table search_entries alter column category_path set storage main;
create index search_entries_tokens_idx on search_entries using gin (tokens) with (fastupdate = off);
create index search_entries_newest_idx on search_entries (country, visible_from, product_id) where is_primary;
create index search_entries_price_idx on search_entries (country, currency, min_price_minor, product_id) where is_primary;
create index search_entries_title_idx on search_entries (country, title collate "C", product_id) where is_primary;
create index search_entries_storefront_idx on search_entries (brand_id, storefront_id, visible_from, product_id);

create table warehouses (
  brand_id    uuid        not null,
  id          uuid        not null,
  code        text        not null,
  name        text        not null,
  kind        text        not null,
  country     text        not null,
  region      text,
  -- Stock is taken from the lowest first.
  priority    integer     not null default 0,
  active      boolean     not null default true,
  version     integer     not null default 1,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  constraint warehouses_pk primary key (brand_id, id),
  constraint warehouses_code_key unique (brand_id, code),
  constraint warehouses_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint warehouses_kind_check check (kind in ('ORIGIN', 'BONDED'))
);

create table stock_levels (
  brand_id      uuid        not null,
  variant_id    uuid        not null,
  warehouse_id  uuid        not null,
  on_hand       bigint      not null,
  reserved      bigint      not null default 0,
  updated_at    timestamptz not null,
  constraint stock_levels_pk primary key (brand_id, variant_id, warehouse_id),
  constraint stock_levels_variant_fk foreign key (brand_id, variant_id) references variants (brand_id, id) on delete cascade,
  constraint stock_levels_warehouse_fk foreign key (brand_id, warehouse_id) references warehouses (brand_id, id) on delete restrict,
  constraint stock_levels_available_check check (reserved >= 0 and on_hand >= reserved)
);
create index stock_levels_warehouse_idx on stock_levels (brand_id, warehouse_id, variant_id);

-- Every change of on_hand; its sum per variant and warehouse is on_hand.
create table stock_adjustments (
  brand_id      uuid        not null,
  id            uuid        not null,
  variant_id    uuid        not null,
  warehouse_id  uuid        not null,
  delta         bigint      not null,
  reason        text        not null,
  note          text,
  order_id      uuid,
  actor_id      uuid,
  recorded_at   timestamptz not null,
  constraint stock_adjustments_pk primary key (brand_id, id),
  constraint stock_adjustments_level_fk foreign key (brand_id, variant_id, warehouse_id)
    references stock_levels (brand_id, variant_id, warehouse_id) on delete cascade,
  constraint stock_adjustments_delta_check check (delta <> 0),
  constraint stock_adjustments_reason_check check (reason in
    ('RECEIVED', 'COUNTED', 'DAMAGED', 'LOST', 'RETURNED', 'CORRECTION', 'IMPORTED', 'ORDER_PLACED', 'ORDER_CANCELLED', 'ORDER_RESENT'))
);
create index stock_adjustments_level_idx on stock_adjustments (brand_id, variant_id, recorded_at, id);
create index stock_adjustments_order_idx on stock_adjustments (brand_id, order_id) where order_id is not null;

-- A row's storefront and warehouse tell its brand. A planner who takes them
-- for independent believes that hardly a row has both, and reads all that a
-- storefront or a warehouse holds where one row is asked for.
create statistics listings_place (dependencies) on brand_id, storefront_id, product_id from listings;
create statistics prices_place (dependencies) on brand_id, storefront_id, product_id, variant_id from prices;
create statistics stock_levels_place (dependencies) on brand_id, warehouse_id, variant_id from stock_levels;

-- +goose Down
drop table stock_adjustments, stock_levels, warehouses, search_entries, prices, listings, variants, media, products;
