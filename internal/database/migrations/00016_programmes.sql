-- +goose Up
-- What the marketplace wants to have reached, and of whom. Progress is counted
-- from brands, their reports of jobs, and sales facts: nothing of it is kept.
create table programmes (
  id                uuid        not null,
  name              text        not null,
  description       text,
  -- Goals: at least one.
  business_goal     bigint,
  job_goal          bigint,
  sales_goal_minor  bigint,
  currency          text        not null,
  -- Jobs that are assumed of every business, whether it tells of them or not.
  jobs_per_business integer     not null,
  -- First and last day, which begin in the zone.
  starts_on         date        not null,
  ends_on           date        not null,
  time_zone         text        not null,
  -- Of whom: empty for all.
  origin_countries  text[]      not null,
  sizes             text[]      not null,
  -- The day whose rates amounts are converted at, null for the last day counted.
  rates_on          date,
  archived_at       timestamptz,
  version           integer     not null default 1,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  constraint programmes_pk primary key (id),
  constraint programmes_goal_check check (coalesce(business_goal, job_goal, sales_goal_minor) is not null),
  constraint programmes_goals_check check (business_goal > 0 and job_goal > 0 and sales_goal_minor > 0),
  constraint programmes_days_check check (ends_on >= starts_on),
  constraint programmes_jobs_check check (jobs_per_business >= 0)
);
create index programmes_time_idx on programmes (starts_on, id);

-- +goose Down
drop table programmes;
