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
alter table sandbox_payments add column fee_minor bigint not null default 0;

-- Money that was payable waits again while its payment is disputed.
drop index ledger_transactions_release_key;
alter table ledger_transactions
  drop constraint ledger_transactions_kind_check,
  add constraint ledger_transactions_kind_check check (kind in
    ('SALE', 'PAYMENT', 'REFUND', 'REFUND_PAID', 'REFUND_FAILED', 'RELEASE', 'GATEWAY_FEE', 'DISPUTE', 'DISPUTE_WON', 'PAYOUT', 'PAYOUT_RETURN'));
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
alter table sandbox_payments drop column fee_minor;
alter table payments drop column fee_minor;
alter table orders drop column dispute;
alter table refund_allocations drop column order_refund_id;
drop index refund_allocations_refund_idx;
alter table order_refunds drop column status, drop column failure_code, drop column disputed;
alter table refunds drop column retry_of;
