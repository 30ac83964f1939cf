-- +goose Up
-- What becomes of money after it was taken: refunds that fail and are tried
-- again, disputes, and what providers keep.

-- A refund that failed for good is tried again by another, once each.
alter table refunds
  add column retry_of uuid,
  add constraint refunds_retry_key unique (retry_of),
  add constraint refunds_retry_fk foreign key (retry_of) references refunds (id) on delete restrict;

-- Whether what was promised to the shopper has left.
alter table order_refunds
  add column status text not null default 'PENDING',
  -- The provider's reason where it failed.
  add column failure_code text,
  -- The shopper's bank took it: nothing was asked of the provider.
  add column disputed boolean not null default false,
  add constraint order_refunds_status_check check (status in ('PENDING', 'SUCCEEDED', 'FAILED'));
create index order_refunds_failed_idx on order_refunds (brand_id, order_id) where status = 'FAILED';

-- What shoppers' banks took up of a payment, each once by its name at the provider.
create table payment_disputes (
  id            uuid        not null,
  payment_id    uuid        not null,
  reference     text        not null,
  status        text        not null,
  currency      text        not null,
  amount_minor  bigint      not null,
  -- What the bank charges for it, as it stands: it may come back.
  fee_minor     bigint      not null default 0,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  constraint payment_disputes_pk primary key (id),
  constraint payment_disputes_key unique (payment_id, reference),
  constraint payment_disputes_payment_fk foreign key (payment_id) references payments (id) on delete restrict,
  constraint payment_disputes_status_check check (status in ('OPEN', 'WON', 'LOST')),
  constraint payment_disputes_amount_check check (amount_minor > 0 and fee_minor >= 0)
);

-- The part of a dispute that falls on an order.
create table order_disputes (
  brand_id      uuid    not null,
  dispute_id    uuid    not null,
  order_id      uuid    not null,
  status        text    not null,
  currency      text    not null,
  amount_minor  bigint  not null,
  constraint order_disputes_pk primary key (brand_id, dispute_id, order_id),
  constraint order_disputes_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint order_disputes_status_check check (status in ('OPEN', 'WON', 'LOST')),
  constraint order_disputes_amount_check check (amount_minor > 0)
);
create index order_disputes_order_idx on order_disputes (brand_id, order_id);
create index order_disputes_dispute_idx on order_disputes (dispute_id);

-- A refund that failed is settled where the shopper's bank took its money.
alter table refunds
  add column dispute_id uuid,
  add constraint refunds_dispute_fk foreign key (dispute_id) references payment_disputes (id) on delete restrict;

alter table refund_allocations
  add column order_refund_id uuid,
  add constraint refund_allocations_order_refund_fk foreign key (brand_id, order_refund_id) references order_refunds (brand_id, id) on delete cascade;
create index refund_allocations_refund_idx on refund_allocations (refund_id);

-- Null where the shopper's bank never took the payment up.
alter table orders
  add column dispute text,
  add constraint orders_dispute_check check (dispute in ('OPEN', 'WON', 'LOST'));
create index orders_disputed_idx on orders (brand_id, placed_at) where dispute is not null;

-- What the provider kept of the payment.
alter table payments
  add column fee_minor bigint not null default 0,
  add constraint payments_fee_check check (fee_minor >= 0);
alter table sandbox_payments
  add column fee_minor bigint not null default 0,
  add column disputed_minor bigint not null default 0,
  add column dispute_fee_minor bigint not null default 0;

-- Money that was payable waits again while its payment is disputed.
drop index ledger_transactions_release_key;
alter table ledger_transactions
  drop constraint ledger_transactions_kind_check,
  add constraint ledger_transactions_kind_check check (kind in
    ('SALE', 'PAYMENT', 'REFUND', 'REFUND_PAID', 'REFUND_FAILED', 'RELEASE', 'GATEWAY_FEE', 'DISPUTE', 'DISPUTE_WON',
     'DISPUTE_FEE', 'DISPUTE_LOSS', 'PAYOUT', 'PAYOUT_RETURN'));
alter table ledger_entries
  drop constraint ledger_entries_account_check,
  add constraint ledger_entries_account_check check (account in ('SHOPPER_RECEIVABLE', 'GATEWAY_CLEARING', 'BRAND_PENDING', 'BRAND_PAYABLE',
    'COMMISSION', 'GATEWAY_FEE', 'TAX_COLLECTED', 'DUTY_COLLECTED', 'FEE_COLLECTED', 'REFUNDS', 'DISPUTES', 'FX_DIFFERENCE', 'PAYOUT'));

-- +goose Down
alter table ledger_entries
  drop constraint ledger_entries_account_check,
  add constraint ledger_entries_account_check check (account in ('SHOPPER_RECEIVABLE', 'GATEWAY_CLEARING', 'BRAND_PENDING', 'BRAND_PAYABLE',
    'COMMISSION', 'GATEWAY_FEE', 'TAX_COLLECTED', 'DUTY_COLLECTED', 'FEE_COLLECTED', 'REFUNDS', 'FX_DIFFERENCE', 'PAYOUT'));
alter table ledger_transactions
  drop constraint ledger_transactions_kind_check,
  add constraint ledger_transactions_kind_check check (kind in
    ('SALE', 'PAYMENT', 'REFUND', 'REFUND_PAID', 'RELEASE', 'GATEWAY_FEE', 'PAYOUT', 'PAYOUT_RETURN'));
create unique index ledger_transactions_release_key on ledger_transactions (brand_id, order_id) where kind = 'RELEASE';
alter table sandbox_payments drop column fee_minor, drop column disputed_minor, drop column dispute_fee_minor;
alter table payments drop column fee_minor;
alter table orders drop column dispute;
alter table refund_allocations drop column order_refund_id;
drop index refund_allocations_refund_idx;
alter table order_refunds drop column status, drop column failure_code, drop column disputed;
alter table refunds drop column retry_of, drop column dispute_id;
drop table order_disputes, payment_disputes;
