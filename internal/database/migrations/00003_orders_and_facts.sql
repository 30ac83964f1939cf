-- +goose Up
-- Purchases belong to a shopper and have no brand; orders name
-- them without a foreign key, so that brands can live on different nodes.

create table purchases (
  id           uuid        not null,
  shopper_id   uuid        not null,
  currency     text        not null,
  total_minor  bigint      not null,
  placed_at    timestamptz not null,
  constraint purchases_pk primary key (id),
  constraint purchases_total_check check (total_minor >= 0)
);
create index purchases_shopper_idx on purchases (shopper_id, placed_at, id);

create table import_batches (
  brand_id       uuid        not null,
  id             uuid        not null,
  kind           text        not null,
  file_name      text        not null,
  file_sha256    bytea       not null,
  storefront_id  uuid,
  currency       text,
  rows_read      bigint      not null default 0,
  rows_refused   bigint      not null default 0,
  lines_booked   bigint      not null default 0,
  -- Control totals: what the file says before rounding, and what was booked.
  unrounded_sum  numeric     not null default 0,
  booked_minor   bigint      not null default 0,
  started_at     timestamptz not null,
  finished_at    timestamptz,
  constraint import_batches_pk primary key (brand_id, id),
  constraint import_batches_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint import_batches_kind_check check (kind in ('PRODUCTS', 'SALES'))
);

