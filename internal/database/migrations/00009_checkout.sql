-- +goose Up
-- A purchase begins when a shopper goes to pay, and holds its orders once it is
-- paid. Until then the draft is what was agreed.
alter table purchases
  add column status        text        not null default 'COMPLETED',
  add column cart_id       uuid,
  add column draft         jsonb       not null default '[]',
  -- How long the stock is held; null where none is.
  add column expires_at    timestamptz,
  add column completed_at  timestamptz,
  add constraint purchases_status_check check (status in ('AWAITING_PAYMENT', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED', 'REFUNDED')),
  add constraint purchases_draft_check check (status <> 'AWAITING_PAYMENT' or (draft <> '[]' and expires_at is not null));
alter table purchases alter column status drop default, alter column draft drop default;
-- A cart is paid for once at a time.
create unique index purchases_cart_key on purchases (cart_id) where status = 'AWAITING_PAYMENT';
-- What became of a cart, and of purchases that are not completed.
create index purchases_carts_idx on purchases (cart_id) where cart_id is not null;
create index purchases_open_idx on purchases (placed_at) where status <> 'COMPLETED';
create index purchases_expiry_idx on purchases (expires_at) where status = 'AWAITING_PAYMENT';

-- Stock that a purchase holds while it is paid. What is HELD makes the
-- reserved pieces of its stock level.
create table stock_reservations (
  brand_id      uuid        not null,
  id            uuid        not null,
  purchase_id   uuid        not null,
  -- The order that the pieces will be for.
  order_id      uuid        not null,
  variant_id    uuid        not null,
  warehouse_id  uuid        not null,
  quantity      bigint      not null,
  status        text        not null,
  created_at    timestamptz not null,
  ended_at      timestamptz,
  constraint stock_reservations_pk primary key (brand_id, id),
  constraint stock_reservations_level_fk foreign key (brand_id, variant_id, warehouse_id)
    references stock_levels (brand_id, variant_id, warehouse_id) on delete restrict,
  constraint stock_reservations_quantity_check check (quantity > 0),
  constraint stock_reservations_status_check check (status in ('HELD', 'TAKEN', 'RELEASED')),
  constraint stock_reservations_ended_check check ((status = 'HELD') = (ended_at is null))
);
create index stock_reservations_purchase_idx on stock_reservations (brand_id, purchase_id);
create index stock_reservations_held_idx on stock_reservations (brand_id, variant_id, warehouse_id) where status = 'HELD';

-- +goose Down
drop table stock_reservations;
drop index purchases_open_idx, purchases_carts_idx, purchases_expiry_idx, purchases_cart_key;
alter table purchases drop column completed_at, drop column expires_at, drop column draft, drop column cart_id, drop column status;
