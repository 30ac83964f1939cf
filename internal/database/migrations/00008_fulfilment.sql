-- +goose Up
-- What was given back of orders, what was shipped, and what comes back. All of
-- it is written with its order locked, so that sums cannot be overtaken.

create table order_refunds (
  brand_id      uuid        not null,
  id            uuid        not null,
  order_id      uuid        not null,
  currency      text        not null,
  amount_minor  bigint      not null,
  reason        text        not null,
  actor_id      uuid,
  recorded_at   timestamptz not null,
  constraint order_refunds_pk primary key (brand_id, id),
  constraint order_refunds_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint order_refunds_amount_check check (amount_minor >= 0)
);
create index order_refunds_order_idx on order_refunds (brand_id, order_id, recorded_at, id);

create table order_refund_lines (
  brand_id      uuid    not null,
  id            uuid    not null,
  refund_id     uuid    not null,
  line_id       uuid    not null,
  quantity      bigint  not null,
  -- Those of the pieces that never left and were taken off the order.
  withdrawn     bigint  not null,
  currency      text    not null,
  amount_minor  bigint  not null,
  constraint order_refund_lines_pk primary key (brand_id, id),
  constraint order_refund_lines_key unique (brand_id, refund_id, line_id),
  constraint order_refund_lines_refund_fk foreign key (brand_id, refund_id) references order_refunds (brand_id, id) on delete cascade,
  constraint order_refund_lines_line_fk foreign key (brand_id, line_id) references order_lines (brand_id, id) on delete cascade,
  constraint order_refund_lines_quantity_check check (withdrawn between 0 and quantity)
);
create index order_refund_lines_line_idx on order_refund_lines (brand_id, line_id);

-- What of a charge was given back with a line. Charges on the order as a whole
-- are shared among its lines, as the sales facts share them.
create table order_refund_parts (
  brand_id      uuid    not null,
  refund_id     uuid    not null,
  line_id       uuid    not null,
  charge_id     uuid    not null,
  amount_minor  bigint  not null,
  constraint order_refund_parts_pk primary key (brand_id, refund_id, line_id, charge_id),
  constraint order_refund_parts_refund_fk foreign key (brand_id, refund_id) references order_refunds (brand_id, id) on delete cascade,
  constraint order_refund_parts_line_fk foreign key (brand_id, line_id) references order_lines (brand_id, id) on delete cascade,
  constraint order_refund_parts_charge_fk foreign key (brand_id, charge_id) references charges (brand_id, id) on delete cascade
);
create index order_refund_parts_charge_idx on order_refund_parts (brand_id, charge_id);

create table shipments (
  brand_id         uuid        not null,
  id               uuid        not null,
  order_id         uuid        not null,
  warehouse_id     uuid        not null,
  status           text        not null,
  carrier          text        not null,
  tracking_number  text,
  label_url        text,
  -- What became of a lost one.
  resolution       text,
  created_at       timestamptz not null,
  dispatched_at    timestamptz,
  delivered_at     timestamptz,
  version          integer     not null default 1,
  constraint shipments_pk primary key (brand_id, id),
  constraint shipments_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint shipments_warehouse_fk foreign key (brand_id, warehouse_id) references warehouses (brand_id, id) on delete restrict,
  constraint shipments_status_check check (status in ('PLANNED', 'LABELLED', 'DISPATCHED', 'DELIVERED', 'LOST', 'CANCELLED')),
  constraint shipments_resolution_check check (resolution is null or status = 'LOST' and resolution in ('REFUND', 'RESEND'))
);
create index shipments_order_idx on shipments (brand_id, order_id, created_at, id);

create table shipment_lines (
  brand_id     uuid    not null,
  shipment_id  uuid    not null,
  line_id      uuid    not null,
  quantity     bigint  not null,
  constraint shipment_lines_pk primary key (brand_id, shipment_id, line_id),
  constraint shipment_lines_shipment_fk foreign key (brand_id, shipment_id) references shipments (brand_id, id) on delete cascade,
  constraint shipment_lines_line_fk foreign key (brand_id, line_id) references order_lines (brand_id, id) on delete cascade,
  constraint shipment_lines_quantity_check check (quantity > 0)
);
create index shipment_lines_line_idx on shipment_lines (brand_id, line_id);

-- The tracking timeline, as the carrier tells it.
create table shipment_events (
  brand_id     uuid        not null,
  id           uuid        not null,
  shipment_id  uuid        not null,
  type         text        not null,
  place        text,
  note         text,
  happened_at  timestamptz not null,
  recorded_at  timestamptz not null,
  constraint shipment_events_pk primary key (brand_id, id),
  constraint shipment_events_shipment_fk foreign key (brand_id, shipment_id) references shipments (brand_id, id) on delete cascade,
  constraint shipment_events_type_check check (type in
    ('LABELLED', 'ACCEPTED', 'IN_TRANSIT', 'AT_CUSTOMS', 'OUT_FOR_DELIVERY', 'DELIVERED', 'LOST', 'CANCELLED'))
);
create index shipment_events_shipment_idx on shipment_events (brand_id, shipment_id, happened_at, id);

-- A carrier's numbers and events find their shipment without its brand.
create table tracking_numbers (
  carrier      text not null,
  number       text not null,
  brand_id     uuid not null,
  shipment_id  uuid not null,
  constraint tracking_numbers_pk primary key (carrier, number)
);

create table carrier_events (
  carrier      text        not null,
  event_id     text        not null,
  number       text        not null,
  recorded_at  timestamptz not null,
  constraint carrier_events_pk primary key (carrier, event_id)
);

create table returns (
  brand_id      uuid        not null,
  id            uuid        not null,
  order_id      uuid        not null,
  status        text        not null,
  reason        text        not null,
  -- Why it was rejected.
  note          text,
  warehouse_id  uuid,
  refund_id     uuid,
  requested_at  timestamptz not null,
  updated_at    timestamptz not null,
  version       integer     not null default 1,
  constraint returns_pk primary key (brand_id, id),
  constraint returns_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint returns_warehouse_fk foreign key (brand_id, warehouse_id) references warehouses (brand_id, id) on delete restrict,
  constraint returns_refund_fk foreign key (brand_id, refund_id) references order_refunds (brand_id, id) on delete restrict,
  constraint returns_status_check check (status in
    ('REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED', 'RECEIVED', 'INSPECTED', 'COMPLETED'))
);
create index returns_order_idx on returns (brand_id, order_id, requested_at, id);

create table return_lines (
  brand_id     uuid    not null,
  return_id    uuid    not null,
  line_id      uuid    not null,
  quantity     bigint  not null,
  received     bigint  not null default 0,
  restocked    bigint  not null default 0,
  written_off  bigint  not null default 0,
  constraint return_lines_pk primary key (brand_id, return_id, line_id),
  constraint return_lines_return_fk foreign key (brand_id, return_id) references returns (brand_id, id) on delete cascade,
  constraint return_lines_line_fk foreign key (brand_id, line_id) references order_lines (brand_id, id) on delete cascade,
  constraint return_lines_quantity_check check (quantity > 0 and received between 0 and quantity
    and restocked >= 0 and written_off >= 0 and restocked + written_off <= received)
);
create index return_lines_line_idx on return_lines (brand_id, line_id);

-- +goose Down
drop table return_lines, returns, carrier_events, tracking_numbers, shipment_events, shipment_lines, shipments,
  order_refund_parts, order_refund_lines, order_refunds;
