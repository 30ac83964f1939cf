-- No two commission plans of one brand and currency hold at one time.
select p.for_brand_id as brand_id, 'commission plan ' || p.name as subject, format('holds together with %s', o.name) as detail
from commission_plans p
join commission_plans o on o.for_brand_id is not distinct from p.for_brand_id and o.currency is not distinct from p.currency and o.id > p.id
where tstzrange(p.valid_from, p.valid_to) && tstzrange(o.valid_from, o.valid_to)
