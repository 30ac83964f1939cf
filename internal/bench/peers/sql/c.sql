-- Tiers share no hit: one is read only where those before it leave room.
with first as materialized (
  select 4 as tier, brand_id, product_id, visible_from
  from (select * from search_entries where tokens @@ cast($1 as tsquery) offset 0) e
  where country = 'CN' and is_primary and visible_from <= now()
  order by visible_from desc, product_id desc
  limit 20
), second as materialized (
  select 3 as tier, brand_id, product_id, visible_from
  from (select * from search_entries where tokens @@ cast($2 as tsquery) offset 0) e
  where country = 'CN' and is_primary and visible_from <= now() and (select count(*) from first) < 20
  order by visible_from desc, product_id desc
  limit 20
), third as materialized (
  select 2 as tier, brand_id, product_id, visible_from
  from (select * from search_entries where tokens @@ cast($3 as tsquery) offset 0) e
  where country = 'CN' and is_primary and visible_from <= now() and (select count(*) from first) + (select count(*) from second) < 20
  order by visible_from desc, product_id desc
  limit 20
), fourth as materialized (
  select 1 as tier, brand_id, product_id, visible_from
  from (select * from search_entries where tokens @@ cast($4 as tsquery) offset 0) e
  where country = 'CN' and is_primary and visible_from <= now()
    and (select count(*) from first) + (select count(*) from second) + (select count(*) from third) < 20
  order by visible_from desc, product_id desc
  limit 20
), found as (
  select * from first union all select * from second union all select * from third union all select * from fourth
  order by tier desc, visible_from desc, product_id desc
  limit 20
)
select e.brand_id, e.product_id, p.texts -> p.default_language ->> 'title', p.handle, b.name
from found e
join products p on p.brand_id = e.brand_id and p.id = e.product_id
join brands b on b.id = e.brand_id and b.status = 'ACTIVE'
order by e.tier desc, e.visible_from desc, e.product_id desc
