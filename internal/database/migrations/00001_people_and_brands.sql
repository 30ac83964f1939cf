-- +goose Up
-- Tables without brand_id belong to people or to the platform; every other
-- table has brand_id first in its primary key, unique and foreign keys.

create table accounts (
  id          uuid        not null,
  -- Names the account to others. A shopper's id, which sellers see, is no way to it.
  handle      uuid        not null,
  issuer      text        not null,
  subject     text        not null,
  email       text,
  name        text,
  created_at  timestamptz not null,
  constraint accounts_pk primary key (id),
  constraint accounts_handle_key unique (handle),
  constraint accounts_identity_key unique (issuer, subject)
);

create table platform_roles (
  account_id  uuid        not null,
  role        text        not null,
  granted_at  timestamptz not null,
  constraint platform_roles_pk primary key (account_id, role),
  constraint platform_roles_account_fk foreign key (account_id) references accounts (id) on delete cascade,
  constraint platform_roles_role_check check (role in ('OPERATOR', 'REPORTING'))
);

-- One row per answered money- or stock-moving mutation; swept after 30 days.
create table idempotency_keys (
  actor_id    uuid        not null,
  mutation    text        not null,
  key         text        not null,
  input_hash  bytea       not null,
  result_brand_id uuid,
  result_id   uuid,
  created_at  timestamptz not null,
  constraint idempotency_keys_pk primary key (actor_id, mutation, key)
);
create index idempotency_keys_created_idx on idempotency_keys (created_at);

create table categories (
  id          uuid        not null,
  parent_id   uuid,
  slug        text        not null,
  -- Slugs from the root joined by '/': 'food/honey'.
  path        text        not null,
  texts       jsonb       not null,
  position    integer     not null default 0,
  version     integer     not null default 1,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  constraint categories_pk primary key (id),
  constraint categories_path_key unique (path),
  constraint categories_parent_fk foreign key (parent_id) references categories (id) on delete restrict
);
create index categories_parent_idx on categories (parent_id, position, id);
create index categories_subtree_idx on categories (path text_pattern_ops);

create table brands (
  id                    uuid        not null,
  slug                  text        not null,
  name                  text        not null,
  default_language      text        not null,
  texts                 jsonb       not null,
  status                text        not null,
  status_reason         text,
  country               text        not null,
  -- ISO 3166-2 without the country: 'NE' of US-NE.
  region                text,
  -- US census region of the state, null elsewhere.
  census_region         text,
  industry              text        not null,
  size                  text        not null,
  website               text,
  contact_name          text,
  contact_email         text,
  contact_phone         text,
  contact_confirmed_at  timestamptz,
  jobs_before           integer     not null default 0,
  jobs_now              integer     not null default 0,
  applied_at            timestamptz not null,
  joined_at             timestamptz,
  version               integer     not null default 1,
  created_at            timestamptz not null,
  updated_at            timestamptz not null,
  constraint brands_pk primary key (id),
  constraint brands_status_check check (status in ('APPLIED', 'IN_REVIEW', 'ACTIVE', 'SUSPENDED', 'CLOSED', 'REJECTED')),
  constraint brands_size_check check (size in ('SOLO', 'MICRO', 'SMALL', 'MEDIUM', 'LARGE')),
  constraint brands_jobs_check check (jobs_before >= 0 and jobs_now >= 0)
);
-- The orders of lists: texts by code point, what is missing last.
create index brands_name_idx on brands (name collate "C", id);
create index brands_joined_idx on brands (coalesce(joined_at, 'infinity'), id);
create index brands_applied_idx on brands (applied_at, id);
create index brands_origin_idx on brands (country collate "C", coalesce(region, '~') collate "C", id);
create index brands_census_idx on brands (coalesce(census_region, '~') collate "C", id);
create index brands_industry_idx on brands (industry collate "C", id);
create index brands_size_idx on brands (array_position(array['SOLO', 'MICRO', 'SMALL', 'MEDIUM', 'LARGE'], size), id);
create index brands_jobs_before_idx on brands (jobs_before, id);
create index brands_jobs_now_idx on brands (jobs_now, id);
-- What waits for a reviewer is few among many.
create index brands_status_idx on brands (status, applied_at, id);

