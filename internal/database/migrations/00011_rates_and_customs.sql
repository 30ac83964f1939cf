-- +goose Up
-- Reference rates of currencies against the euro, one for each day that has
-- one. Reference data: of no brand.
create table exchange_rates (
  currency  text     not null,
  day       date     not null,
  -- Units of the currency for one euro.
  rate      numeric  not null,
  -- Who publishes it.
  source    text     not null,
  constraint exchange_rates_pk primary key (currency, day),
  constraint exchange_rates_rate_check check (rate > 0),
  constraint exchange_rates_currency_check check (currency <> 'EUR')
);
-- What is known on a day is read for all currencies at once.
create index exchange_rates_day_idx on exchange_rates (day);


-- The Harmonized System: chapters of 2 digits, headings of 4, subheadings of 6.
create table hs_codes (
  code         text     not null,
  -- Null for a chapter.
  parent       text,
  -- Roman number of the section; null where it is in none.
  section      text,
  section_name text,
  description  text     not null,
  constraint hs_codes_pk primary key (code),
  constraint hs_codes_parent_fk foreign key (parent) references hs_codes (code) on delete restrict deferrable initially deferred,
  constraint hs_codes_form_check check (code ~ '^([0-9]{2}){1,3}$'),
  constraint hs_codes_parent_check check (parent is not distinct from nullif(left(code, length(code) - 2), ''))
);
create index hs_codes_parent_idx on hs_codes (parent);

-- A file of rules, in one of its versions.
create table customs_rule_sets (
  id           uuid         not null,
  name         text         not null,
  version      integer      not null,
  title        text         not null,
  -- SHA-256 of the file.
  hash         text         not null,
  -- How many rules it has.
  rules        integer      not null,
  created_by   uuid,
  created_at   timestamptz  not null,
  -- When a later version took its place.
  replaced_at  timestamptz,
  constraint customs_rule_sets_pk primary key (id),
  constraint customs_rule_sets_version_key unique (name, version)
);
create unique index customs_rule_sets_current_key on customs_rule_sets (name) where replaced_at is null;

-- Texts as points of a range, so that a constraint can compare them beside days
-- without an extension.
create type text_range as range (subtype = text, collation = "C");

-- What customs of a country ask for, from a day on and before another. Of the
-- same thing no two rules hold on one day.
create table customs_rules (
  id            uuid         not null,
  -- Name of its set; null where an operator added it.
  set_name      text,
  -- The line of the file, and the hash of what the file says there.
  line          integer,
  fingerprint   text         not null,
  country       text         not null,
  kind          text         not null,
  -- What it is about, beside country and kind: empty where that is everything.
  regime        text         not null default '',
  hs_prefix     text         not null default '',
  origin        text         not null default '',
  code          text         not null default '',
  -- A tax or fee: 0.13 is 13 %. Fees may have a range.
  rate          numeric,
  rate_to       numeric,
  detail        jsonb        not null,
  note          text,
  valid_from    date         not null,
  valid_to      date,
  source        text         not null,
  source_url    text,
  confidence    text         not null,
  created_by    uuid,
  created_at    timestamptz  not null,
  -- When a later version of its set left it out.
  replaced_at   timestamptz,
  constraint customs_rules_pk primary key (id),
  constraint customs_rules_kind_check check (kind in ('DUTY', 'VAT', 'CONSUMPTION_TAX', 'POSTAL_TAX', 'REGIME', 'LISTING', 'FEE')),
  constraint customs_rules_confidence_check check (confidence in ('VERIFIED', 'REPORTED', 'DERIVED', 'ASSUMED', 'DEMONSTRATION')),
  constraint customs_rules_prefix_check check (hs_prefix ~ '^([0-9]{2}){0,5}$'),
  constraint customs_rules_rate_check check (rate >= 0 and rate_to > rate),
  constraint customs_rules_valid_check check (valid_to > valid_from),
  constraint customs_rules_overlap exclude using gist (
    text_range(country || '|' || kind || '|' || regime || '|' || hs_prefix || '|' || origin || '|' || code,
      country || '|' || kind || '|' || regime || '|' || hs_prefix || '|' || origin || '|' || code, '[]') with &&,
    daterange(valid_from, valid_to) with &&
  ) where (replaced_at is null)
);
create index customs_rules_page_idx on customs_rules (country, kind, hs_prefix, valid_from, id);

-- Counts the changes of rules, so that a server sees that there was one.
create table customs_revision (
  one       boolean  not null,
  revision  bigint   not null,
  constraint customs_revision_pk primary key (one),
  constraint customs_revision_one_check check (one)
);
insert into customs_revision values (true, 0);

-- +goose Down
drop table customs_revision;
drop table customs_rules;
drop type text_range;
drop table customs_rule_sets;
drop table hs_codes;
drop table exchange_rates;
