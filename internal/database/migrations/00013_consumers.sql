-- +goose Up
-- Who buys, as customs must know it. A person is an HMAC of the identity
-- number, under a key that the database does not hold; the name and the number
-- themselves are sealed by another.

-- Tells whether the key of persons is still the one that all of them come from.
create table person_keys (
  purpose      text        not null,
  fingerprint  bytea       not null,
  created_at   timestamptz not null,
  constraint person_keys_pk primary key (purpose)
);

-- An identity lies with whom or what gave it: an account, a guest's cart, a
-- purchase, which keeps what its shopper had told when it began, or a payment,
-- whose payer the payment provider has told.
create table consumers (
  id             uuid        not null,
  shopper_id     uuid,
  cart_id        uuid,
  purchase_id    uuid,
  payment_id     uuid,
  person         bytea       not null,
  -- HMAC of the name, empty once it is erased, as is all that follows.
  name_mac       bytea       not null,
  sealed         bytea       not null,
  masked_name    text        not null,
  masked_number  text        not null,
  given_at       timestamptz not null,
  erased_at      timestamptz,
  constraint consumers_pk primary key (id),
  constraint consumers_shopper_fk foreign key (shopper_id) references accounts (id) on delete cascade,
  constraint consumers_cart_fk foreign key (cart_id) references carts (id) on delete cascade,
  constraint consumers_purchase_fk foreign key (purchase_id) references purchases (id) on delete cascade,
  constraint consumers_payment_fk foreign key (payment_id) references payments (id) on delete cascade,
  constraint consumers_owner_check check (num_nonnulls(shopper_id, cart_id, purchase_id, payment_id) = 1),
  constraint consumers_person_check check (octet_length(person) = 32),
  constraint consumers_erased_check check ((erased_at is null) = (name_mac <> '')
    and (erased_at is null) = (sealed <> '') and (erased_at is null) = (masked_name <> '') and (erased_at is null) = (masked_number <> ''))
);
create unique index consumers_shopper_key on consumers (shopper_id) where shopper_id is not null;
create unique index consumers_cart_key on consumers (cart_id) where cart_id is not null;
create unique index consumers_purchase_key on consumers (purchase_id) where purchase_id is not null;
create unique index consumers_payment_key on consumers (payment_id) where payment_id is not null;
create index consumers_person_idx on consumers (person);

-- Each time somebody read what is sealed. It outlives what was read.
create table consumer_reads (
  id           uuid        not null,
  consumer_id  uuid        not null,
  order_number text,
  actor_id     uuid,
  purpose      text        not null,
  reason       text        not null,
  read_at      timestamptz not null,
  constraint consumer_reads_pk primary key (id),
  constraint consumer_reads_purpose_check check (purpose in ('REVEAL', 'DECLARATION', 'ROTATION'))
);
create index consumer_reads_time_idx on consumer_reads (read_at, id);

-- What persons have bought of their yearly allowance, of all brands together.
create table allowance_years (
  person          bytea   not null,
  country         text    not null,
  year            integer not null,
  -- What is counted: the value of all goods where it is empty, or else the
  -- weight of those under this code of the positive list.
  goods           text    not null,
  -- GRAM of a weight, or the currency in whose minor units a value is.
  unit            text    not null,
  reserved        bigint  not null,
  taken           bigint  not null,
  -- The highest limit that was ever checked against.
  bound           bigint  not null,
  constraint allowance_years_pk primary key (person, country, year, goods),
  constraint allowance_years_unit_check check ((goods <> '') = (unit = 'GRAM')),
  constraint allowance_years_amounts_check check (reserved >= 0 and taken >= 0 and reserved + taken <= bound)
);

create table allowance_entries (
  id                uuid        not null,
  person            bytea       not null,
  country           text        not null,
  year              integer     not null,
  goods             text        not null,
  purchase_id       uuid        not null,
  -- The brand is data here: entries lie with their person.
  brand_id          uuid        not null,
  order_id          uuid        not null,
  status            text        not null,
  amount            bigint      not null,
  -- What was given back of the order for goods that do not count any more, in
  -- its own currency or in grams, and what that is of the amount.
  back              bigint      not null default 0,
  given_back        bigint      not null default 0,
  -- How many days after their release goods may be sent back so that they no
  -- longer count, by the rules of the day of the order; zero for never.
  return_days       integer     not null,
  reserved_at       timestamptz not null,
  ended_at          timestamptz,
  constraint allowance_entries_pk primary key (person, id),
  constraint allowance_entries_year_fk foreign key (person, country, year, goods)
    references allowance_years (person, country, year, goods) on delete restrict,
  constraint allowance_entries_status_check check (status in ('RESERVED', 'TAKEN', 'RELEASED')),
  constraint allowance_entries_ended_check check ((status = 'RESERVED') = (ended_at is null)),
  constraint allowance_entries_amount_check check (amount >= 0 and given_back between 0 and amount
    and (given_back = 0 or status = 'TAKEN')),
  constraint allowance_entries_days_check check (return_days >= 0)
);
-- An order counts once of each.
create unique index allowance_entries_order_key on allowance_entries (person, order_id, goods) where status <> 'RELEASED';
create index allowance_entries_purchase_idx on allowance_entries (purchase_id);
create index allowance_entries_person_idx on allowance_entries (person, country, year, goods);

-- What is declared to customs of a shipment.
create table declarations (
  brand_id      uuid        not null,
  id            uuid        not null,
  order_id      uuid        not null,
  shipment_id   uuid        not null,
  status        text        not null,
  regime        text        not null,
  -- The three records, and the fields in which they do not agree.
  sale          jsonb       not null,
  payment       jsonb       not null,
  logistics     jsonb       not null,
  mismatches    jsonb       not null,
  note          text,
  prepared_at   timestamptz not null,
  submitted_at  timestamptz,
  released_at   timestamptz,
  version       integer     not null default 1,
  constraint declarations_pk primary key (brand_id, id),
  constraint declarations_shipment_key unique (brand_id, shipment_id),
  constraint declarations_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade,
  constraint declarations_shipment_fk foreign key (brand_id, shipment_id) references shipments (brand_id, id) on delete cascade,
  constraint declarations_status_check check (status in ('MISMATCHED', 'MATCHED', 'SUBMITTED', 'RELEASED', 'REJECTED')),
  constraint declarations_matched_check check ((status = 'MISMATCHED') = (jsonb_array_length(mismatches) > 0))
);
create index declarations_order_idx on declarations (brand_id, order_id, prepared_at, id);

-- +goose Down
drop table declarations, allowance_entries, allowance_years, consumer_reads, consumers, person_keys;
