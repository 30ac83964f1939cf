-- +goose Up
-- What the platform keeps of a sale, and when the rest may be paid out. Dated
-- reference data: a brand's own plan goes before that of all, one for a
-- currency before one for any. Of one brand and currency no two overlap.
create table commission_plans (
  id                     uuid        not null,
  -- Null for the plan of all brands without one of their own.
  for_brand_id           uuid,
  -- Null for every currency. A fixed part is an amount of one.
  currency               text,
  name                   text        not null,
  -- 0.05 is 5 %, of goods less discounts.
  rate                   numeric     not null,
  fixed_minor            bigint      not null default 0,
  days_after_delivery    integer     not null,
  -- For orders of which no delivery was heard.
  days_after_placement   integer     not null,
  -- Where it is agreed: a contract, a published table.
  source                 text        not null,
  valid_from             timestamptz not null,
  valid_to               timestamptz,
  created_by             uuid,
  created_at             timestamptz not null,
  constraint commission_plans_pk primary key (id),
  constraint commission_plans_brand_fk foreign key (for_brand_id) references brands (id) on delete cascade,
  constraint commission_plans_rate_check check (rate between 0 and 1),
  constraint commission_plans_fixed_check check (fixed_minor = 0 or fixed_minor > 0 and currency is not null),
  constraint commission_plans_days_check check (days_after_delivery >= 0 and days_after_placement >= 0),
  constraint commission_plans_valid_check check (valid_to is null or valid_to > valid_from)
);
create index commission_plans_brand_idx on commission_plans (for_brand_id, valid_from);

-- What was sent to brands from their balances.
create table payouts (
  brand_id        uuid        not null,
  id              uuid        not null,
  status          text        not null,
  -- What was taken from the balance.
  currency        text        not null,
  amount_minor    bigint      not null,
  -- What was sent, in the currency of the account.
  paid_currency   text        not null,
  paid_minor      bigint      not null,
  -- Paid units for one unit of the balance; null in one currency.
  rate            numeric,
  rate_source     text,
  rated_on        date,
  -- The account as it was.
  holder          text        not null,
  bank_name       text        not null,
  last_digits     text        not null,
  -- The bank's reference of the transfer.
  reference       text,
  return_reason   text,
  created_by      uuid,
  created_at      timestamptz not null,
  returned_at     timestamptz,
  constraint payouts_pk primary key (brand_id, id),
  constraint payouts_brand_fk foreign key (brand_id) references brands (id) on delete restrict,
  constraint payouts_status_check check (status in ('SENT', 'RETURNED')),
  constraint payouts_amount_check check (amount_minor > 0 and paid_minor > 0),
  constraint payouts_rate_check check ((rate is null) = (currency = paid_currency) and (rate is null) = (rate_source is null)
    and (rate is null) = (rated_on is null) and (rate is null or rate > 0)),
  constraint payouts_returned_check check ((status = 'RETURNED') = (returned_at is not null))
);
create index payouts_time_idx on payouts (brand_id, created_at, id);

-- The journal: append-only. Every transaction belongs to one brand, and sums
-- to zero in each currency.
create table ledger_transactions (
  brand_id     uuid        not null,
  id           uuid        not null,
  kind         text        not null,
  -- The order or payout that moved the money.
  order_id     uuid,
  payout_id    uuid,
  -- What else it belongs to, such as a refund or an event of the provider.
  reference    text,
  recorded_at  timestamptz not null,
  constraint ledger_transactions_pk primary key (brand_id, id),
  constraint ledger_transactions_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete restrict,
  constraint ledger_transactions_payout_fk foreign key (brand_id, payout_id) references payouts (brand_id, id) on delete restrict,
  constraint ledger_transactions_cause_check check (order_id is not null or payout_id is not null),
  constraint ledger_transactions_kind_check check (kind in
    ('SALE', 'PAYMENT', 'REFUND', 'REFUND_PAID', 'RELEASE', 'GATEWAY_FEE', 'PAYOUT', 'PAYOUT_RETURN'))
);
create index ledger_transactions_order_idx on ledger_transactions (brand_id, order_id) where order_id is not null;
create index ledger_transactions_time_idx on ledger_transactions (brand_id, recorded_at, id);
-- The money of an order becomes payable once.
create unique index ledger_transactions_release_key on ledger_transactions (brand_id, order_id) where kind = 'RELEASE';

-- Positive amounts credit the account, negative ones debit it.
create table ledger_entries (
  brand_id        uuid        not null,
  transaction_id  uuid        not null,
  ordinal         integer     not null,
  account         text        not null,
  currency        text        not null,
  amount_minor    bigint      not null,
  -- That of its transaction, beside the amounts that are summed by time.
  recorded_at     timestamptz not null,
  constraint ledger_entries_pk primary key (brand_id, transaction_id, ordinal),
  constraint ledger_entries_transaction_fk foreign key (brand_id, transaction_id)
    references ledger_transactions (brand_id, id) on delete restrict,
  constraint ledger_entries_account_check check (account in ('SHOPPER_RECEIVABLE', 'GATEWAY_CLEARING', 'BRAND_PENDING', 'BRAND_PAYABLE',
    'COMMISSION', 'GATEWAY_FEE', 'TAX_COLLECTED', 'DUTY_COLLECTED', 'FEE_COLLECTED', 'REFUNDS', 'FX_DIFFERENCE', 'PAYOUT')),
  constraint ledger_entries_amount_check check (amount_minor <> 0)
);
create index ledger_entries_time_idx on ledger_entries (brand_id, recorded_at) include (account, currency, amount_minor);

-- The sum of all entries of an account before a time: balances add what came since.
create table ledger_closings (
  brand_id       uuid        not null,
  until          timestamptz not null,
  account        text        not null,
  currency       text        not null,
  balance_minor  bigint      not null,
  closed_at      timestamptz not null,
  constraint ledger_closings_pk primary key (brand_id, until, account, currency),
  constraint ledger_closings_brand_fk foreign key (brand_id) references brands (id) on delete restrict
);

-- The commission is frozen when the order is placed.
alter table orders
  add column commission_plan_id  uuid,
  add column commission_rate     numeric not null default 0,
  add column commission_fixed_minor bigint not null default 0,
  add column commission_minor    bigint  not null default 0,
  -- When its money becomes payable to the brand; null where none waits.
  add column payable_due         timestamptz,
  add constraint orders_commission_check check (commission_minor between 0 and greatest(goods_minor - discount_minor, 0));
-- Only what has left can become payable: an order is not in it when it is placed.
create index orders_payable_idx on orders (payable_due, brand_id, id)
  where payable_due is not null and fulfilment_status in ('FULFILLED', 'DELIVERED');

-- +goose Down
alter table orders
  drop constraint orders_commission_check,
  drop column commission_plan_id, drop column commission_rate, drop column commission_fixed_minor, drop column commission_minor, drop column payable_due;
drop table ledger_closings, ledger_entries, ledger_transactions, payouts, commission_plans;
