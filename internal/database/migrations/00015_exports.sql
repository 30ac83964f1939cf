-- +goose Up

-- A report that is made again and again, and brought to somebody.
create table report_schedules (
  id             uuid        not null,
  account_id     uuid        not null,
  name           text        not null,
  report         text        not null,
  arguments      jsonb       not null,
  days           text        not null,
  format         text        not null,
  language       text        not null,
  cron           text        not null,
  time_zone      text        not null,
  -- One of them: where to, or a folder below that of the configuration.
  webhook_url    text,
  folder         text,
  paused         boolean     not null default false,
  next_at        timestamptz,
  last_run_at    timestamptz,
  last_error     text,
  created_at     timestamptz not null,
  version        integer     not null default 1,
  constraint report_schedules_pk primary key (id),
  constraint report_schedules_account_fk foreign key (account_id) references accounts (id) on delete cascade,
  constraint report_schedules_way_check check ((webhook_url is null) <> (folder is null)),
  constraint report_schedules_next_check check (paused = (next_at is null)),
  constraint report_schedules_format_check check (format in ('CSV', 'XLSX', 'PARQUET', 'JSONL'))
);
create index report_schedules_account_idx on report_schedules (account_id, created_at, id);
create index report_schedules_next_idx on report_schedules (next_at) where next_at is not null;

-- A file of a report, asked for by an account or a schedule of its.
create table report_exports (
  id             uuid        not null,
  account_id     uuid        not null,
  schedule_id    uuid,
  report         text        not null,
  arguments      jsonb       not null,
  format         text        not null,
  language       text        not null,
  bom            boolean     not null,
  status         text        not null,
  -- The brands whose figures it has, separated by commas; * is all.
  brands         text        not null default '',
  row_count      bigint      not null default 0,
  size_bytes     bigint      not null default 0,
  failure        text,
  -- How often work on it was begun, and when it is to be begun the next time:
  -- whoever works on it moves that ahead.
  runs           integer     not null default 0,
  -- How many of them ended since their server was stopped in order.
  stopped_runs   integer     not null default 0,
  due_at         timestamptz,
  created_at     timestamptz not null,
  started_at     timestamptz,
  finished_at    timestamptz,
  delivered_at   timestamptz,
  expires_at     timestamptz,
  constraint report_exports_pk primary key (id),
  constraint report_exports_account_fk foreign key (account_id) references accounts (id) on delete cascade,
  constraint report_exports_schedule_fk foreign key (schedule_id) references report_schedules (id) on delete cascade,
  constraint report_exports_status_check check (status in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED')),
  constraint report_exports_format_check check (format in ('CSV', 'XLSX', 'PARQUET', 'JSONL')),
  constraint report_exports_finished_check check ((status in ('QUEUED', 'RUNNING')) = (finished_at is null)),
  constraint report_exports_expires_check check (status <> 'COMPLETED' or expires_at is not null),
  constraint report_exports_failure_check check ((status = 'FAILED') = (failure is not null))
);
create index report_exports_account_idx on report_exports (account_id, created_at, id);
create index report_exports_schedule_idx on report_exports (schedule_id, created_at, id);
create index report_exports_due_idx on report_exports (due_at) where due_at is not null;
create index report_exports_expires_idx on report_exports (expires_at) where status = 'COMPLETED';

-- +goose Down
drop table report_exports, report_schedules;
