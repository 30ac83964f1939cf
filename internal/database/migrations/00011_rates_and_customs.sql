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

-- +goose Down
drop table exchange_rates;
