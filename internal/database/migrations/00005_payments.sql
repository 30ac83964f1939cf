-- +goose Up
-- Payments, refunds and what providers tell of them belong to a shopper and
-- have no brand; they reach orders through allocations, which have one.

-- A payment is one attempt to take money for a purchase at one provider.
-- Statuses only ever rise, amounts only ever grow: see the decision on payments.
create table payments (
  id                uuid        not null,
  shopper_id        uuid        not null,
  purchase_id       uuid        not null,
  provider          text        not null,
  -- The provider's name of it; null until the provider has answered.
  reference         text,
  method            text        not null,
  -- Authorised first and captured when asked for, instead of at once.
  manual_capture    boolean     not null default false,
  status            text        not null,
  currency          text        not null,
  amount_minor      bigint      not null,
  authorised_minor  bigint      not null default 0,
  captured_minor    bigint      not null default 0,
  -- What refunds that have not failed ask for, and what those that succeeded gave back.
  refunding_minor   bigint      not null default 0,
  refunded_minor    bigint      not null default 0,
  -- What shall be captured in all, where that was asked for.
  capture_minor     bigint,
  void_asked        boolean     not null default false,
  dispute           text        not null default 'NONE',
  next_action       jsonb,
  failure_code      text,
  -- When it is given up unless the shopper has paid.
  expires_at        timestamptz,
  -- When the provider is asked again; null where nothing is open.
  ask_at            timestamptz,
  asks              integer     not null default 0,
  version           integer     not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  constraint payments_pk primary key (id),
  constraint payments_reference_key unique (provider, reference),
  constraint payments_method_check check (method in ('CARD', 'ALIPAY', 'WECHAT_PAY')),
  constraint payments_status_check check (status in ('PENDING', 'REQUIRES_ACTION', 'FAILED', 'AUTHORISED', 'VOIDED', 'CAPTURED')),
  constraint payments_dispute_check check (dispute in ('NONE', 'OPEN', 'WON', 'LOST')),
  constraint payments_amount_check check (amount_minor >= 0 and authorised_minor between 0 and amount_minor),
  constraint payments_captured_check check (captured_minor between 0 and amount_minor),
  constraint payments_refunding_check check (refunding_minor between 0 and captured_minor),
  constraint payments_refunded_check check (refunded_minor between 0 and refunding_minor),
  constraint payments_capture_check check (capture_minor between 1 and amount_minor)
);
create index payments_purchase_idx on payments (purchase_id);
create index payments_ask_idx on payments (ask_at) where ask_at is not null;

create table refunds (
  id            uuid        not null,
  payment_id    uuid        not null,
  -- Whoever asks gives a key; the same key is the same refund.
  key           text        not null,
  status        text        not null,
  currency      text        not null,
  amount_minor  bigint      not null,
  reason        text        not null,
  reference     text,
  failure_code  text,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  constraint refunds_pk primary key (id),
  constraint refunds_key unique (payment_id, key),
  constraint refunds_payment_fk foreign key (payment_id) references payments (id) on delete restrict,
  constraint refunds_status_check check (status in ('PENDING', 'SUCCEEDED', 'FAILED')),
  constraint refunds_amount_check check (amount_minor > 0)
);

-- The part of a refund that belongs to an order; a refund of money that never
-- became an order has none.
create table refund_allocations (
  brand_id      uuid    not null,
  id            uuid    not null,
  refund_id     uuid    not null,
  order_id      uuid    not null,
  currency      text    not null,
  amount_minor  bigint  not null,
  constraint refund_allocations_pk primary key (brand_id, id),
  constraint refund_allocations_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade
);
create index refund_allocations_order_idx on refund_allocations (brand_id, order_id);

-- What providers told us, each once by its id there. Bodies are not kept.
create table payment_events (
  provider     text        not null,
  event_id     text        not null,
  type         text        not null,
  reference    text,
  payment_id   uuid,
  -- Null until it was dealt with.
  outcome      text,
  happened_at  timestamptz not null,
  received_at  timestamptz not null,
  constraint payment_events_pk primary key (provider, event_id),
  constraint payment_events_outcome_check check (outcome in ('APPLIED', 'IGNORED', 'UNKNOWN_PAYMENT', 'MISMATCH'))
);
create index payment_events_payment_idx on payment_events (payment_id) where payment_id is not null;

-- The sandbox's own books: a provider that lives here, so that a restart
-- loses nothing of it. Nothing else reads them.
create table sandbox_payments (
  reference         text        not null,
  key               text        not null,
  payment_id        uuid        not null,
  method            text        not null,
  manual            boolean     not null,
  currency          text        not null,
  amount_minor      bigint      not null,
  status            text        not null,
  authorised_minor  bigint      not null default 0,
  captured_minor    bigint      not null default 0,
  dispute           text        not null default 'NONE',
  -- The test account it was confirmed with.
  account           text        not null default '',
  return_url        text        not null default '',
  failure_code      text        not null default '',
  -- When a delayed success, or a dispute, comes.
  due_at            timestamptz,
  constraint sandbox_payments_pk primary key (reference),
  constraint sandbox_payments_key unique (key)
);

create table sandbox_refunds (
  id            uuid   not null,
  reference     text   not null,
  currency      text   not null,
  amount_minor  bigint not null,
  status        text   not null,
  failure_code  text   not null default '',
  constraint sandbox_refunds_pk primary key (id)
);
create index sandbox_refunds_reference_idx on sandbox_refunds (reference);

create table sandbox_events (
  id          text        not null,
  -- The endpoint that it is sent to.
  path        text        not null,
  body        text        not null,
  created_at  timestamptz not null,
  -- When it is sent next; null once it was received or given up.
  due_at      timestamptz,
  tries       integer     not null default 0,
  constraint sandbox_events_pk primary key (id)
);
create index sandbox_events_due_idx on sandbox_events (due_at) where due_at is not null;

-- +goose Down
drop table sandbox_events, sandbox_refunds, sandbox_payments, payment_events, refund_allocations, refunds, payments;
