-- What persons have reserved and bought of a yearly allowance is the sum of its
-- entries.
select null::uuid as brand_id, format('allowance of %s in %s %s', left(encode(y.person, 'hex'), 12), y.country, y.year) as subject,
  format('%s reserved and %s taken, its entries %s and %s', y.reserved_minor, y.taken_minor, coalesce(e.reserved, 0), coalesce(e.taken, 0)) as detail
from allowance_years y
left join (
  select person, country, year, sum(amount_minor) filter (where status = 'RESERVED') as reserved,
    sum(amount_minor - given_back_minor) filter (where status = 'TAKEN') as taken
  from allowance_entries
  group by person, country, year
) e on (e.person, e.country, e.year) = (y.person, y.country, y.year)
where (y.reserved_minor, y.taken_minor) is distinct from (coalesce(e.reserved, 0), coalesce(e.taken, 0))
