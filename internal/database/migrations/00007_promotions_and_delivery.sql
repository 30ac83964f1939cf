-- +goose Up

create table promotions (
  brand_id          uuid        not null,
  id                uuid        not null,
  -- Null where it holds in all storefronts of the brand.
  storefront_id     uuid,
  kind              text        not null,
  target            text        not null,
  trigger           text        not null,
  default_language  text        not null,
  -- {"en": {"title": …}, "zh-CN": …}
  texts             jsonb       not null,
  -- Of its amounts, null where it has none.
  currency          text,
  -- Hundredths of a percent.
  basis_points      integer     not null,
  amount_minor      bigint      not null,
  buy_quantity      bigint      not null,
  get_quantity      bigint      not null,
  -- {"products": [id, …], "categories": [id, …]}, empty for everything.
  goods             jsonb       not null,
  gets              jsonb,
  minimum_minor     bigint      not null,
  minimum_quantity  bigint      not null,
  use_limit         bigint,
  shopper_limit     bigint,
  -- Counted while there is a limit: without one, nobody waits for this row.
  uses              bigint      not null default 0,
  starts_at         timestamptz not null,
  ends_at           timestamptz,
  version           integer     not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  constraint promotions_pk primary key (brand_id, id),
  constraint promotions_brand_fk foreign key (brand_id) references brands (id) on delete cascade,
  constraint promotions_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete cascade,
  constraint promotions_kind_check check (
    kind = 'PERCENTAGE' and target in ('LINES', 'ORDER') and basis_points between 1 and 10000
    or kind = 'FIXED_AMOUNT' and target in ('LINES', 'ORDER') and amount_minor > 0 and currency is not null
    or kind = 'BUY_X_GET_Y' and target = 'LINES' and basis_points between 1 and 10000 and buy_quantity > 0 and get_quantity > 0
    or kind = 'FREE_SHIPPING' and target = 'SHIPPING'),
  constraint promotions_trigger_check check (trigger in ('AUTOMATIC', 'CODE')),
  constraint promotions_minimum_check check (minimum_minor >= 0 and minimum_quantity >= 0
    and (minimum_minor = 0 or currency is not null)),
  constraint promotions_times_check check (ends_at >= starts_at),
  constraint promotions_uses_check check (uses >= 0 and uses <= use_limit),
  constraint promotions_shopper_limit_check check (shopper_limit > 0)
);
create index promotions_created_idx on promotions (brand_id, created_at, id);
create index promotions_automatic_idx on promotions (brand_id, ends_at) where trigger = 'AUTOMATIC';

create table promotion_codes (
  brand_id      uuid        not null,
  -- In capitals, without spaces around.
  code          text        not null,
  promotion_id  uuid        not null,
  use_limit     bigint,
  -- Counted where there is a limit.
  uses          bigint      not null default 0,
  created_at    timestamptz not null,
  constraint promotion_codes_pk primary key (brand_id, code),
  constraint promotion_codes_promotion_fk foreign key (brand_id, promotion_id) references promotions (brand_id, id) on delete cascade,
  constraint promotion_codes_code_check check (code = upper(code)),
  constraint promotion_codes_uses_check check (uses >= 0 and uses <= use_limit)
);
create index promotion_codes_promotion_idx on promotion_codes (brand_id, promotion_id, code collate "C");

-- What a shopper has used, so that a limit for each of them is one
-- conditional update.
create table promotion_shoppers (
  brand_id      uuid   not null,
  promotion_id  uuid   not null,
  shopper_id    uuid   not null,
  uses          bigint not null,
  constraint promotion_shoppers_pk primary key (brand_id, promotion_id, shopper_id),
  constraint promotion_shoppers_promotion_fk foreign key (brand_id, promotion_id) references promotions (brand_id, id) on delete cascade,
  constraint promotion_shoppers_uses_check check (uses >= 0)
);

-- A purchase uses a promotion once, whichever of its orders gain by it.
create table promotion_uses (
  brand_id      uuid        not null,
  promotion_id  uuid        not null,
  purchase_id   uuid        not null,
  shopper_id    uuid        not null,
  -- The code that made it apply, null where it was automatic.
  code          text,
  used_at       timestamptz not null,
  constraint promotion_uses_pk primary key (brand_id, promotion_id, purchase_id),
  constraint promotion_uses_promotion_fk foreign key (brand_id, promotion_id) references promotions (brand_id, id) on delete cascade
);
create index promotion_uses_purchase_idx on promotion_uses (brand_id, purchase_id);

create table delivery_options (
  brand_id          uuid        not null,
  id                uuid        not null,
  storefront_id     uuid        not null,
  default_language  text        not null,
  -- {"en": {"title": …}, "zh-CN": …}
  texts             jsonb       not null,
  currency          text        not null,
  -- Where it goes, and for how much; delivery.CheckZones says what it may hold.
  zones             jsonb       not null,
  min_days          integer     not null,
  max_days          integer     not null,
  position          integer     not null,
  archived_at       timestamptz,
  version           integer     not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  constraint delivery_options_pk primary key (brand_id, id),
  constraint delivery_options_storefront_fk foreign key (brand_id, storefront_id) references storefronts (brand_id, id) on delete cascade,
  constraint delivery_options_days_check check (min_days >= 0 and max_days >= min_days)
);
create index delivery_options_storefront_idx on delivery_options (brand_id, storefront_id, position, id);

-- +goose Down
drop table delivery_options, promotion_uses, promotion_shoppers, promotion_codes, promotions;