create table orders (
  brand_id           uuid        not null,
  id                 uuid        not null,
  -- Ten or more Crockford base-32 characters, or the number of an imported order.
  number             text        not null,
  source             text        not null,
  kind               text        not null,
  storefront_id      uuid        not null,
  purchase_id        uuid,
  shopper_id         uuid,
  batch_id           uuid,
  status             text        not null,
  payment_status     text        not null,
  fulfilment_status  text        not null,
  return_status      text        not null default 'NONE',
  currency           text        not null,
  goods_minor        bigint      not null,
  discount_minor     bigint      not null default 0,
  shipping_minor     bigint      not null default 0,
  tax_minor          bigint      not null default 0,
  total_minor        bigint      not null,
  -- What was given back of the total.
  refunded_minor     bigint      not null default 0,
  seller_name        text        not null,
  buyer_country      text,
  buyer_region       text,
  -- The buyer's reference in imported history.
  buyer_reference    text,
  recipient          jsonb,
  -- {"optionId": …, "defaultLanguage": …, "texts": {…}, "minDays": …, "maxDays": …} as it was chosen.
  delivery           jsonb,
  cancel_reason      text,
  placed_at          timestamptz not null,
  cancelled_at       timestamptz,
  recorded_at        timestamptz not null,
  version            integer     not null default 1,
  constraint orders_pk primary key (brand_id, id),
  constraint orders_number_key unique (brand_id, storefront_id, number),
  constraint orders_brand_fk foreign key (brand_id) references brands (id) on delete restrict,
  constraint orders_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete restrict,
  constraint orders_batch_fk foreign key (brand_id, batch_id) references import_batches (brand_id, id) on delete restrict,
  constraint orders_source_check check (source in ('SHOP', 'IMPORT')),
  constraint orders_kind_check check (kind in ('SALE', 'CREDIT_NOTE')),
  constraint orders_status_check check (status in ('PLACED', 'COMPLETED', 'CANCELLED')),
  constraint orders_payment_check check (payment_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED', 'UNKNOWN')),
  constraint orders_fulfilment_check check (fulfilment_status in
    ('UNFULFILLED', 'PREPARING', 'PARTIALLY_FULFILLED', 'FULFILLED', 'PARTIALLY_DELIVERED', 'DELIVERED')),
  constraint orders_return_check check (return_status in ('NONE', 'REQUESTED', 'IN_PROGRESS', 'PARTIALLY_RETURNED', 'RETURNED')),
  constraint orders_refunded_check check (refunded_minor = 0 or refunded_minor between 0 and total_minor),
  constraint orders_cancelled_check check ((status = 'CANCELLED') = (cancelled_at is not null))
);
create index orders_placed_idx on orders (brand_id, placed_at desc, id desc);
create index orders_storefront_idx on orders (brand_id, storefront_id, placed_at desc, id desc);
-- For those who list the orders of all brands.
create index orders_time_idx on orders (placed_at desc, id desc);
create index orders_number_idx on orders (number);
create index orders_shopper_idx on orders (shopper_id, placed_at desc, id desc) where shopper_id is not null;
create index orders_purchase_idx on orders (purchase_id) where purchase_id is not null;
-- Reports tell buyers of imported history by it.
create index orders_reference_idx on orders (brand_id, id) include (buyer_reference) where buyer_reference is not null;

-- Numbers of our own orders are unique on the whole platform, as customs asks.
create table order_numbers (
  number    text not null,
  brand_id  uuid not null,
  order_id  uuid not null,
  constraint order_numbers_pk primary key (number)
);

create table order_lines (
  brand_id        uuid        not null,
  id              uuid        not null,
  order_id        uuid        not null,
  ordinal         integer     not null,
  product_id      uuid,
  variant_id      uuid,
  sku             text,
  -- Texts as they were when the order was placed: {"en": {"title": …}, …}
  default_language text       not null,
  texts           jsonb       not null,
  options         jsonb       not null,
  quantity        bigint      not null,
  -- Imported history may have more decimals than the currency.
  unit_price      numeric     not null,
  currency        text        not null,
  goods_minor     bigint      not null,
  hs_code         text,
  origin_country  text,
  origin_region   text,
  category_path   text,
  -- Imported lines: digest of the line and its ordinal among identical ones.
  import_key      text,
  -- The import that brought the line; a later one may add lines to an order.
  batch_id        uuid,
  constraint order_lines_pk primary key (brand_id, id),
  constraint order_lines_ordinal_key unique (brand_id, order_id, ordinal),
  constraint order_lines_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint order_lines_batch_fk foreign key (brand_id, batch_id) references import_batches (brand_id, id) on delete restrict,
  constraint order_lines_product_fk foreign key (brand_id, product_id) references products (brand_id, id) on delete restrict,
  constraint order_lines_variant_fk foreign key (brand_id, variant_id) references variants (brand_id, id) on delete restrict
);
create unique index order_lines_import_key on order_lines (brand_id, order_id, import_key) where import_key is not null;
create index order_lines_product_idx on order_lines (brand_id, product_id) where product_id is not null;

create table charges (
  brand_id      uuid    not null,
  id            uuid    not null,
  order_id      uuid    not null,
  -- Null for a charge on the order as a whole.
  line_id       uuid,
  kind          text    not null,
  currency      text    not null,
  -- Discounts are negative; the charges of an order sum to its total.
  amount_minor  bigint  not null,
  constraint charges_pk primary key (brand_id, id),
  constraint charges_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint charges_line_fk foreign key (brand_id, line_id) references order_lines (brand_id, id) on delete cascade,
  constraint charges_kind_check check (kind in
    ('GOODS', 'DISCOUNT', 'SHIPPING', 'INSURANCE', 'DUTY', 'CONSUMPTION_TAX', 'VAT', 'FEE'))
);
create index charges_order_idx on charges (brand_id, order_id);

create table payment_allocations (
  brand_id      uuid    not null,
  id            uuid    not null,
  payment_id    uuid    not null,
  order_id      uuid    not null,
  currency      text    not null,
  amount_minor  bigint  not null,
  constraint payment_allocations_pk primary key (brand_id, id),
  constraint payment_allocations_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade
);
create index payment_allocations_order_idx on payment_allocations (brand_id, order_id);

create table order_events (
  brand_id     uuid        not null,
  id           uuid        not null,
  order_id     uuid        not null,
  type         text        not null,
  note         text,
  actor_id     uuid,
  recorded_at  timestamptz not null,
  constraint order_events_pk primary key (brand_id, id),
  constraint order_events_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade
);
create index order_events_order_idx on order_events (brand_id, order_id, recorded_at, id);

-- One immutable row per sold or refunded line: the only source of reports.
-- net = gross - discount - refund. Amounts of a refund stand in refund_minor,
-- its pieces in units_returned.
create table sales_facts (
  brand_id        uuid        not null,
  id              uuid        not null,
  kind            text        not null,
  source          text        not null,
  event_at        timestamptz not null,
  recorded_at     timestamptz not null,
  order_id        uuid        not null,
  line_id         uuid        not null,
  -- The refund that a fact of an order placed here follows from.
  refund_id       uuid,
  storefront_id   uuid        not null,
  product_id      uuid,
  variant_id      uuid,
  shopper_id      uuid,
  category_path   text,
  market          text        not null,
  buyer_country   text,
  buyer_region    text,
  origin_country  text,
  origin_region   text,
  currency        text        not null,
  units_sold      bigint      not null,
  units_returned  bigint      not null,
  gross_minor     bigint      not null,
  discount_minor  bigint      not null,
  refund_minor    bigint      not null,
  shipping_minor  bigint      not null default 0,
  duty_minor      bigint      not null default 0,
  tax_minor       bigint      not null default 0,
  fee_minor       bigint      not null default 0,
  -- What the platform keeps, of refunds what it gives back, negative; the ledger books the same.
  commission_minor bigint     not null default 0,
  -- One sale of each order that has any: their number is that of the orders.
  opens_order     boolean     not null default false,
  -- How much of its origin an earlier sale of the order has: 3 all of it, 2 the
  -- census region, 1 the country. Sales of less than 3 are as many as there are
  -- orders by region, and so on.
  repeats_origin  integer     not null default 0,
  -- Who sums facts takes those of ended transactions, once.
  xid             xid8        not null default pg_current_xact_id(),
  constraint sales_facts_pk primary key (brand_id, id),
  constraint sales_facts_line_key unique nulls not distinct (brand_id, line_id, kind, refund_id),
  constraint sales_facts_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete restrict,
  constraint sales_facts_source_check check (source in ('SHOP', 'IMPORT')),
  constraint sales_facts_kind_check check (kind in ('SALE', 'REFUND')),
  constraint sales_facts_sale_check check (kind <> 'SALE' or (refund_minor = 0 and units_returned = 0)),
  constraint sales_facts_refund_check check (kind <> 'REFUND' or (gross_minor = 0 and discount_minor = 0 and units_sold = 0)),
  constraint sales_facts_opens_check check (kind = 'SALE' or not opens_order),
  constraint sales_facts_repeats_check check (repeats_origin between 0 and 3 and (kind = 'SALE' or repeats_origin = 0))
);
create index sales_facts_event_idx on sales_facts (brand_id, event_at);
create index sales_facts_time_idx on sales_facts using brin (event_at);
create index sales_facts_xid_idx on sales_facts (xid);

-- The one append-only outbox. xid lets a reader stop below the oldest running transaction.
create table outbox_events (
  brand_id      uuid        not null,
  id            uuid        not null,
  xid           xid8        not null default pg_current_xact_id(),
  type          text        not null,
  subject_type  text        not null,
  subject_id    uuid        not null,
  payload       jsonb       not null,
  recorded_at   timestamptz not null,
  constraint outbox_events_pk primary key (brand_id, id)
);
create index outbox_events_xid_idx on outbox_events (xid);

-- +goose Down
drop table outbox_events, sales_facts, order_events, payment_allocations, charges, order_lines, order_numbers, orders,
  import_batches, purchases;