-- Globally unique names live in tables of their own.
create table brand_slugs (
  slug      text not null,
  brand_id  uuid not null,
  constraint brand_slugs_pk primary key (slug),
  constraint brand_slugs_brand_fk foreign key (brand_id) references brands (id) on delete cascade
);

create table memberships (
  brand_id    uuid        not null,
  account_id  uuid        not null,
  role        text        not null,
  created_at  timestamptz not null,
  constraint memberships_pk primary key (brand_id, account_id),
  constraint memberships_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint memberships_role_check check (role in ('OWNER', 'MANAGER', 'STAFF', 'ANALYST'))
);
create index memberships_account_idx on memberships (account_id);

create table brand_documents (
  brand_id     uuid        not null,
  id           uuid        not null,
  kind         text        not null,
  reference    text        not null,
  verdict      text        not null,
  note         text,
  submitted_at timestamptz not null,
  reviewed_by  uuid,
  reviewed_at  timestamptz,
  constraint brand_documents_pk primary key (brand_id, id),
  constraint brand_documents_kind_key unique (brand_id, kind),
  constraint brand_documents_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint brand_documents_verdict_check check (verdict in ('PENDING', 'ACCEPTED', 'REFUSED'))
);

create table payout_accounts (
  brand_id        uuid        not null,
  id              uuid        not null,
  holder          text        not null,
  bank_name       text        not null,
  country         text        not null,
  currency        text        not null,
  -- The provider's token of the account; numbers themselves are never stored.
  provider_token  text        not null,
  last_digits     text        not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint payout_accounts_pk primary key (brand_id, id),
  constraint payout_accounts_brand_key unique (brand_id),
  constraint payout_accounts_brand_fk foreign key (brand_id) references brands (id) on delete cascade
);

create table brand_job_reports (
  brand_id     uuid        not null,
  id           uuid        not null,
  jobs         integer     not null,
  note         text,
  reported_by  uuid,
  reported_at  timestamptz not null,
  constraint brand_job_reports_pk primary key (brand_id, id),
  constraint brand_job_reports_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint brand_job_reports_jobs_check check (jobs >= 0)
);
create index brand_job_reports_time_idx on brand_job_reports (brand_id, reported_at, id);

create table brand_transitions (
  brand_id     uuid        not null,
  id           uuid        not null,
  from_status  text,
  to_status    text        not null,
  reason       text,
  actor_id     uuid,
  recorded_at  timestamptz not null,
  constraint brand_transitions_pk primary key (brand_id, id),
  constraint brand_transitions_brand_fk foreign key (brand_id) references brands (id) on delete cascade
);
create index brand_transitions_time_idx on brand_transitions (brand_id, recorded_at, id);

create table storefronts (
  brand_id         uuid        not null,
  id               uuid        not null,
  slug             text        not null,
  name             text        not null,
  texts            jsonb       not null,
  country          text        not null,
  currency         text        not null,
  -- First is the default.
  languages        text[]      not null,
  payment_methods  text[]      not null,
  status           text        not null,
  -- Readable by everybody: OPEN or PAUSED, of an ACTIVE brand.
  visible          boolean     not null default false,
  -- The brand's storefront for its country where none is named.
  is_primary       boolean     not null,
  opened_at        timestamptz,
  closed_at        timestamptz,
  version          integer     not null default 1,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  constraint storefronts_pk primary key (brand_id, id),
  constraint storefronts_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint storefronts_status_check check (status in ('DRAFT', 'OPEN', 'PAUSED', 'CLOSED')),
  constraint storefronts_languages_check check (cardinality(languages) > 0)
);
create unique index storefronts_primary_key on storefronts (brand_id, country) where is_primary;
create index storefronts_name_idx on storefronts (name collate "C", id);
create index storefronts_country_idx on storefronts (country, name collate "C", id);
create index storefronts_created_idx on storefronts (created_at, id);

create table storefront_slugs (
  slug           text not null,
  brand_id       uuid not null,
  storefront_id  uuid not null,
  constraint storefront_slugs_pk primary key (slug),
  constraint storefront_slugs_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete cascade
);

-- +goose Down
drop table storefront_slugs, storefronts, brand_transitions, brand_job_reports, payout_accounts, brand_documents,
  memberships, brand_slugs, brands, categories, idempotency_keys, platform_roles, accounts;
