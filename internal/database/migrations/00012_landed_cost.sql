-- +goose Up
-- How a storefront's goods are brought into its market; null where no duty or
-- tax is charged.
alter table storefronts add column customs_regime text;
alter table storefronts add constraint storefronts_regime_check
  check (customs_regime in ('CBEC_BONDED', 'CBEC_DIRECT', 'PERSONAL_POST', 'GENERAL_TRADE'));

-- The duties and taxes of each storefront as they were last shown:
-- [{"brandId": …, "storefrontId": …, "charges": [{"lineId": …, "kind": …, "amountMinor": …}]}].
alter table carts add column taxes jsonb not null default '[]';

-- What an order costs at the door, with the rules by which it was reckoned:
-- frozen when it was agreed, and never reckoned again.
create table order_landed_costs (
  brand_id     uuid        not null,
  order_id     uuid        not null,
  record       jsonb       not null,
  recorded_at  timestamptz not null,
  constraint order_landed_costs_pk primary key (brand_id, order_id),
  constraint order_landed_costs_order_fk foreign key (brand_id, order_id) references orders (brand_id, id) on delete cascade
);

-- +goose Down
drop table order_landed_costs;
alter table carts drop column taxes;
alter table storefronts drop column customs_regime;
